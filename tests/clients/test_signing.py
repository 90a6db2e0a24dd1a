"""Signing and deciphering: with keys under PIN, and with qualified keys that want QPIN for each use."""

from __future__ import annotations

import pytest
from stuntcard.iso7816.instructions import Instruction

from tests.clients.desk import LETTER, PIN, QPIN, Desk
from tests.clients.opensc import opensc_version
from tests.clients.pkcs11_client import Pkcs11Client

QPIN_TOKEN = "ProID+Q (QPIN)"
QPIN_REFERENCE = 3
SIGN = Instruction.PERFORM_SECURITY_OPERATION

MECHANISMS = {"rsa/2048": "SHA256-RSA-PKCS", "ec/prime256v1": "ECDSA-SHA1"}
"""What every version of the driver can do."""


@pytest.mark.parametrize("kind", MECHANISMS)
def test_pin_key_signs_and_openssl_agrees(any_desk: Desk, kind: str) -> None:
    any_desk.make_key("10", kind)
    any_desk.signs("10", PIN, mechanism=MECHANISMS[kind])


def test_pin_key_signs_as_often_as_one_likes_after_one_login(application: Pkcs11Client, desk: Desk) -> None:
    desk.make_key("10", "rsa/2048")
    application("log_in", "ProID+Q", PIN)
    desk.watched.exchanges.clear()
    signatures = {application("sign", "ProID+Q", "10", "sha256-rsa", LETTER.hex()) for _ in range(3)}
    assert len(signatures) == 1
    assert desk.status_words(Instruction.VERIFY) == []
    desk.write("signature", bytes.fromhex(str(signatures.pop())))
    desk.check_signature("10", "SHA256-RSA-PKCS")


def test_pkcs15_crypt_signs_a_digest(desk: Desk) -> None:
    desk.make_key("10", "rsa/2048")
    desk.openssl("dgst", "-sha256", "-binary", "-out", "digest", desk.write("text", LETTER))
    desk.tool("pkcs15-crypt", "--sign", "--key", "10", "--sha-256", "--pkcs1", "--pin", PIN, "--input", "digest",
              "--output", "signature")  # fmt: skip
    desk.check_signature("10", "SHA256-RSA-PKCS")


@pytest.mark.parametrize(("kind", "mechanism"), [("ec/secp384r1", "ECDSA-SHA384"), ("rsa/2048", "SHA256-RSA-PKCS-PSS")])
def test_what_tls_1_3_wants_is_there_from_opensc_0_24_on(desk: Desk, kind: str, mechanism: str) -> None:
    desk.make_key("10", kind)
    offered = mechanism in desk.tool("pkcs11-tool", "--list-mechanisms")
    assert offered == (opensc_version() >= (0, 24))
    if offered:
        desk.signs("10", PIN, mechanism=mechanism)


def test_pin_key_deciphers(any_desk: Desk) -> None:
    any_desk.tool("pkcs15-init", "--generate-key", "rsa/2048", "--auth-id", "01", "--pin", PIN, "--id", "10",
                  "--key-usage", "decrypt,sign")  # fmt: skip
    any_desk.write("secret", b"the safe's number is 42")
    any_desk.openssl("pkeyutl", "-encrypt", "-pubin", "-inkey", any_desk.public_key("10"), "-in", "secret",
                     "-out", "cryptogram")  # fmt: skip
    any_desk.tool("pkcs11-tool", "--login", "--pin", PIN, "--decrypt", "--mechanism", "RSA-PKCS", "--id", "10",
                  "--input-file", "cryptogram", "--output-file", "plain")  # fmt: skip
    assert (any_desk.folder / "plain").read_bytes() == b"the safe's number is 42"


def test_no_signature_without_the_code(desk: Desk) -> None:
    desk.make_key("10", "rsa/2048")
    desk.reset()
    assert desk.send(*_use_of(desk, "10")) == ["9000", "6982"]


@pytest.mark.fact("PQ-03")
@pytest.mark.parametrize("kind", MECHANISMS)
def test_qualified_key_signs_with_qpin(any_desk: Desk, kind: str) -> None:
    any_desk.make_qualified_key("20", kind)
    any_desk.signs("20", QPIN, QPIN_TOKEN, MECHANISMS[kind])


@pytest.mark.fact("PQ-03")
def test_qualified_key_does_not_sign_with_pin(desk: Desk) -> None:
    desk.make_qualified_key("20", "rsa/2048")
    verify_pin = "0020000108" + PIN.encode().hex()
    desk.reset()
    assert desk.send(verify_pin, *_use_of(desk, "20")) == ["9000", "9000", "6982"]
    desk.refused(*desk.signing("20", PIN, "ProID+Q", "SHA256-RSA-PKCS"))


