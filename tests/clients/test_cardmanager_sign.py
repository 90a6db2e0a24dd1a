"""`cardmanager sign`: the signature that programs take, and the one code that the key wants."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from asn1crypto import cms, tsp
from stuntcard.iso7816.instructions import Instruction

from tests.clients.cardmanager import USAGE, CardManager, block, nothing_sent
from tests.clients.desk import LETTER, PIN, QPIN
from tests.clients.desk_words import store_certificate

pytestmark = pytest.mark.own_module

GIVEN = (Instruction.VERIFY,)


@pytest.fixture
def signer(cardmanager: CardManager) -> CardManager:
    """At a card with an ordinary key (30) and a qualified one (20), each with a certificate, and a letter."""
    desk = cardmanager.desk
    desk.make_key("30", "rsa/2048")
    desk.make_qualified_key("20", "rsa/2048")
    for identifier in ("30", "20"):
        store_certificate(desk, identifier)
    desk.write("letter", LETTER)
    desk.watched.exchanges.clear()
    return cardmanager


@pytest.mark.fact("EO-30")
@pytest.mark.parametrize(("identifier", "code", "value"), [("30", "PIN", PIN), ("20", "QPIN", QPIN)])
def test_the_key_s_code_is_asked_for_and_no_other(signer: CardManager, identifier: str, code: str, value: str) -> None:
    status, shown = signer.typed("sign", "letter", "--id", identifier, typing=[(f"{code}: ", value)])
    assert status == 0, shown
    assert f"Signing with key {identifier}, which wants {code}." in shown
    assert re.findall(r"^(\w+): ", shown, re.MULTILINE) == [code]
    reference = signer.desk.code(code.lower()).reference
    codes = [exchange.command for exchange in signer.desk.watched.exchanges if exchange.command[1] in GIVEN]
    assert {command[3] for command in codes if len(command) > 5} == {reference}
    signer.desk.openssl("cms", "-verify", "-noverify", "-binary", "-inform", "DER", "-in", "letter.p7s",
                        "-content", "letter", "-out", "signed")  # fmt: skip
    assert (signer.desk.folder / "signed").read_bytes() == LETTER


def test_what_is_signed_names_the_certificate_and_the_moment(signer: CardManager) -> None:
    signer("sign", "letter", "--id", "30", "--to", "mine.p7s", lines=[PIN])
    signed = cms.ContentInfo.load((signer.desk.folder / "mine.p7s").read_bytes())["content"]
    assert signed["encap_content_info"].native == {"content_type": "data", "content": None}
    (information,) = signed["signer_infos"]
    attributes = {attribute["type"].native: attribute["values"][0] for attribute in information["signed_attrs"]}
    assert set(attributes) == {"content_type", "signing_time", "message_digest", "signing_certificate_v2"}
    assert abs((datetime.now(UTC) - attributes["signing_time"].native).total_seconds()) < 600
    (certificate,) = signed["certificates"]
    named = attributes["signing_certificate_v2"]
    assert isinstance(named, tsp.SigningCertificateV2)
    assert named["certs"][0]["cert_hash"].native == certificate.chosen.sha256


def test_which_of_several_keys_must_be_said(signer: CardManager) -> None:
    assert "with --id: 20, 30" in signer.refused("sign", "letter", status=USAGE)
    assert "No such file" in signer.refused("sign", "no-letter", "--id", "30", status=USAGE)
    signer.desk.write("letter.p7s", b"not to be lost")
    assert "--force" in signer.refused("sign", "letter", "--id", "30", status=USAGE)
    assert nothing_sent(signer.desk)


def test_a_blocked_code_signs_nothing_and_costs_nothing(signer: CardManager) -> None:
    block(signer.desk, "pin")
    assert "PIN is blocked" in signer.refused("sign", "letter", "--id", "30", lines=[PIN])
    assert not (signer.desk.folder / "letter.p7s").exists()
    signer("sign", "letter", "--id", "20", lines=[QPIN])


def test_a_card_without_certificates_has_nothing_to_sign_with(cardmanager: CardManager) -> None:
    cardmanager.desk.write("letter", LETTER)
    assert "nothing can be signed" in cardmanager.refused("sign", "letter")
