"""A card that shows its general area as PIV, driven by OpenSC's programs and by Yubico's.

Yubico's program has keys made without a PIN, as cards of that maker let it; this card's law wants the PIN as well.
"""

from __future__ import annotations

import re
from contextlib import suppress

import pytest
from stuntcard.card.view import ALIVE
from stuntcard.iso7816.instructions import Instruction
from stuntcard.policy.state import Origin
from stuntcard.profile.model import CodeStatus

from tests.clients.certificates import as_pem, new_key
from tests.clients.commands import changing, unblocking, verifying
from tests.clients.desk import Desk
from tests.clients.piv_card import AUTHENTICATION, CARD_AUTHENTICATION, KEY_MANAGEMENT, SIGNATURE, PivCard

PROFILE, APPLET = "proid-q", "piv:general"
PIN, PUK, WRONG = "12345678", "87654321", "00000000"
LOGIN = ("pkcs11-tool", "--login", "--pin", PIN)
FIRST_RETIRED, ITS_IDENTIFIER = "82", "05"


@pytest.fixture
def holder(desk: Desk) -> PivCard:
    return PivCard(desk, PIN)


def test_programs_take_the_card_for_a_piv_card(holder: PivCard) -> None:
    assert "Personal Identity Verification Card" in holder.desk.tool("opensc-tool", "--name")
    assert "Personal Identity Verification Card" in holder.desk.tool("piv-tool", "--name")
    shown = holder.desk.tool("pkcs15-tool", "--dump")
    assert "PIN [PIN]" in shown
    assert "PIN [PIV PUK]" in shown
    assert "Private" not in shown
    status = holder.yubico("--action", "status")
    assert "PIN tries left:\t3" in status
    assert "CHUID:\t3019d4e739da" in status


def test_keys_of_all_slots_are_made_and_sign(holder: PivCard) -> None:
    holder.equip(AUTHENTICATION, "RSA2048")
    holder.equip(SIGNATURE, "ECCP384")
    holder.equip(CARD_AUTHENTICATION, "ECCP256")
    holder.sign(AUTHENTICATION, "SHA256-RSA-PKCS")
    holder.sign(AUTHENTICATION, "SHA512-RSA-PKCS")
    holder.sign(SIGNATURE, "ECDSA-SHA1")
    holder.sign(CARD_AUTHENTICATION, "ECDSA-SHA1")
    assert [item.area for item in holder.desk.card.state.items] == ["general"] * 3
    assert {item.paired for item in holder.desk.card.state.items} == {True}


def test_pss_is_signed_and_what_was_enciphered_is_read(holder: PivCard) -> None:
    holder.equip(AUTHENTICATION, "RSA2048")
    desk = holder.desk
    desk.write("text", b"a letter")
    desk.tool(
        *LOGIN, "--sign", "--id", "01", "--mechanism", "SHA256-RSA-PKCS-PSS", "--input-file", "text",
        "--output-file", "signature",
    )  # fmt: skip
    desk.openssl(
        "dgst", "-sha256", "-sigopt", "rsa_padding_mode:pss", "-verify", "9a.pem", "-signature", "signature", "text"
    )
    for mechanism, padding in (("RSA-PKCS", "pkcs1"), ("RSA-PKCS-OAEP", "oaep")):
        desk.openssl(
            "pkeyutl", "-encrypt", "-pubin", "-inkey", "9a.pem", "-pkeyopt", f"rsa_padding_mode:{padding}",
            "-in", "text", "-out", "cryptogram",
        )  # fmt: skip
        hashed = ("--hash-algorithm", "SHA-1") if padding == "oaep" else ()
        desk.tool(
            *LOGIN, "--decrypt", "--id", "01", "--mechanism", mechanism, *hashed, "--input-file", "cryptogram",
            "--output-file", "again",
        )  # fmt: skip
        assert (desk.folder / "again").read_bytes() == b"a letter"


def test_two_agree_on_a_secret(holder: PivCard) -> None:
    holder.equip(KEY_MANAGEMENT, "ECCP256")
    desk = holder.desk
    desk.openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", "other.pem")
    desk.openssl("ec", "-in", "other.pem", "-pubout", "-outform", "DER", "-out", "other.der")
    derive = ("--derive", "--mechanism", "ECDH1-DERIVE", "--id", "03", "--input-file", "other.der")
    desk.tool(*LOGIN, *derive, "--output-file", "shared")
    desk.openssl("pkeyutl", "-derive", "-inkey", "other.pem", "-peerkey", "9d.pem", "-out", "expected")
    assert (desk.folder / "shared").read_bytes() == (desk.folder / "expected").read_bytes()


@pytest.mark.parametrize(("kind", "algorithm"), [("rsa", "RSA2048"), ("ec", "ECCP256")])
def test_a_key_made_elsewhere_is_brought_in(holder: PivCard, kind: str, algorithm: str) -> None:
    desk = holder.desk
    desk.write("their.pem", as_pem(new_key(kind)))
    holder.with_pin("--action", "import-key", "--slot", AUTHENTICATION, "--input", "their.pem")
    desk.openssl("pkey", "-in", "their.pem", "-pubout", "-out", "9a.pem")
    certificate = holder.certify(AUTHENTICATION)
    assert [item.key for item in desk.card.state.items] == [Origin.IMPORTED]
    if algorithm == "RSA2048":
        holder.sign(AUTHENTICATION, "SHA256-RSA-PKCS")
    tested = holder.with_pin("--action", "test-signature", "--slot", AUTHENTICATION, "--input", certificate)
    assert "Successful" in tested
    tested = holder.with_pin("--action", "test-decipher", "--slot", AUTHENTICATION, "--input", certificate)
    assert "Successful" in tested


