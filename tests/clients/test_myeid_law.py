"""The law of the cards, met through OpenSC's driver for MyEID: places, QPIN, blocked codes, memory, parts, death."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from stuntcard.iso7816.instructions import Instruction
from stuntcard.policy.events import Verdict

from tests.clients.blank_card import signs
from tests.clients.certificates import issue_certificate
from tests.clients.commands import deleting, storing, unblocking, verifying
from tests.clients.desk import PIN, PUK, QPIN, QUALIFIED_TYPING, Desk, desk_with_own_socket
from tests.clients.pkcs11_client import Pkcs11Client

QPIN_TOKEN = "ProID+Q (QPIN)"
SELECT, SELECT_MANAGE = "00A404000CA000000063504B43532D3135", "00A4040007F05354554E5401"
LETTER = b"a letter".hex()
APPLET = "myeid"


@pytest.fixture
def token() -> Iterator[Desk]:
    """A fresh TokenME, seen through this driver."""
    with desk_with_own_socket("tokenme", applet="myeid") as desk:
        yield desk


@pytest.fixture
def identity_card() -> Iterator[Desk]:
    """An eObčanka with DOK and IOK from the office, seen through this driver."""
    with desk_with_own_socket("eobcanka", applet="myeid") as desk:
        assert desk.office() is Verdict.DONE
        yield desk


# ProID+Q


@pytest.mark.fact("PQ-03", "PQ-13")
def test_a_third_qualified_key_is_refused_and_harms_nothing(desk: Desk) -> None:
    desk.make_qualified_key("21")
    desk.make_qualified_key("22")
    before = desk.card.content
    desk.refused(*desk.qualified_key_command("23"), typing=QUALIFIED_TYPING)
    assert desk.status_words(Instruction.GENERATE_ASYMMETRIC_KEY_PAIR)[-1] == 0x6A84
    assert (desk.card.state.items, desk.card.content.keys) == (before.state.items, before.keys)
    signs(desk, "21", QPIN, "ec", QPIN_TOKEN)
    desk.make_key("10")
    assert [key.area for key in desk.seen.keys] == ["cc", "cc", "general"]


@pytest.mark.own_module
@pytest.mark.fact("PQ-03")
def test_each_signature_takes_one_qpin(desk: Desk) -> None:
    """Nobody said so when the key was made; its directory does, and OpenSC gives no QPIN that it remembers."""
    desk.make_qualified_key("21", "rsa/2048")
    with Pkcs11Client(desk) as application:
        application("log_in", QPIN_TOKEN, QPIN)
        desk.watched.exchanges.clear()
        for _ in range(2):
            assert application("sign", QPIN_TOKEN, "21", "sha256-rsa", LETTER, QPIN)
            assert "qpin" not in desk.card.state.verified
        assert 0x6982 not in desk.status_words(Instruction.PERFORM_SECURITY_OPERATION)
        assert application.refused("sign", QPIN_TOKEN, "21", "sha256-rsa", LETTER) == "UserNotLoggedIn"
    assert desk.status_words(Instruction.PERFORM_SECURITY_OPERATION)[-1] == 0x6982
    assert desk.tries() == (3, 5, 3)


@pytest.mark.fact("PQ-06", "PQ-12")
def test_blocked_codes_stay_so_but_for_the_puk(desk: Desk) -> None:
    desk.make_key("10")
    for code in ("pin", "qpin"):
        desk.block(code)
        desk.refused(*verifying(code, PIN))
    desk.refused(
        "pkcs11-tool", "--login", "--pin", PIN, "--sign", "--id", "10", "--mechanism", "ECDSA-SHA256",
        "--input-file", desk.write("text", b"not signed"), "--output-file", "signature",
    )  # fmt: skip
    assert not (desk.folder / "signature").exists()
    desk.tool(*unblocking("pin", PUK, "24681357"))
    signs(desk, "10", "24681357", "ec")
    desk.block("puk")
    desk.refused(*unblocking("qpin", PUK, QPIN))
    assert desk.seen.life_cycle == "operational", "PIN is not blocked any more"
    assert desk.tries() == (3, 0, 0)


@pytest.mark.fact("PQ-06")
def test_three_blocked_codes_kill_the_chip(desk: Desk) -> None:
    desk.make_key("10")
    for code in ("pin", "qpin", "puk"):
        assert desk.seen.life_cycle == "operational"
        desk.block(code)
    assert desk.seen.life_cycle == "dead"
    desk.tool("opensc-tool", "--card-driver", "default", "--reset")
    desk.refused("pkcs15-tool", "--dump")
    desk.refused(*unblocking("pin", PUK, PIN))
    assert desk.send(SELECT, "0020000108" + PIN.encode().hex(), SELECT_MANAGE, "0084000008") == ["6F00"] * 4


# TokenME


@pytest.mark.fact("TM-02")
def test_the_fourth_certificate_finds_the_token_full(token: Desk) -> None:
    for identifier in ("10", "11", "12", "13"):
        token.make_key(identifier)
        issue_certificate(token, identifier)
    for identifier in ("10", "11", "12"):
        token.tool(*storing(identifier, PIN))
    before = token.card.content
    assert "Not enough memory" in token.refused(*storing("13", PIN))
    assert token.status_words(Instruction.CREATE_FILE)[-1] == 0x6A84
    assert (token.card.content.keys, token.card.files.files.keys()) == (before.keys, before.files.files.keys())
    token.tool(*deleting("11", "cert", PIN))
    token.tool(*storing("13", PIN))


# eObčanka


@pytest.mark.fact("EO-09", "EO-15", "EO-17", "EO-18", "EO-27")
def test_parts_live_and_die_by_themselves(identity_card: Desk) -> None:
    """Codes are set one by the other; with PUK blocked, and identification blocked for good, signing goes on."""
    pin, puk, qpin = "11111", "22222222", "33333"
    card = identity_card
    card.refused(*unblocking("pin", puk, pin))
    for code, by, new in (("puk", "4444", puk), ("pin", puk, pin), ("qpin", puk, qpin)):
        card.tool(*unblocking(code, by, new))
    card.tool(*card.qualified_key_command("30"), typing=(("[QPIN]", qpin), ("[PIN]", pin)))
    card.block("puk")
    card.refused(*unblocking("pin", puk, "77777"))
    assert card.card.act("helpline", "block-identification", {}) is Verdict.DONE
    card.refused(*verifying("iok", "4444"))
    assert card.office() is Verdict.PART_LOST
    signs(card, "30", qpin, "ec", "eObcanka (QPIN)")
    assert "qpin" not in card.card.state.verified
