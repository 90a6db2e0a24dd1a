"""Commands as clients of IsoApplet send them, from raw noise to sense with a fault in it."""

from __future__ import annotations

import random

from cryptography.hazmat.primitives.asymmetric import ec
from stuntcard.card.keys import generate_ec
from stuntcard.iso7816.instructions import Instruction

from tests.unit.card.cards import (
    AODF,
    CDF,
    ISOAPPLET,
    MANAGE,
    ODF,
    PRKDF,
    case3,
    certificate_entry,
    curve_parameters,
    directory,
    ec_parts,
    encoded,
    key_entry,
)

CLASSES = (0x00,) * 12 + (0x10, 0x10, 0x80, 0x0C, 0x01, 0x40, 0xFF)
RIGHT = {1: b"12345678", 2: b"87654321", 3: b"12345678"}

# Making RSA keys would take all the time there is; EC keys go the same way through the card.
_ELLIPTIC = encoded(curve_parameters("secp256r1"))
_FILE = bytes.fromhex("80020010820101830231018608FF90909090909000")


def _codes(ins: str, reference: int, *values: bytes) -> bytes:
    return case3(f"00{ins}00{reference:02X}", b"".join(value.ljust(16, b"\xff") for value in values))


SENSE: list[bytes] = [
    *(bytes.fromhex(raw) for raw in (ISOAPPLET, MANAGE, "00C0000000", "00CA010100", "0084000008", "00B0000010")),
    *(bytes.fromhex(f"00CA00{tag:02X}00") for tag in range(0xE0, 0xE5)),
    *(case3("00A40800", bytes.fromhex(path)) for path in (PRKDF, CDF, ODF, AODF, "3F005015", "3F0050153101")),
    *(case3("00A40000", bytes.fromhex(fid)) for fid in ("3F00", "5015", "4402", "3FFF")),
    *(_codes("20", reference, value) for reference, value in RIGHT.items()),
    *(_codes("24", reference, value, value) for reference, value in RIGHT.items()),
    *(_codes("2C", reference, RIGHT[2], value) for reference, value in RIGHT.items()),
    *(bytes.fromhex(f"002000{reference:02X}") for reference in RIGHT),
    *(case3("00D60000", entry) for entry in (key_entry(1, b"id"), certificate_entry(b"id"), bytes(200))),
    *(case3("00D60000", directory([key_entry(n, bytes([n])) for n in range(3)], 240)),) * 2,
    case3("00E00000", bytes([0x6F, len(_FILE)]) + _FILE),
    case3("00E40000", bytes.fromhex("3101")),
    *(bytes.fromhex(f"002241{template}068001{algorithm}840101") for template, algorithm in (
        ("00", "EC"), ("B6", "21"), ("B6", "11"), ("B8", "11"),
    )),
    case3("00460000", _ELLIPTIC),
    case3("00DB3FFF", ec_parts(generate_ec(ec.SECP256R1()))),
    case3("002A9E9A", bytes(32)),
    case3("002A8086", bytes(257)),
]  # fmt: skip


# What a client does in one go. Each begins by getting the rights that it takes, mostly.
_PIN, _PUK, _QPIN = (_codes("20", reference, value) for reference, value in RIGHT.items())
_WRONG = [_codes("20", reference, b"wrong value") for reference in RIGHT]
_MAKE = [bytes.fromhex("0022410006 8001EC 840101"), case3("00460000", _ELLIPTIC)]
_LIST = [case3("00A4080C", bytes.fromhex(PRKDF)), case3("00D60000", directory([key_entry(1, b"id")], 240))]
_CERTIFY = [case3("00A4080C", bytes.fromhex(CDF)), case3("00D60000", directory([certificate_entry(b"id")], 240))]
_SIGN = [bytes.fromhex("002241B606 800121 840101"), case3("002A9E9A", bytes(32)), bytes.fromhex("00C0000000")]
_FILES = [case3("00A4080C", bytes.fromhex("3F005015")), case3("00E00000", bytes([0x6F, len(_FILE)]) + _FILE)]