def test_a_retired_slot_is_found_by_its_certificate(holder: PivCard) -> None:
    holder.equip(FIRST_RETIRED, "RSA2048")
    shown = holder.desk.tool(*LOGIN, "--list-objects", "--type", "privkey")
    assert re.findall(r"ID: +(\d+)", shown) == [ITS_IDENTIFIER]
    holder.with_pin("--action", "delete-certificate", "--slot", FIRST_RETIRED)
    assert "Private Key" not in holder.desk.tool(*LOGIN, "--list-objects", "--type", "privkey")


# Codes


@pytest.mark.fact("PQ-10", "PQ-12")
def test_pin_is_changed_blocked_and_unblocked_through_opensc(desk: Desk) -> None:
    desk.tool(*changing("01", PIN, "654321"))
    assert desk.code("pin").must_change is False
    for left in ("2", "1", "0"):
        desk.refused(*verifying("01", WRONG))
        assert desk.status_words(Instruction.VERIFY)[-1] == int(f"63C{left}", 16)
    assert desk.code("pin").state is CodeStatus.BLOCKED
    assert "Authentication method blocked" in desk.refused(*verifying("01", "654321"))
    assert "CKR_PIN_LOCKED" in desk.refused("pkcs11-tool", "--login", "--pin", "654321", "--list-objects")
    desk.tool(*unblocking("01", PUK, "123456"))
    desk.tool(*verifying("01", "123456"))
    assert desk.tries() == (3, 5, 3)


@pytest.mark.fact("PQ-06", "PQ-12")
def test_pin_and_puk_are_blocked_through_yubicos_program(holder: PivCard) -> None:
    desk = holder.desk
    for left in (2, 1):
        said = holder.yubico_refused("--action", "verify-pin", "--pin", WRONG)
        assert f"{left} tries left" in said
    assert "blocked" in holder.yubico_refused("--action", "verify-pin", "--pin", WRONG)
    holder.yubico("--action", "change-puk", "--pin", PUK, "--new-pin", "11223344")
    holder.yubico("--action", "unblock-pin", "--pin", "11223344", "--new-pin", "123456")
    holder.yubico("--action", "change-pin", "--pin", "123456", "--new-pin", PIN)
    holder.yubico("--action", "verify-pin", "--pin", PIN)
    for _ in range(5):
        holder.yubico_refused("--action", "unblock-pin", "--pin", PUK, "--new-pin", "123456")
    assert desk.code("puk").state is CodeStatus.BLOCKED
    assert desk.seen.life_cycle == ALIVE


def test_a_pin_longer_than_piv_has_can_not_be_given(desk: Desk) -> None:
    """Set through another command set; here it can only be set anew, with the PUK."""
    desk.card.reset_code("pin", "puk", PUK.encode(), b"more than eight")
    desk.refused(*verifying("01", "more than eight"))
    assert desk.tries() == (3, 5, 3)
    desk.refused(*verifying("01", "more tha"))
    assert desk.tries() == (2, 5, 3)
    desk.tool(*unblocking("01", PUK, PIN))
    desk.tool(*verifying("01", PIN))


# What the management key opens, and what it does not


def test_without_the_pin_nothing_is_made(holder: PivCard) -> None:
    said = holder.yubico_refused("--action", "generate", "--slot", AUTHENTICATION, "--output", "key.pem")
    assert "ailed" in said
    assert holder.desk.status_words(Instruction.GENERATE_ASYMMETRIC_KEY_PAIR_TLV) == [0x6982]
    assert holder.desk.card.state.items == ()


def test_the_management_key_is_changed(holder: PivCard) -> None:
    new = "a1a2a3a4a5a6a7a8b1b2b3b4b5b6b7b8c1c2c3c4c5c6c7c8"
    holder.with_pin("--action", "set-mgm-key", "--new-key", new)
    refused = ("--action", "verify-pin", "--pin", PIN, "--action", "set-chuid")
    holder.yubico_refused(*refused)
    holder.with_pin(f"--key={new}", "--action", "set-chuid")


def test_opensc_makes_a_key_with_it(holder: PivCard, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its program gives no PIN by itself, but any command it is told. 0.23 can't show the key, 0.26 ends with 1."""
    desk = holder.desk
    monkeypatch.setenv("PIV_EXT_AUTH_KEY", desk.write("key", b":".join([b"01:02:03:04:05:06:07:08"] * 3)))
    with suppress(AssertionError):
        desk.tool(
            "piv-tool", "--send-apdu", "00:20:00:80:08:31:32:33:34:35:36:37:38", "--admin", "M:9B:03",
            "--genkey", "9A:07", "--out", "made",
        )  # fmt: skip
    assert [item.key for item in desk.card.state.items] == [Origin.MADE]


def test_yubicos_reset_resets_nothing(holder: PivCard) -> None:
    holder.generate(AUTHENTICATION, "ECCP256")
    assert "Reset failed" in holder.yubico_refused("--action", "reset")
    assert holder.desk.tries() == (3, 5, 3)
    assert [item.key for item in holder.desk.card.state.items] == [Origin.MADE]
