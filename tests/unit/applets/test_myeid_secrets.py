"""What no sequence of commands may bring out: private keys, and secret keys that are not extractable."""

from __future__ import annotations

import random

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from stuntcard.card import ciphers
from stuntcard.card.keys import SecretKey

from tests.unit.applets.myeid_client import (
    AES,
    APPLICATION,
    DECIPHER,
    EC,
    MYEID,
    OK,
    RAW,
    RSA,
    WRAPPING,
    MyEidClient,
    ec_parts,
    rsa_parts,
)
from tests.unit.card.cards import ISOAPPLET, MANAGE

PIN, SO_PIN = "1111", "3333"
NOT_ALLOWED, UNSUITABLE, FULL = "6982", "6985", "6A84"
EXTRACTABLE, WRAP_WITH_TRUSTED, TRUSTED_EXTRACTABLE = "0008", "0808", "0408"
VALUE = bytes(range(16))
FOR_SO_PIN = "3111FF"
"""Used with the SO PIN, anything else with the PIN."""


def open_card() -> MyEidClient:
    """A client of an empty card with PIN and SO PIN, before it is activated."""
    client = MyEidClient("blank")
    assert client.make_code(1, PIN, "2222") == OK
    assert client.make_code(3, SO_PIN, "4444") == OK
    return client


def closed(client: MyEidClient) -> MyEidClient:
    """The same activated, the PIN given, with a key of the client's own in 4D02."""
    assert client.activate() == OK
    assert client.verify(1, PIN) == OK
    assert client.create("4D02", AES, 128) == OK
    assert client.parts((0xA0, bytes(16))) == [OK]
    return client


def wrapped(client: MyEidClient, target: str, by: str = "4D02") -> str:
    """The status word of an attempt to wrap a key."""
    client.environment(DECIPHER, WRAPPING, by, sender=True, target=target)
    return client.fetch("002A8400")[1]


# A key whose reference another key takes


def with_a_displaced_key() -> MyEidClient:
    """A key for the SO PIN in 4D01, never listed; the holder of the PIN has put another key there since."""
    client = open_card()
    assert client.create("4D01", AES, 128, FOR_SO_PIN) == OK
    assert client.parts((0xA0, VALUE)) == [OK]
    closed(client)
    client.select(APPLICATION + "4D01")
    assert client.parts((0xA0, bytes(16))) == [OK]
    return client


def test_its_file_goes_along_and_asks_for_the_same_code() -> None:
    client = with_a_displaced_key()
    assert client.environment(DECIPHER, RAW, "4D40", sender=True) == OK
    assert client.chained("2A8480", bytes(16))[1] == NOT_ALLOWED
    client.verify(3, SO_PIN)
    assert client.chained("2A8480", bytes(16))[1] == OK


def test_it_is_not_to_be_had_through_its_directory() -> None:
    client = with_a_displaced_key()
    client.select(APPLICATION)
    client.send("002281B80A" + "800100" + "81025015" + "830140")
    assert client.chained("2A8480", bytes(16))[1] == "6A88"


@pytest.mark.parametrize("kind", [RSA, EC])
def test_it_does_not_become_extractable_by_a_file_of_another_kind(kind: int) -> None:
    client = with_a_displaced_key()
    assert client.create("4C40", kind, 1024 if kind == RSA else 256, attributes=EXTRACTABLE) == OK
    assert wrapped(client, "4C40") == UNSUITABLE
    assert wrapped(client, "4D40") == UNSUITABLE


def test_files_that_take_all_places_do_not_part_it_from_its_file() -> None:
    client = open_card()
    assert client.create("4D01", AES, 128, FOR_SO_PIN) == OK
    assert client.parts((0xA0, VALUE)) == [OK]
    closed(client)
    for number in range(0x40, 0x100):
        assert client.create(f"4D{number:02X}", 1, 1) == OK
    client.select(APPLICATION + "4D01")
    before = client.card.content.keys
    assert client.parts((0xA0, bytes(16))) == [FULL]
    assert client.card.content.keys == before


# Attributes


@pytest.mark.parametrize(
    ("attributes", "sw"), [("0000", UNSUITABLE), (EXTRACTABLE, OK), (WRAP_WITH_TRUSTED, UNSUITABLE)]
)
def test_what_is_wrapped_is_extractable_and_waits_for_a_trusted_key_if_it_says_so(attributes: str, sw: str) -> None:
    client = closed(open_card())
    assert client.create("4D01", AES, 128, attributes=attributes) == OK
    assert client.parts((0xA0, VALUE)) == [OK]
    assert wrapped(client, "4D01") == sw


def test_a_trusted_key_wraps_what_waits_for_one() -> None:
    client = closed(open_card())
    for identifier, attributes in (("4D01", WRAP_WITH_TRUSTED), ("4D03", TRUSTED_EXTRACTABLE)):
        assert client.create(identifier, AES, 128, attributes=attributes) == OK
        assert client.parts((0xA0, VALUE)) == [OK]
    assert wrapped(client, "4D01", by="4D03") == OK


# Anything at all


COMMANDS = 3000
FILES = ("4B01", "4B02", "4D01", "4D02", "4C01", "4B40", "4D40", "4C40", "5015", "4301")
KINDS = (0x01, 0x11, 0x22, 0x29, 0x41)
HEADS = bytes.fromhex("2A84802A80842A80862A84002A00842A00862A9E9A")


