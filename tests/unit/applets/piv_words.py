"""Commands as clients of PIV send them, for those who send them in any order."""

from __future__ import annotations

import gzip
import random

from cryptography.hazmat.primitives.asymmetric import rsa
from stuntcard.card.card import Card
from stuntcard.card.seeded_rsa import derive_rsa_key
from stuntcard.iso7816 import tlv

from tests.unit.applets.gids_words import CERTIFICATE, commands
from tests.unit.applets.piv_client import SELECT, deciphered, enciphered

THEIR_KEY = derive_rsa_key("somebody", "01")
"""A key that a client brings in."""


class PredictableCard(Card):
    """A card whose random numbers are all zeros, so that whoever knows the management key can show it unseen."""

    def random(self, length: int) -> bytes:
        return bytes(length)


def _bringing(key: rsa.RSAPrivateKey, slot: int) -> list[bytes]:
    numbers = key.private_numbers()
    parts = (numbers.p, numbers.q, numbers.dmp1, numbers.dmq1, numbers.iqmp)
    data = b"".join(tlv.encode(1 + place, part.to_bytes(128)) for place, part in enumerate(parts))
    return commands(f"00FE07{slot:02X}", data)


def _putting(tag: str, content: bytes) -> list[bytes]:
    return commands("00DB3FFF", tlv.encode(0x5C, bytes.fromhex(tag)) + tlv.encode(0x53, content))


def _getting(tag: str) -> list[bytes]:
    return commands("00CB3FFF", tlv.encode(0x5C, bytes.fromhex(tag)), le=256)


def _using(algorithm: int, slot: int, tag: int, data: bytes) -> list[bytes]:
    template = tlv.encode(0x7C, tlv.encode(0x82, b"") + tlv.encode(tag, data))
    return commands(f"0087{algorithm:02X}{slot:02X}", template, le=256)


_SELECT = [bytes.fromhex(SELECT)]
_PIN, _PUK = "3132333435363738", "3837363534333231"
_SLOTS = (0x9A, 0x9C, 0x9D, 0x9E, 0x82, 0x83, 0x95)
_MUTUALLY = [
    bytes.fromhex("0087039B047C02800000"),
    *commands("0087039B", bytes.fromhex("7C148008") + bytes(8) + bytes.fromhex("8108") + bytes(8), le=256),
]
_FROM_OUTSIDE = [
    bytes.fromhex("0087039B047C02810000"),
    *commands("0087039B", bytes.fromhex("7C0A8208") + enciphered(bytes(8))),
]
assert deciphered(enciphered(bytes(8))) == bytes(8)
_HOLDER = [bytes.fromhex(f"0020008008{_PIN}")]
_STORIES = [
    _SELECT, _HOLDER, [*_HOLDER, *_MUTUALLY], [*_HOLDER, *_FROM_OUTSIDE],
    *[[*_HOLDER, *_MUTUALLY, *commands(f"004700{slot:02X}", bytes.fromhex("AC038001") + bytes([algorithm]), le=256)]
      for slot in _SLOTS for algorithm in (0x11, 0x14)],
    *[[*_HOLDER, *_FROM_OUTSIDE, *_bringing(THEIR_KEY, slot)] for slot in _SLOTS],
    *[[*_HOLDER, *_FROM_OUTSIDE, *_putting(tag, content)]
      for tag in ("5FC105", "5FC10A", "5FC10D", "5FC102", "5FC109", "5FFF00")
      for content in (b"", tlv.encode(0x70, CERTIFICATE), b"\x01\x02",
                      tlv.encode(0x70, gzip.compress(CERTIFICATE, mtime=0)) + b"\x71\x01\x01")],
    *[_getting(tag) for tag in ("7E", "5FC102", "5FC105", "5FC10A", "5FC10C", "5FC10D", "5FC109", "5FFF00")],
    *[_using(*what)
      for slot in _SLOTS
      for what in ((0x07, slot, 0x81, b"\0" + bytes(255)), (0x11, slot, 0x81, bytes(32)), (0x14, slot, 0x81, bytes(48)),
                   (0x11, slot, 0x85, b"\4" + bytes(64)))],
    *[[bytes((0, 0xF7, 0, slot, 0))] for slot in (*_SLOTS, 0x80, 0x81, 0x9B)],
    [*_HOLDER, *_MUTUALLY, *commands("00FFFFFF", bytes.fromhex("089B10") + bytes(16))],
    [bytes.fromhex(f"0024008010{_PIN}{_PIN}")], [bytes.fromhex(f"002C008010{_PUK}{_PIN}")],
    [bytes.fromhex("0020008008" + "30" * 8)], [bytes.fromhex(f"002C008010{'30' * 8}{_PIN}")],
]  # fmt: skip
_HEADS = ("200080", "20FF80", "200000", "240080", "240081", "2C0080", "470082", "47009A", "87039B", "87009B", "87119A",
          "87079C", "87149D", "CB3FFF", "DB3FFF", "FD0000", "F80000", "F70080", "F7009A", "F99A00", "FE119A", "FE079D",
          "FFFFFF", "FA0303", "FB0000", "A40400")  # fmt: skip
_DATA = [bytes.fromhex(text) for text in (
    "", _PIN, _PUK, _PIN + _PUK, "30" * 8, "FF" * 8, "5C00", "5C017E", "5C035FC105", "5C035FC1055300",
    "5C035FC109530101", "7C00", "7C028000", "7C028100", "7C0482008100", "7C0482008500", "AC00", "AC03800111",
    "AC03800107", "0620" + "01" * 32, "010101020101030101040101050101", "039B18" + "0102030405060708" * 3,
    "A000000308",
)]  # fmt: skip


def any_command(chance: random.Random) -> list[bytes]:
    """What some client might send: sense, sense with a fault in it, or a head with whatever data."""
    match chance.randrange(8):
        case 0 | 1 | 2 | 3 | 4:
            return chance.choice(_STORIES)
        case 5:
            story = [bytearray(command) for command in chance.choice(_STORIES)]
            spoiled = chance.choice(story)
            spoiled[chance.randrange(len(spoiled))] = chance.randrange(256)
            return [bytes(command) for command in story]
        case _:
            data = chance.choice(_DATA) if chance.random() < 0.8 else chance.randbytes(chance.randrange(40))
            return commands(f"00{chance.choice(_HEADS)}", data, le=chance.choice((None, 256)))
