"""ZZZS-PK by OpenSC's programs: PEP, KPEP, the ways to lose each, and a card that takes nothing in."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from stuntcard.iso7816.instructions import Instruction

from tests.clients.certificates import as_pem, certify, new_key
from tests.clients.commands import changing, unblocking, verifying
from tests.clients.desk import Desk

PEP_PIN, PEP_PUK, TPIN, KPEP_PIN = "1234", "87654321", "12345678", "654321"
"""The first three came by post; the last is what the holder chooses."""
PEP_TOKEN, KPEP_TOKEN = "ZZZS-PK (HPC-Entry)", "ZZZS-PK (HPC-Qualified)"
MECHANISM = "SHA256-RSA-PKCS"


PROFILE = "zzzs-pk"


def sign_with_pep(desk: Desk, pin: str = PEP_PIN) -> tuple[str, ...]:
    return desk.signing("01", pin, PEP_TOKEN, MECHANISM)


def sign_with_kpep(desk: Desk) -> tuple[str, ...]:
    return desk.signing("02", KPEP_PIN, KPEP_TOKEN, MECHANISM)


@pytest.mark.fact("PK-10")
def test_the_card_shows_its_applications(any_desk: Desk) -> None:
    codes = any_desk.tool("pkcs15-tool", "--list-pins")
    for name in ("HPC-Entry", "HIC-Portal", "HPC-Qualified"):
        assert f"PIN [{name}]" in codes
    tokens = any_desk.tool("pkcs11-tool", "--list-slots")
    assert PEP_TOKEN in tokens
    assert KPEP_TOKEN in tokens


@pytest.mark.fact("PK-01", "PK-05", "PK-06")
def test_both_keys_sign_each_with_its_pin(any_desk: Desk) -> None:
    any_desk.tool(*sign_with_pep(any_desk))
    any_desk.check_signature("01", MECHANISM, certified=True)
    any_desk.refused(*sign_with_kpep(any_desk))
    any_desk.tool(*unblocking("03", TPIN, KPEP_PIN))
    any_desk.tool(*sign_with_kpep(any_desk))
    any_desk.check_signature("02", MECHANISM, certified=True)


@pytest.mark.fact("PK-06")
def test_kpeps_pin_is_set_once(desk: Desk) -> None:
    desk.refused(*unblocking("03", TPIN, "12345"))
    desk.refused(*unblocking("03", TPIN, "1234567"))
    desk.tool(*unblocking("03", TPIN, KPEP_PIN))
    desk.refused(*unblocking("03", TPIN, "111111"))
    assert desk.status_words(Instruction.RESET_RETRY_COUNTER)[-2:] == [0x9000, 0x6985]
    desk.tool(*verifying("03", KPEP_PIN))


@pytest.mark.fact("PK-01", "PK-02", "PK-03")
def test_peps_pin_is_blocked_not_changed_then_and_unblocked(desk: Desk) -> None:
    for _ in range(3):
        desk.refused(*verifying("01", "9999"))
    assert desk.status_words(Instruction.VERIFY, 1)[-3:] == [0x63C2, 0x63C1, 0x63C0]
    desk.refused(*changing("01", PEP_PIN, "4321"))
    desk.refused(*sign_with_pep(desk))
    desk.tool(*unblocking("01", PEP_PUK, "4321"))
    desk.tool(*changing("01", "4321", "1111"))
    desk.tool(*sign_with_pep(desk, "1111"))
    desk.check_signature("01", MECHANISM, certified=True)


@pytest.mark.fact("PK-04", "PK-13")
def test_five_wrong_puks_end_pep_and_kpep_goes_on(desk: Desk) -> None:
    desk.tool(*unblocking("03", TPIN, KPEP_PIN))
    for _ in range(5):
        desk.refused(*unblocking("01", "00000000", "4321"))
    answers = [0x63C4, 0x63C3, 0x63C2, 0x63C1, 0x63C0]
    assert desk.status_words(Instruction.RESET_RETRY_COUNTER)[-5:] == answers
    desk.refused(*unblocking("01", PEP_PUK, "4321"))
    desk.refused(*sign_with_pep(desk))
    assert (desk.seen.parts["pep"].lost, desk.seen.parts["kpep"].lost) == (True, False)
    desk.tool(*sign_with_kpep(desk))
    desk.check_signature("02", MECHANISM, certified=True)


@pytest.mark.fact("PK-07", "PK-13")
def test_three_wrong_pins_end_kpep_and_pep_goes_on(desk: Desk) -> None:
    desk.tool(*unblocking("03", TPIN, KPEP_PIN))
    for _ in range(3):
        desk.refused(*verifying("03", "000000"))
    desk.refused(*unblocking("03", TPIN, "111111"))
    desk.refused(*sign_with_kpep(desk))
    assert (desk.seen.parts["pep"].lost, desk.seen.parts["kpep"].lost) == (False, True)
    desk.tool(*sign_with_pep(desk))
    desk.check_signature("01", MECHANISM, certified=True)


@pytest.mark.fact("PK-08", "PK-13")
def test_three_wrong_transport_pins_end_kpep(desk: Desk) -> None:
    for _ in range(3):
        desk.refused(*unblocking("03", "00000000", KPEP_PIN))
    assert desk.status_words(Instruction.RESET_RETRY_COUNTER)[-3:] == [0x63C2, 0x63C1, 0x63C0]
    desk.refused(*unblocking("03", TPIN, KPEP_PIN))
    assert (desk.seen.parts["pep"].lost, desk.seen.parts["kpep"].lost) == (False, True)
    desk.tool(*sign_with_pep(desk))


@pytest.mark.fact("PK-09")
def test_every_way_to_put_something_on_the_card_is_refused(desk: Desk) -> None:
    key = new_key("ec")
    desk.write("key.pem", as_pem(key))
    desk.write("certificate.der", certify(key.public_key(), "Holder of a file").public_bytes(Encoding.DER))
    desk.write("text", b"a note")
    desk.tool(*unblocking("03", TPIN, KPEP_PIN))
    before = desk.card.content
    for label, pin in ((PEP_TOKEN, PEP_PIN), (KPEP_TOKEN, KPEP_PIN)):
        token = ("--token-label", label, "--login", "--pin", pin)
        desk.refused("pkcs11-tool", *token, "--keypairgen", "--key-type", "EC:prime256v1", "--id", "20")
        desk.refused("pkcs11-tool", *token, "--write-object", "certificate.der", "--type", "cert", "--id", "20")
        desk.refused("pkcs11-tool", *token, "--write-object", "text", "--type", "data", "--label", "a note")
        desk.refused("pkcs11-tool", *token, "--delete-object", "--type", "cert", "--id", "01")
    authorised = ("--auth-id", "01", "--pin", PEP_PIN)
    desk.refused("pkcs15-init", "--store-private-key", "key.pem", *authorised, "--id", "20")
    desk.refused("pkcs15-init", "--delete-objects", "privkey,cert", "--id", "02", *authorised)
    after = desk.card.content
    assert (after.files, after.keys, after.state.items) == (before.files, before.keys, before.state.items)
    writing = {Instruction.CREATE_FILE, Instruction.UPDATE_BINARY, Instruction.DELETE_FILE, Instruction.PUT_DATA_TLV,
               Instruction.GENERATE_ASYMMETRIC_KEY_PAIR}  # fmt: skip
    tried = [exchange for exchange in desk.watched.exchanges if exchange.command[1] in writing]
    assert tried
    assert all(exchange.status_word != 0x9000 for exchange in tried)