def test_no_answer_has_a_piece_of_a_private_key_in_it() -> None:
    """Keys of each kind; then commands of all three applets, made at random from what such an attack would take."""
    chance = random.Random(6)
    private, on_curve = rsa.generate_private_key(65537, 1024), ec.generate_private_key(ec.SECP256R1())
    secret = chance.randbytes(32)
    client = open_card()
    for file, kind, bits, parts in (
        ("4B01", RSA, 1024, rsa_parts(private)),
        ("4B02", EC, 256, ec_parts(on_curve)),
        ("4D01", AES, 256, [(0xA0, secret)]),
    ):
        assert client.create(file, kind, bits, "1111FF") == OK
        assert client.parts(*parts) == [OK] * len(parts)
    closed(client)
    numbers = private.private_numbers()
    hidden = [number.to_bytes(64) for number in (numbers.p, numbers.q, numbers.dmp1, numbers.dmq1, numbers.iqmp)]
    hidden += [numbers.d.to_bytes(128), on_curve.private_numbers().private_value.to_bytes(32), secret]
    pieces = {value[at : at + 8] for value in hidden for at in range(len(value) - 7)}

    wraps = 0
    for _ in range(COMMANDS):
        for command in attack(chance):
            answer = client.card.transmit(command)
            assert answer[-2:] != b"\x6f\x00", command.hex()
            wraps += command[1:4] == b"\x2a\x84\x00" and answer[-2:] == b"\x90\x00"
            answer = answer[:-2]
            assert not any(answer[at : at + 8] in pieces for at in range(len(answer) - 7)), command.hex()
            # Under a key that the attacker knows, too, it is not there.
            assert secret[:16] not in deciphered(answer), command.hex()
    assert wraps, "some wrapping was to succeed, of keys that are the attacker's own"


def deciphered(answer: bytes) -> bytes:
    """An answer as the attacker reads it who has the key in 4D02."""
    if not answer or len(answer) % 16:
        return b""
    return ciphers.decipher(SecretKey(bytes(16), 16), b"", answer)


def attack(chance: random.Random) -> list[bytes]:
    """A few commands that belong together."""
    file = bytes.fromhex(chance.choice(FILES))
    other = bytes.fromhex(chance.choice(FILES))
    match chance.randrange(9):
        case 0:
            read = bytes((0x00, 0xB0, 0, chance.randrange(4), 0))
            return [select(file), read, bytes((0x00, 0xD6, 0, 0, 4)) + chance.randbytes(4)]
        case 1:
            return [select(file), bytes((0x00, 0xCA, 0x01, chance.randrange(256), 0))]
        case 2:
            attributes = bytes((chance.choice((0x00, 0x04, 0x08)), chance.choice((0x00, 0x01, 0x08, 0x09))))
            size = chance.choice((128, 256, 1024))
            fields = bytes.fromhex("8102") + size.to_bytes(2) + bytes((0x82, 1, chance.choice(KINDS)))
            fields += b"\x83\x02" + file + bytes.fromhex("86031111FF 8502") + attributes + bytes.fromhex("8A0100")
            body = bytes((0x62, len(fields))) + fields
            return [select(b""), bytes((0x00, 0xE0, 0, 0, len(body))) + body]
        case 3:
            value = chance.choice((bytes(16), bytes(32)))
            return [select(file), bytes((0x00, 0xDA, 0x01, 0xA0, len(value))) + value]
        case 4:
            return [select(file), bytes.fromhex(chance.choice(("0046000000", "A0E40000")))]
        case 5 | 6:
            return [select(b""), environment(chance, file, other), operation(chance)]
        case 7:
            chained = bytearray(operation(chance))
            chained[0] |= 0x10
            return [select(b""), environment(chance, file, other), bytes(chained), operation(chance)]
        case _:
            applet = bytes.fromhex(chance.choice((ISOAPPLET, MANAGE)))
            iso = chance.choice(("00CB3FFF045C025F4800", "00CA00E000", "002241B606800111840101", "00B0000000"))
            log_in = bytes.fromhex("0020000108") + PIN.encode().ljust(8, b"\xff")
            return [applet, bytes.fromhex(iso), bytes.fromhex(MYEID), log_in]


def select(file: bytes) -> bytes:
    """SELECT of a file of the application by its path."""
    path = bytes.fromhex("3F005015") + (b"" if file == b"\x50\x15" else file)
    return bytes((0x00, 0xA4, 0x08, 0x0C, len(path))) + path


def environment(chance: random.Random, file: bytes, target: bytes) -> bytes:
    """MANAGE SECURITY ENVIRONMENT for any operation that there is."""
    fields = bytes((0x80, 1, chance.choice((0x00, 0x02, 0x0A, 0x80, 0x8A)))) + b"\x81\x02" + file
    reference = bytes((chance.choice((0x83, 0x84)), 1, chance.choice((0x01, 0x02, 0x40))))
    fields += chance.choice((b"\x83\x02" + target, reference, b""))
    p1, p2 = chance.choice(((0x41, 0xB6), (0x41, 0xB8), (0x81, 0xB8), (0x41, 0xA4)))
    return bytes((0x00, 0x22, p1, p2, len(fields))) + fields


def operation(chance: random.Random) -> bytes:
    """PERFORM SECURITY OPERATION of any kind, with data that may fit."""
    at = 3 * chance.randrange(len(HEADS) // 3)
    data = chance.choice((b"", bytes(16), bytes(32), b"\0" + bytes(127), bytes(128), chance.randbytes(32)))
    return b"\x00" + HEADS[at : at + 3] + (bytes([len(data)]) + data if data else b"") + b"\x00"


# What the applet tells of files that nobody may read


def test_the_number_that_changes_with_the_files_tells_nothing_of_them() -> None:
    """Two cards whose files are the same give different numbers, or one could look for what a private file holds."""
    cards = [MyEidClient().card for _ in range(3)]
    assert cards[0].files == cards[1].files == cards[2].files
    assert len({card.mark_of_files(8) for card in cards}) == 3