STORIES = (
    [_PIN, *_MAKE, *_LIST, *_SIGN, *_CERTIFY],
    [_PIN, _QPIN, *_MAKE, *_LIST, _QPIN, *_SIGN],
    [_PIN, bytes.fromhex("0022410006 8001EC 840102"), SENSE[-3], *_LIST, *_CERTIFY],
    [_PIN, *_FILES, case3("00D60000", bytes(16)), bytes.fromhex("00B0000010"), bytes.fromhex("00E40000")],
    [
        *_WRONG,
        _codes("2C", 1, RIGHT[2], RIGHT[1]),
        _codes("2C", 3, RIGHT[2], RIGHT[3]),
        _codes("24", 2, RIGHT[2], RIGHT[2]),
    ],
    [_PIN, *_LIST, case3("00D60000", bytes(240)), bytes.fromhex(ISOAPPLET), bytes.fromhex(MANAGE)],
    [
        bytes.fromhex(MANAGE),
        *(bytes.fromhex(f"00CA00{tag:02X}00") for tag in range(0xE0, 0xE5)),
        bytes.fromhex(ISOAPPLET),
    ],
    [*_WRONG, *_WRONG],
)


def noise(rng: random.Random) -> bytes:
    return rng.randbytes(rng.choice((0, 1, 3, 4, 5, 6, 7, 12, 40, rng.randrange(300))))


def headed(rng: random.Random) -> bytes:
    """A command that there is, with anything in it."""
    header = bytes((rng.choice(CLASSES), rng.choice(list(Instruction)), rng.choice((0, 0, rng.randrange(256)))))
    header += bytes((rng.choice((0, 1, 2, 3, rng.randrange(256))),))
    data = noise(rng)[:255]
    return header + rng.choice((b"", bytes((rng.randrange(256),)), bytes((len(data),)) + data))


def faulty(rng: random.Random, command: bytes) -> bytes:
    """Sense with a fault in it."""
    raw = bytearray(command)
    at = rng.randrange(len(raw))
    match rng.randrange(8):
        case 0:
            raw[at] = rng.randrange(256)
        case 1:
            raw[at] ^= 1 << rng.randrange(8)
        case 2:
            del raw[at : at + rng.randrange(1, 20)]
        case 3:
            raw[at:at] = rng.randbytes(rng.randrange(1, 20))
        case 4:
            raw[0] = rng.choice(CLASSES)
        case 5:
            raw += rng.choice((b"\0", b"\xff", b"\0\0"))
        case 6:
            raw[5 + at % 8 :] = rng.randbytes(max(0, len(raw) - 5 - at % 8))  # the length stays right
        case _:
            raw[rng.choice((2, 3)) % len(raw)] = rng.randrange(256)
    return bytes(raw)


def told(rng: random.Random) -> list[bytes]:
    """A story, with faults, omissions and repetitions."""
    commands = list(rng.choice(STORIES))
    if rng.randrange(3) == 0:
        del commands[rng.randrange(len(commands))]
    if rng.randrange(3) == 0:
        commands.insert(rng.randrange(len(commands) + 1), rng.choice(SENSE))
    if rng.randrange(2) == 0:
        commands.insert(0, bytes.fromhex(ISOAPPLET))
    return [faulty(rng, command) if rng.randrange(8) == 0 else command for command in commands]


def any_command(rng: random.Random) -> list[bytes]:
    """What some client might send."""
    match rng.randrange(16):
        case 0:
            return [noise(rng)]
        case 1 | 2:
            return [headed(rng)]
        case 3 | 4:
            return [faulty(rng, rng.choice(SENSE))]
        case 5:
            return [faulty(rng, faulty(rng, rng.choice(SENSE)) or b"\0")]
        case 6:
            return [bytes((0x10,)) + rng.choice(SENSE)[1:]]
        case _:
            return told(rng)
