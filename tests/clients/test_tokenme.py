"""TokenME by OpenSC's programs: its codes, its keys, and a space that the fourth certificate finds full."""

from __future__ import annotations

import pytest
from stuntcard.card.files import File
from stuntcard.card.pkcs15 import EF_TOKEN_INFO
from stuntcard.iso7816.instructions import Instruction

from tests.clients.certificates import as_pem, issue_certificate, new_key
from tests.clients.commands import changing, deleting, storing, unblocking, verifying, writing
from tests.clients.desk import PIN, PUK, Desk

AUTHORISED = ("--auth-id", "01", "--pin", PIN)
OLD_COMMERCIAL, OLD_QUALIFIED, NEW_QUALIFIED, NEW_COMMERCIAL = "10", "11", "12", "13"
PROFILE = "tokenme"


def ask_for(desk: Desk, identifier: str) -> None:
    """A request: a key is made on the token, and a CA off it issues the certificate."""
    desk.make_key(identifier)
    issue_certificate(desk, identifier)


def certificates(desk: Desk) -> list[str]:
    """Identifiers of the certificates that a program finds."""
    shown = desk.tool("pkcs15-tool", "--list-certificates")
    return sorted(line.split()[-1] for line in shown.splitlines() if line.strip().startswith("ID "))


def with_both_old_ones(desk: Desk) -> None:
    for identifier in (OLD_COMMERCIAL, OLD_QUALIFIED):
        ask_for(desk, identifier)
        desk.tool(*writing(identifier, PIN))


def test_the_token_as_it_is_shown(any_desk: Desk) -> None:
    atr = "3b:9f:11:81:31:fe:9f:00:6b:42:49:54:34:49:44:20:33:2e:30:00:90:00:cf"
    shown = any_desk.tool("pkcs11-tool", "--list-slots")
    assert "token label        : TokenME" in shown
    assert "pin min/max        : 4/15" in shown
    assert atr in any_desk.tool("opensc-tool", "--atr")


@pytest.mark.fact("TM-02")
@pytest.mark.parametrize(
    ("first", "second"),
    [(NEW_QUALIFIED, NEW_COMMERCIAL), (NEW_COMMERCIAL, NEW_QUALIFIED)],
    ids=["qualified first", "commercial first"],
)
def test_fourth_certificate_finds_the_token_full_until_an_old_one_is_deleted(
    any_desk: Desk, first: str, second: str
) -> None:
    with_both_old_ones(any_desk)
    ask_for(any_desk, first)
    any_desk.tool(*writing(first, PIN))
    ask_for(any_desk, second)
    before = any_desk.card.content
    assert "CKR_DEVICE_MEMORY" in any_desk.refused(*writing(second, PIN))
    assert any_desk.status_words(Instruction.CREATE_FILE)[-1] == 0x6A84
    assert (any_desk.card.files, any_desk.card.content.keys) == (before.files, before.keys)
    assert any_desk.card.state.memory_used == before.state.memory_used
    assert certificates(any_desk) == sorted([OLD_COMMERCIAL, OLD_QUALIFIED, first])

    any_desk.tool(*deleting(OLD_QUALIFIED, "cert", PIN))
    any_desk.tool(*writing(second, PIN))
    assert certificates(any_desk) == sorted([OLD_COMMERCIAL, first, second])
    any_desk.tool("pkcs11-tool", "--read-object", "--type", "cert", "--id", second, "--output-file", "back.der")
    assert (any_desk.folder / "back.der").read_bytes() == (any_desk.folder / f"{second}.der").read_bytes()


@pytest.mark.fact("TM-02")
def test_pkcs15_init_finds_the_token_full_too(desk: Desk) -> None:
    with_both_old_ones(desk)
    for identifier in (NEW_QUALIFIED, NEW_COMMERCIAL):
        ask_for(desk, identifier)
    desk.tool(*writing(NEW_QUALIFIED, PIN))
    files = without_time_of_update(desk)
    said = desk.refused(*storing(NEW_COMMERCIAL, PIN))
    assert "Not enough memory on card" in said
    assert without_time_of_update(desk) == files


def without_time_of_update(desk: Desk) -> dict[bytes, File]:
    """All files but EF.TokenInfo, where pkcs15-init notes the time before it tries anything."""
    return {path: file for path, file in desk.card.files.files.items() if path != EF_TOKEN_INFO}


@pytest.mark.fact("TM-02")
def test_deleting_an_old_key_makes_room_as_well(desk: Desk) -> None:
    with_both_old_ones(desk)
    for identifier in (NEW_QUALIFIED, NEW_COMMERCIAL):
        ask_for(desk, identifier)
    desk.tool(*writing(NEW_QUALIFIED, PIN))
    desk.refused(*writing(NEW_COMMERCIAL, PIN))
    desk.tool(*deleting(OLD_COMMERCIAL, "privkey,pubkey", PIN))
    desk.tool(*writing(NEW_COMMERCIAL, PIN))
    assert certificates(desk) == [OLD_COMMERCIAL, OLD_QUALIFIED, NEW_QUALIFIED, NEW_COMMERCIAL]


@pytest.mark.fact("TM-02")
def test_a_full_token_takes_no_further_key(desk: Desk) -> None:
    for identifier in ("10", "11", "12", "13", "14"):
        desk.make_key(identifier)
    desk.write("key.pem", as_pem(new_key("ec")))
    # The eleventh block takes one more key, and not its public key.
    desk.refused("pkcs15-init", "--generate-key", "ec/prime256v1", *AUTHORISED, "--id", "15")
    before = desk.card.content
    desk.refused("pkcs15-init", "--store-private-key", "key.pem", *AUTHORISED, "--id", "16")
    assert desk.status_words(Instruction.PUT_DATA_TLV)[-1:] == [0x6A84]
    assert desk.card.content.keys == before.keys
    assert desk.card.state.memory_used == before.state.memory_used


def test_a_key_signs_and_openssl_agrees(any_desk: Desk) -> None:
    any_desk.make_key("10")
    any_desk.signs("10", PIN)


def test_pin_is_blocked_unblocked_and_changed(desk: Desk) -> None:
    for _ in range(3):
        desk.refused(*verifying("pin", "99999"))
    assert desk.status_words(Instruction.VERIFY, 1)[-3:] == [0x63C2, 0x63C1, 0x63C0]
    desk.refused(*verifying("pin", PIN))
    desk.tool(*unblocking("pin", PUK, "24681357"))
    desk.tool(*changing("pin", "24681357", "a new one"))
    desk.tool(*verifying("pin", "a new one"))
