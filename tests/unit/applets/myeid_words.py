"""Commands as clients of MyEID send them, for tests that send some in any order."""

from __future__ import annotations

import random

CLASSES = (0x00,) * 4 + (0x10, 0xA0)
INSTRUCTIONS = bytes.fromhex("A4B0D6E0E420242C2E222A468684CADA44")
P1 = bytes.fromhex("0001020304080941810C80849EF3")
P2 = bytes.fromhex("000103040C80818283848586878889A0A1A4A6AAACB1B3B6B8E09A")
DATA = [bytes.fromhex(text) for text in (
    "", "3F00", "5015", "4B02", "4D01", "3F0050154B02", "3005 8103010001", "7C03850104",
    "8001048102 4B02 840100", "800102 81024B02", "80010A 81024D01 83024D02", "800180 81024D01 870800",
    "800104 81025015 840101",
    "6217 81020100820122 83024B02 8603000FFF 85021000 8A0100",
    "6217 81020080820129 83024D01 86031111FF 85020009 8A0100",
    "6217 80020010820101 83024301 8603011FFF 85020000 8A0100",
    "31313131FFFFFFFF", "31313131FFFFFFFF32323232FFFFFFFF030A00", "FFFF113FFF111FFF",
    "00" * 16, "AB" * 33, "81" + "00" * 128, "82" + "00" * 128, "00" + "11" * 254,
)]  # fmt: skip
GIVING = [
    bytes.fromhex(f"002000{reference}08{value}")
    for reference in ("01", "03")
    for value in ("3132333435363738", "3132333435363738", "31313131FFFFFFFF")
]
"""Codes given rightly, on a card with the factory's values, and wrongly."""


def any_command(chance: random.Random) -> list[bytes]:
    """What some client might send: a code, or a head with data that fits some command, or with whatever data."""
    if chance.random() < 0.05:
        return [chance.choice(GIVING)]
    data = chance.choice(DATA) if chance.random() < 0.9 else chance.randbytes(chance.randrange(40))
    head = bytes((chance.choice(CLASSES), chance.choice(INSTRUCTIONS), chance.choice(P1), chance.choice(P2)))
    return [head + (bytes([len(data)]) + data if data else b"") + bytes(chance.random() < 0.7)]
