"""TokenME by OpenSC's programs: its codes, its keys, and a space that the fourth certificate finds full."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from stuntcard.card.files import File
from stuntcard.card.pkcs15 import EF_TOKEN_INFO
from stuntcard.iso7816.instructions import Instruction

from tests.clients.certificates import as_pem, issue_certificate, new_key
from tests.clients.desk import PIN, PUK, Desk, desk_with_own_socket, desk_with_pcscd

LOG_IN = ("--login", "--pin", PIN)
AUTHORISED = ("--auth-id", "01", "--pin", PIN)
OLD_COMMERCIAL, OLD_QUALIFIED, NEW_QUALIFIED, NEW_COMMERCIAL = "10", "11", "12", "13"
CODES = ("--verify-pin", "--auth-id")


@pytest.fixture(params=["pcsc", pytest.param("vpcd", marks=pytest.mark.pcscd)])
def token(request: pytest.FixtureRequest) -> Iterator[Desk]:
    """A fresh TokenME in either kind of reader."""
    with desk_with_own_socket("tokenme") if request.param == "pcsc" else desk_with_pcscd("tokenme") as desk:
        yield desk


@pytest.fixture
def own_token() -> Iterator[Desk]:
    """A fresh TokenME in the emulator's own reader."""
    with desk_with_own_socket("tokenme") as desk:
        yield desk


def ask_for(token: Desk, identifier: str) -> None:
    """A request: a key is made on the token, and a CA off it issues the certificate."""
    token.make_key(identifier)
    issue_certificate(token, identifier)


def storing(identifier: str) -> tuple[str, ...]:
    return ("pkcs11-tool", *LOG_IN, "--write-object", f"{identifier}.der", "--type", "cert", "--id", identifier)


def deleting(identifier: str, what: str = "cert") -> tuple[str, ...]:
    return ("pkcs15-init", "--delete-objects", what, "--id", identifier, *AUTHORISED)


def certificates(token: Desk) -> list[str]:
    """Identifiers of the certificates that a program finds."""
    shown = token.tool("pkcs15-tool", "--list-certificates")
    return sorted(line.split()[-1] for line in shown.splitlines() if line.strip().startswith("ID "))


def with_both_old_ones(token: Desk) -> None:
    for identifier in (OLD_COMMERCIAL, OLD_QUALIFIED):
        ask_for(token, identifier)
        token.tool(*storing(identifier))


def test_the_token_as_it_is_shown(token: Desk) -> None:
    shown = token.tool("pkcs11-tool", "--list-slots")
    assert "token label        : TokenME" in shown
    assert "pin min/max        : 4/15" in shown
    assert "3b:9f:11:81:31:fe:9f:00:6b:42:49:54:34:49:44:20:33:2e:30:00:90:00:cf" in token.tool("opensc-tool", "--atr")


@pytest.mark.fact("TM-02")
@pytest.mark.parametrize(
    ("first", "second"),
    [(NEW_QUALIFIED, NEW_COMMERCIAL), (NEW_COMMERCIAL, NEW_QUALIFIED)],
    ids=["qualified first", "commercial first"],
)
def test_fourth_certificate_finds_the_token_full_until_an_old_one_is_deleted(
    token: Desk, first: str, second: str
) -> None:
    with_both_old_ones(token)
    ask_for(token, first)
    token.tool(*storing(first))
    ask_for(token, second)
    before = token.card.content
    assert "CKR_DEVICE_MEMORY" in token.refused(*storing(second))
    assert token.status_words(Instruction.CREATE_FILE)[-1] == 0x6A84
    assert (token.card.files, token.card.content.keys) == (before.files, before.keys)
    assert token.card.state.memory_used == before.state.memory_used
    assert certificates(token) == sorted([OLD_COMMERCIAL, OLD_QUALIFIED, first])

    token.tool(*deleting(OLD_QUALIFIED))
    token.tool(*storing(second))
    assert certificates(token) == sorted([OLD_COMMERCIAL, first, second])
    token.tool("pkcs11-tool", "--read-object", "--type", "cert", "--id", second, "--output-file", "back.der")
    assert (token.folder / "back.der").read_bytes() == (token.folder / f"{second}.der").read_bytes()


