"""Commands as clients of an IAS Classic send them, for tests that send some in any order."""

from __future__ import annotations

import random

from stuntcard.applets.ias import NAME

from tests.unit.applets.gids_words import commands

_SELECT = commands("00A40400", NAME, le=256)
_PIN, _NEW, _WRONG = (value.ljust(12, b"\0") for value in (b"1234", b"654321", b"0000"))
_PUK, _TPIN = (value.ljust(12, b"\0") for value in (b"87654321", b"12345678"))
_HOLDER = commands("00200011", _PIN)
_STORIES = [
    _SELECT,
    [*_SELECT, *_HOLDER],
    commands("00200011", _WRONG),
    commands("00200011"),
    commands("0020FF11"),
    commands("00240011", _PIN + _NEW),
    commands("00240011", _NEW + _PIN),
    commands("002C0011", _PUK + _PIN),
    commands("002C0011", _TPIN + _NEW),
    commands("002C0011", _WRONG + _PIN),
    commands("00A40000", bytes.fromhex("B001"), le=256),
    [*commands("00A4000C", bytes.fromhex("B001")), *commands("00B00000", le=256), *commands("00B00100", le=256)],
    commands("00CB7F30", le=256),
    commands("00CA7F30", le=256),
    commands("00840000", le=8),
    *[
        [*_HOLDER, *commands("002241B6", bytes([0x84, 1, 1, 0x80, 1, algorithm])), *commands("002A90A0", hashed),
         *commands("002A9E9A", le=256)]
        for algorithm, hashed in ((0x42, b"\x90\x20" + bytes(32)), (0x02, b"\x90\x33" + bytes(51)), (0x02, b"\x90\0"))
    ],
]  # fmt: skip
_HEADS = ("200011", "20FF11", "200012", "240011", "2C0011", "A40000", "A4000C", "A40400", "B00000", "B07FFF", "2241B6",
          "2241B8", "2A90A0", "2A9E9A", "CA7F30", "840000", "C00000")  # fmt: skip
_DATA = [bytes.fromhex(text) for text in (
    "", "B001", "3F00", "840101 800142", "800102 840101", "840102 800102", "9020" + "00" * 32, "9000", "9001FF",
)] + [_PIN, _PUK, _WRONG, _PIN + _NEW, _PUK + _PIN, _TPIN + _NEW, bytes(12), b"\xff" * 12]  # fmt: skip


def any_command(chance: random.Random) -> list[bytes]:
    """What some client might send: sense, sense with a fault in it, or a head with whatever data."""
    match chance.randrange(8):
        case 0 | 1 | 2 | 3:
            return chance.choice(_STORIES)
        case 4 | 5:
            story = [bytearray(command) for command in chance.choice(_STORIES)]
            spoiled = chance.choice(story)
            spoiled[chance.randrange(len(spoiled))] = chance.randrange(256)
            return [bytes(command) for command in story]
        case _:
            data = chance.choice(_DATA) if chance.random() < 0.8 else chance.randbytes(chance.randrange(40))
            return commands(f"00{chance.choice(_HEADS)}", data, le=chance.choice((None, 8, 256)))