@pytest.mark.fact("PQ-03")
def test_one_qpin_makes_one_signature(any_desk: Desk) -> None:
    any_desk.make_qualified_key("20", "rsa/2048")
    choose, use = _use_of(any_desk, "20")
    verify_qpin = "0020000308" + QPIN.encode().hex()
    assert any_desk.send(verify_qpin, choose, use, use) == ["9000", "9000", "9000", "6982"]
    # A query of QPIN says that it has to be given again; and once given, it serves again.
    assert any_desk.send(verify_qpin, "00200003", choose, use, "00200003", verify_qpin, use) == [
        "9000", "9000", "9000", "9000", "63C3", "9000", "9000",
    ]  # fmt: skip


@pytest.mark.fact("PQ-03")
def test_key_marked_so_has_the_application_ask_for_qpin_each_time(application: Pkcs11Client, desk: Desk) -> None:
    desk.make_qualified_key("20", "rsa/2048", "--user-consent", "1")
    application("log_in", QPIN_TOKEN, QPIN)
    signed = application("sign", QPIN_TOKEN, "20", "sha256-rsa", LETTER.hex(), QPIN)
    assert application.refused("sign", QPIN_TOKEN, "20", "sha256-rsa", LETTER.hex()) == "UserNotLoggedIn"
    # OpenSC takes a refusal for the end of the login.
    application("log_in", QPIN_TOKEN, QPIN)
    assert application.refused("sign", QPIN_TOKEN, "20", "sha256-rsa", LETTER.hex(), "wrong") == "PinIncorrect"
    assert desk.tries() == (3, 5, 2)
    application("log_in", QPIN_TOKEN, QPIN)
    assert application("sign", QPIN_TOKEN, "20", "sha256-rsa", LETTER.hex(), QPIN) == signed
    assert desk.tries() == (3, 5, 3)


@pytest.mark.fact("PQ-03")
def test_a_key_made_without_saying_so_is_told_as_one_that_asks_each_time(application: Pkcs11Client, desk: Desk) -> None:
    """Or OpenSC would give a QPIN that it remembers, and nobody would see that each signature takes it."""
    desk.make_qualified_key("20", "rsa/2048")
    application("log_in", QPIN_TOKEN, QPIN)
    desk.watched.exchanges.clear()
    for _ in range(3):
        application("sign", QPIN_TOKEN, "20", "sha256-rsa", LETTER.hex(), QPIN)
    assert desk.status_words(Instruction.VERIFY, QPIN_REFERENCE) == [0x9000] * 3
    assert 0x6982 not in desk.status_words(SIGN)
    assert application.refused("sign", QPIN_TOKEN, "20", "sha256-rsa", LETTER.hex()) == "UserNotLoggedIn"


@pytest.mark.parametrize("made", ["generated", "imported"])
def test_user_consent_uses_a_pin_up_that_holds_for_the_session_else(desk: Desk, made: str) -> None:
    consent = ("--user-consent", "1")
    if made == "generated":
        desk.tool("pkcs15-init", "--generate-key", "rsa/2048", "--id", "45", "--auth-id", "01", "--pin", PIN, *consent)
    else:
        desk.openssl("genrsa", "-out", "own.pem", "2048")
        storing = ("pkcs15-init", "--store-private-key", "own.pem", "--id", "45")
        desk.tool(*storing, "--auth-id", "01", "--pin", PIN, *consent)
    choose, use = _use_of(desk, "45")
    verify_pin = "0020000108" + PIN.encode().hex()
    assert desk.send(verify_pin, choose, use, use, verify_pin, use) == ["9000", "9000", "9000", "6982", "9000", "9000"]


@pytest.mark.fact("PQ-03")
def test_always_authenticate_key_made_by_an_application(application: Pkcs11Client, desk: Desk) -> None:
    application("log_in", "ProID+Q", PIN)
    application("log_in", QPIN_TOKEN, QPIN)
    application("make_key", QPIN_TOKEN, "rsa:2048", "20", True)
    application("log_out", QPIN_TOKEN)
    application("log_out", "ProID+Q")
    assert desk.key("20").area == "cc"
    application("log_in", QPIN_TOKEN, QPIN)
    signature = application("sign", QPIN_TOKEN, "20", "sha256-rsa", LETTER.hex(), QPIN)
    assert application.refused("sign", QPIN_TOKEN, "20", "sha256-rsa", LETTER.hex()) == "UserNotLoggedIn"
    desk.write("signature", bytes.fromhex(str(signature)))
    desk.check_signature("20", "SHA256-RSA-PKCS")


def _use_of(desk: Desk, identifier: str) -> tuple[str, str]:
    """The two commands that sign four bytes with an RSA key: choose it, and use it."""
    return f"002241B6068001118401{desk.key(identifier).reference:02X}", "002A9E9A04DEADBEEF00"
