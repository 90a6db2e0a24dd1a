"""Commands as clients of GIDS send them, for tests that build some and for those that send them in any order."""

from __future__ import annotations

import random

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from stuntcard.applets.gids import NAME
from stuntcard.applets.gids_formats import ContainerRecord, Entry, packed_certificate
from stuntcard.card.seeded_rsa import derive_rsa_key
from stuntcard.iso7816 import tlv
from stuntcard.iso7816.apdu import Command

SELECT = bytes.fromhex("00A40400 09") + NAME + b"\0"
THEIR_KEY = derive_rsa_key("somebody", "01")
"""A key that a client brings in."""
CERTIFICATE = tlv.encode(0x30, bytes(300))
"""What looks like a certificate from the outside."""


def commands(cla_ins_p1_p2: str, data: bytes = b"", *, le: int | None = None, piece: int = 255) -> list[bytes]:
    """A command, in a chain of several where its data is long."""
    cla, ins, p1, p2 = bytes.fromhex(cla_ins_p1_p2)
    pieces = [data[start : start + piece] for start in range(0, len(data), piece)] or [b""]
    last = len(pieces) - 1
    return [
        Command(cla if number == last else cla | 0x10, ins, p1, p2, part, le if number == last else None).encode()
        for number, part in enumerate(pieces)
    ]


def putting(file: int, tag: int, value: bytes) -> list[bytes]:
    return commands(f"00DB{file:04X}", tlv.encode(tag, value))


def getting(file: int, tag: int) -> list[bytes]:
    return commands(f"00CB{file:04X}", bytes.fromhex("5C02") + tag.to_bytes(2), le=256)


def creating(reference: int, algorithm: int = 0x07) -> list[bytes]:
    """A file for a key that signs and deciphers, and that it is active."""
    uses = b"".join(
        tlv.encode(template, bytes([0x80, 1, high | algorithm, 0x83, 1, reference, 0x95, 1, 0x40]))
        for template, high in ((0xB8, 0x00), (0xB8, 0x40), (0xB6, 0x10), (0xB6, 0x50))
    )
    head = bytes.fromhex("820118 8302B0") + bytes([reference]) + bytes.fromhex("8C058F10101000")
    return [*commands("00E00000", tlv.encode(0x62, head + tlv.encode(0xA5, uses))), bytes.fromhex("00440000")]


def bringing(reference: int, key: rsa.RSAPrivateKey = THEIR_KEY, *, piece: int = 255) -> list[bytes]:
    """The key itself, as RSAPrivateKey."""
    private = key.private_bytes(Encoding.DER, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    value = tlv.encode(0xA5, bytes.fromhex("830102 840100") + tlv.encode(0x87, private))
    return commands("00DB3FFF", tlv.encode(0x70, bytes([0x84, 1, reference]) + value), piece=piece)


def master_file(*names: str) -> bytes:
    """A master file with these files of Windows', from the first free tag on."""
    entries = [Entry("mscp", name, 0xDF24 + number, 0xA010) for number, name in enumerate(names)]
    return b"\x01" + b"".join(entry.encode() for entry in entries)


_VALUES = (b"12345678", b"87654321", b"00000000", b"1234", b"1234567812345678")
_STORIES = [
    [*creating(reference), *bringing(reference)] for reference in (0x81, 0x82)
] + [
    [*putting(0xA010, 0xDF23, ContainerRecord("key", 3, 0, bits).encode() * count)]
    for bits, count in ((2048, 1), (0, 2), (1024, 3))
] + [
    [*putting(0xA000, 0xDF1F, master_file("kxc00", "ksc01")),
     *putting(0xA010, 0xDF24, packed_certificate(CERTIFICATE))],
    [*putting(0xA010, 0xDF24, b""), *putting(0xA000, 0xDF1F, master_file())],
    [*commands("0022 41B6", bytes.fromhex("800157 840181")), *commands("002A 9E9A", b"a digest", le=256)],
    [*commands("0022 41B8", bytes.fromhex("800147 840182")), *commands("002A 8086", bytes(256), le=256)],
    [*commands("00A4 000C", bytes.fromhex("B081")), *commands("00E4 0000")],
    [*commands("00A4 000C", bytes.fromhex("B082")), *commands("00E4 0000")],
    *[getting(*what)
      for what in ((0xA000, 0xDF1F), (0xA000, 0xDF20), (0xA010, 0xDF22), (0xA010, 0xDF24), (0x3FFF, 0x7F71))],
    *[commands("00CB 3FFF", bytes([0x70, 8, 0x84, 1, reference]) + bytes.fromhex("A5037F4980"), le=256)
      for reference in (0x81, 0x82)],
]  # fmt: skip
_HEADS = ("20 0080", "20 0081", "20 0082", "24 0080", "24 0180", "2C 0080", "2C 0280", "A4 000C", "A4 0004", "CB 3FFF",
          "CB A000", "CB A010", "DB 3FFF", "DB A000", "DB A010", "DB A012", "DB A013", "E0 0000", "E4 0000", "44 0000",
          "47 0000", "22 41B6", "22 41B8", "22 C1A4", "2A 9E9A", "2A 8086", "87 0000")  # fmt: skip
_DATA = [bytes.fromhex(text) for text in (
    "", "3FFF", "A010", "B081", "B082", "5C00", "5C015C", "5C02DF1F", "5C02DF23", "5C02DF24", "5C027F73",
    "DF2300", "DF2400",
    "DF2506 000000000000", "DF1F0101", "DF1F0102", "DF200101", "800157840181", "800117840181", "800147840182",
    "AC06800107830182", "AC0680010C830181", "7008840181A5037F4980", "70058401814400", "62078201188302B081",
)]  # fmt: skip


def any_command(chance: random.Random) -> list[bytes]:
    """What some client might send: sense, sense with a fault in it, or a head with whatever data."""
    match chance.randrange(8):
        case 0:
            return [SELECT]
        case 1:
            number = chance.choice((0x80, 0x80, 0x81))
            return commands(f"0020 00{number:02X}", chance.choice(_VALUES))
        case 2:
            return commands(
                f"00{chance.choice(('24', '2C'))} 0080",
                chance.choice(_VALUES) + chance.choice(_VALUES)[: chance.randrange(9)],
            )
        case 3 | 4:
            return chance.choice(_STORIES)
        case 5:
            story = [bytearray(command) for command in chance.choice(_STORIES)]
            spoiled = chance.choice(story)
            spoiled[chance.randrange(len(spoiled))] = chance.randrange(256)
            return [bytes(command) for command in story]
        case _:
            data = chance.choice(_DATA) if chance.random() < 0.8 else chance.randbytes(chance.randrange(40))
            return commands(f"00{chance.choice(_HEADS)}", data, le=chance.choice((None, 256)))