@pytest.mark.fact("TM-02")
def test_pkcs15_init_finds_the_token_full_too(own_token: Desk) -> None:
    with_both_old_ones(own_token)
    for identifier in (NEW_QUALIFIED, NEW_COMMERCIAL):
        ask_for(own_token, identifier)
    own_token.tool(*storing(NEW_QUALIFIED))
    files = without_time_of_update(own_token)
    said = own_token.refused(
        "pkcs15-init", "--store-certificate", f"{NEW_COMMERCIAL}.crt", "--id", NEW_COMMERCIAL, "--verify-pin",
        *AUTHORISED,
    )  # fmt: skip
    assert "Not enough memory on card" in said
    assert without_time_of_update(own_token) == files


def without_time_of_update(token: Desk) -> dict[bytes, File]:
    """All files but EF.TokenInfo, where pkcs15-init notes the time before it tries anything."""
    return {path: file for path, file in token.card.files.files.items() if path != EF_TOKEN_INFO}


@pytest.mark.fact("TM-02")
def test_deleting_an_old_key_makes_room_as_well(own_token: Desk) -> None:
    with_both_old_ones(own_token)
    for identifier in (NEW_QUALIFIED, NEW_COMMERCIAL):
        ask_for(own_token, identifier)
    own_token.tool(*storing(NEW_QUALIFIED))
    own_token.refused(*storing(NEW_COMMERCIAL))
    own_token.tool(*deleting(OLD_COMMERCIAL, "privkey,pubkey"))
    own_token.tool(*storing(NEW_COMMERCIAL))
    assert certificates(own_token) == [OLD_COMMERCIAL, OLD_QUALIFIED, NEW_QUALIFIED, NEW_COMMERCIAL]


@pytest.mark.fact("TM-02")
def test_a_full_token_takes_no_further_key(own_token: Desk) -> None:
    for identifier in ("10", "11", "12", "13", "14"):
        own_token.make_key(identifier)
    own_token.write("key.pem", as_pem(new_key("ec")))
    # The eleventh block takes one more key, and not its public key.
    own_token.refused("pkcs15-init", "--generate-key", "ec/prime256v1", *AUTHORISED, "--id", "15")
    before = own_token.card.content
    own_token.refused("pkcs15-init", "--store-private-key", "key.pem", *AUTHORISED, "--id", "16")
    assert own_token.status_words(Instruction.PUT_DATA_TLV)[-1:] == [0x6A84]
    assert own_token.card.content.keys == before.keys
    assert own_token.card.state.memory_used == before.state.memory_used


def test_a_key_signs_and_openssl_agrees(token: Desk) -> None:
    token.make_key("10")
    token.write("data", b"a tax return")
    token.tool(
        "pkcs11-tool", *LOG_IN, "--sign", "--id", "10", "--mechanism", "ECDSA-SHA1", "--signature-format", "openssl",
        "--input-file", "data", "--output-file", "sig",
    )  # fmt: skip
    assert "Verified OK" in token.openssl(
        "dgst", "-sha1", "-verify", token.public_key("10"), "-signature", "sig", "data"
    )


def test_pin_is_blocked_unblocked_and_changed(own_token: Desk) -> None:
    for _ in range(3):
        own_token.refused("pkcs15-tool", *CODES, "01", "--pin", "99999")
    assert own_token.status_words(Instruction.VERIFY, 1)[-3:] == [0x63C2, 0x63C1, 0x63C0]
    own_token.refused("pkcs15-tool", *CODES, "01", "--pin", PIN)
    own_token.tool("pkcs15-tool", "--unblock-pin", "--auth-id", "01", "--puk", PUK, "--new-pin", "24681357")
    own_token.tool("pkcs15-tool", "--change-pin", "--auth-id", "01", "--pin", "24681357", "--new-pin", "a new one")
    own_token.tool("pkcs15-tool", *CODES, "01", "--pin", "a new one")
