"""The answer to reset: taken apart, put together, checked (ISO 7816-3, 8.2)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import reduce
from operator import xor

SIZE_MAX = 33
HISTORICAL_MAX = 15

_GLOBAL_INTERFACE_BYTES = 15  # T=15 qualifies interface bytes and names no protocol (ISO 7816-3, 8.2.3)


class AtrError(ValueError):
    """Bytes that are no valid ATR, or parts that make none; the message says what is wrong."""


class Convention(IntEnum):
    """TS, the first byte: how bits are coded on the line."""

    DIRECT = 0x3B
    INVERSE = 0x3F


@dataclass(frozen=True, slots=True)
class InterfaceBytes:
    """TAi, TBi, TCi and TDi of one level i; None for one that is absent."""

    ta: int | None = None
    tb: int | None = None
    tc: int | None = None
    td: int | None = None


@dataclass(frozen=True, slots=True)
class Atr:
    """An ATR taken apart. `levels[0]` holds TA1 to TD1; the last level is the one without a TD."""

    convention: Convention
    levels: tuple[InterfaceBytes, ...]
    historical: bytes
    tck: int | None

    @property
    def protocols(self) -> tuple[int, ...]:
        """The protocols offered, each T once, in the order of the ATR; (0,) when there is no TD1."""
        offered = dict.fromkeys(level.td & 0x0F for level in self.levels if level.td is not None)
        offered.pop(_GLOBAL_INTERFACE_BYTES, None)
        return tuple(offered) or (0,)

    @property
    def speakable(self) -> tuple[int, ...]:
        """The protocols that may be spoken, the one first that is without a choice (ISO 7816-3, 6.3.1).

        TA2 says that the card is in specific mode, with one protocol and no choice.
        """
        specific = self.levels[1].ta if len(self.levels) > 1 else None
        return self.protocols if specific is None else (specific & 0x0F,)


def parse_atr(raw: bytes) -> Atr:
    """The ATR in `raw`. Raises AtrError when its length, TS or TCK is wrong."""
    if len(raw) > SIZE_MAX:
        raise AtrError(f"an ATR has at most {SIZE_MAX} bytes, this one has {len(raw)}")
    if len(raw) < 2:
        raise AtrError(f"an ATR has at least two bytes, TS and T0; this one has {len(raw)}")
    if raw[0] not in (Convention.DIRECT, Convention.INVERSE):
        raise AtrError(f"TS is 3B or 3F, not {raw[0]:02X}")
    levels, position = _read_levels(raw)
    historical_end = position + (raw[1] & 0x0F)
    if historical_end > len(raw):
        raise AtrError(f"T0 announces {raw[1] & 0x0F} historical bytes, but {len(raw) - position} follow")
    tck = _read_tck(raw, historical_end, _needs_tck((level.td or 0) & 0x0F for level in levels))
    return Atr(Convention(raw[0]), levels, raw[position:historical_end], tck)


def check_atr(raw: bytes) -> None:
    """Raises AtrError, saying what is wrong, unless `raw` is a valid ATR."""
    parse_atr(raw)


def build_atr(
    historical: bytes,
    protocols: Sequence[int] = (1,),
    *,
    interface: Sequence[InterfaceBytes] = (),
    convention: Convention = Convention.DIRECT,
) -> bytes:
    """An ATR with T0, TD1, TD2, ... and TCK worked out.

    `protocols` gives the T of TD1, TD2, ... in this order; (0,) alone needs no TD1. `interface` gives TA, TB
    and TC of level 1, 2, ... (its `td` is not read); where it has more levels than `protocols` calls for, the
    last protocol is repeated. Raises AtrError when the parts make no valid ATR.
    """
    if len(historical) > HISTORICAL_MAX:
        raise AtrError(f"an ATR has at most {HISTORICAL_MAX} historical bytes, not {len(historical)}")
    if not protocols or not all(0 <= t <= 15 for t in protocols):
        raise AtrError(f"protocols are one or more numbers 0 to 15, not {list(protocols)}")
    following = _protocol_of_each_td(protocols, len(interface))
    low_half, body = len(historical), bytearray()
    for number in range(len(following) + 1):
        level = interface[number] if number < len(interface) else InterfaceBytes()
        announced, values = _pack(level)
        has_td = number < len(following)
        body.append((announced | (8 if has_td else 0)) << 4 | low_half)
        body += values
        if has_td:
            low_half = following[number]
    raw = bytes((convention,)) + body + historical
    if _needs_tck(following):
        raw += bytes((reduce(xor, raw[1:]),))
    check_atr(raw)
    return raw


def _protocol_of_each_td(protocols: Sequence[int], levels: int) -> list[int]:
    if len(protocols) == 1 and protocols[0] == 0 and levels <= 1:
        return []
    return [*protocols, *[protocols[-1]] * (levels - 1 - len(protocols))]


def _pack(level: InterfaceBytes) -> tuple[int, bytes]:
    """Which of TA, TB, TC are there, as bits 1, 2 and 4; and their bytes."""
    given = (level.ta, level.tb, level.tc)
    values = [value for value in given if value is not None]
    if not all(0 <= value <= 0xFF for value in values):
        raise AtrError(f"interface bytes are 00 to FF, not {values}")
    return sum(1 << i for i, value in enumerate(given) if value is not None), bytes(values)


def _read_levels(raw: bytes) -> tuple[tuple[InterfaceBytes, ...], int]:
    """All interface bytes, and the position after them."""
    levels: list[InterfaceBytes] = []
    announced, position = raw[1] >> 4, 2
    while True:
        values: list[int | None] = []
        for i, letter in enumerate("ABCD"):
            if not announced & 1 << i:
                values.append(None)
                continue
            if position >= len(raw):
                raise AtrError(f"the ATR breaks off before T{letter}{len(levels) + 1}, which it announces")
            values.append(raw[position])
            position += 1
        level = InterfaceBytes(*values)
        levels.append(level)
        if level.td is None:
            return tuple(levels), position
        if len(levels) == 1 and level.td & 0x0F == _GLOBAL_INTERFACE_BYTES:
            raise AtrError("TD1 names T=15, which is not a protocol")
        announced = level.td >> 4


def _needs_tck(protocols: Iterable[int]) -> bool:
    """Whether a TCK must be there: in all ATRs but those that name T=0 only (ISO 7816-3, 8.2.5)."""
    return any(protocols)


def _read_tck(raw: bytes, position: int, needed: bool) -> int | None:
    trailing = len(raw) - position - needed
    if trailing < 0:
        raise AtrError("TCK is missing; an ATR that names another protocol than T=0 ends with it")
    if trailing:
        why = "" if needed else "; one for T=0 only has no TCK"
        raise AtrError(f"bytes too many at the end of the ATR: {trailing}{why}")
    if not needed:
        return None
    right = reduce(xor, raw[1:position])
    if raw[position] != right:
        raise AtrError(f"TCK is {raw[position]:02X}, but should be {right:02X}")
    return raw[position]
