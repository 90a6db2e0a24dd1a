"""Command and response APDUs: bytes to values and back (ISO 7816-4, 5.2 to 5.6; ISO 7816-3, 12.1).

They are named tuples, because each exchange makes one of each, and a frozen dataclass takes three times as long.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from stuntcard.iso7816.status import StatusWord, describe

SHORT_LE_MAX = 256
EXTENDED_LE_MAX = 65536
SHORT_LC_MAX = 255
EXTENDED_LC_MAX = 65535

CHAINING_BIT = 0x10


class ApduError(Exception):
    """A command that cannot be understood; `sw` is the status word that says so to the client."""

    def __init__(self, sw: int) -> None:
        super().__init__(f"{sw:04X}: {describe(sw)}")
        self.sw = sw


class Command(NamedTuple):
    """A command APDU.

    `le` is the greatest length expected in the answer, 1 to 65536, or None when Le is absent.
    `extended` is true when the lengths came, or shall be sent, in the extended form.
    """

    cla: int
    ins: int
    p1: int
    p2: int
    data: bytes = b""
    le: int | None = None
    extended: bool = False

    @property
    def proprietary(self) -> bool:
        """Whether CLA is outside the interindustry classes (ISO 7816-4, 5.4.1)."""
        return self.cla >= 0x80

    @property
    def chained(self) -> bool:
        """Whether more parts of this command follow (bit 5 of CLA; not in the reserved 001x xxxx)."""
        return self.cla & 0xF0 in (0x10, 0x50, 0x70)

    @property
    def channel(self) -> int:
        """The logical channel, 0 to 19; 0 in a proprietary class, which has none known."""
        if self.cla >= 0x80:
            return 0
        return 4 + (self.cla & 0x0F) if self.cla & 0x40 else self.cla & 0x03

    @property
    def secure_messaging(self) -> bool:
        """Whether an interindustry CLA announces secure messaging."""
        if self.cla >= 0x80:
            return False
        return self.cla & (0x20 if self.cla & 0x40 else 0x0C) != 0

    @property
    def p1p2(self) -> int:
        """P1 and P2 as one number, P1 the high byte."""
        return self.p1 << 8 | self.p2

    def encode(self) -> bytes:
        """The command as sent; lengths too great for the short form make it extended.

        Raises ValueError when a field is out of range.
        """
        header = bytes((self.cla, self.ins, self.p1, self.p2))
        lc, le = len(self.data), self.le
        if lc > EXTENDED_LC_MAX:
            raise ValueError(f"a command carries at most {EXTENDED_LC_MAX} bytes of data, not {lc}")
        if le is not None and not 1 <= le <= EXTENDED_LE_MAX:
            raise ValueError(f"Le is 1 to {EXTENDED_LE_MAX} or absent, not {le}")
        if self.extended or lc > SHORT_LC_MAX or (le is not None and le > SHORT_LE_MAX):
            return header + self._extended_body(lc, le)
        body = bytes((lc,)) + self.data if lc else b""
        return header + body + (b"" if le is None else bytes((le & 0xFF,)))

    def _extended_body(self, lc: int, le: int | None) -> bytes:
        if lc == 0 and le is None:
            return b""
        body = lc.to_bytes(2) + self.data if lc else b""
        return b"\x00" + body + (b"" if le is None else (le & 0xFFFF).to_bytes(2))


class Response(NamedTuple):
    """A response APDU: status word, and data if any.

    `when_fetched` is no part of the bytes: the transport calls it once, when the first of `data` goes to the
    client, which may be only at a later GET RESPONSE, or never. `unasked`: data goes out at T=1, too, when the command
    has no Le, which is how clients of some command sets ask for it.
    """

    sw: int
    data: bytes = b""
    when_fetched: Callable[[], None] | None = None
    unasked: bool = False

    def encode(self) -> bytes:
        """Data, then the two bytes of the status word."""
        return self.data + self.sw.to_bytes(2)


def parse_command(raw: bytes) -> Command:
    """The command in `raw`, in any of the seven forms of ISO 7816-3, 12.1.3.

    T=0 sends a case 1 command with P3 = 00, which reads as case 2 with Le 256, and case 4 without Le, which
    reads as case 3: only the instruction tells them apart. Raises ApduError with 6700 when the lengths
    disagree, 6E00 for CLA FF, 6D00 for INS 6X and 9X; these are invalid (ISO 7816-4, 5.4.1 and 5.4.2).
    """
    size = len(raw)
    if size < 4:
        raise ApduError(StatusWord.WRONG_LENGTH)
    cla, ins, p1, p2 = raw[0], raw[1], raw[2], raw[3]
    if cla == 0xFF:
        raise ApduError(StatusWord.CLA_NOT_SUPPORTED)
    if ins & 0xF0 in (0x60, 0x90):
        raise ApduError(StatusWord.INS_NOT_SUPPORTED)
    if size == 4:
        return Command(cla, ins, p1, p2)
    p3 = raw[4]
    if size == 5:
        return Command(cla, ins, p1, p2, b"", p3 or SHORT_LE_MAX)
    if p3:
        if size == 5 + p3:
            return Command(cla, ins, p1, p2, raw[5:])
        if size == 6 + p3:
            return Command(cla, ins, p1, p2, raw[5:-1], raw[-1] or SHORT_LE_MAX)
        raise ApduError(StatusWord.WRONG_LENGTH)
    return _parse_extended(raw, size)


def _parse_extended(raw: bytes, size: int) -> Command:
    cla, ins, p1, p2 = raw[0], raw[1], raw[2], raw[3]
    number = int.from_bytes(raw[5:7])
    if size == 7:
        return Command(cla, ins, p1, p2, b"", number or EXTENDED_LE_MAX, extended=True)
    if number and size == 7 + number:
        return Command(cla, ins, p1, p2, raw[7:], extended=True)
    if number and size == 9 + number:
        le = int.from_bytes(raw[-2:]) or EXTENDED_LE_MAX
        return Command(cla, ins, p1, p2, raw[7:-2], le, extended=True)
    raise ApduError(StatusWord.WRONG_LENGTH)


def parse_response(raw: bytes) -> Response:
    """The response in `raw`. Raises ValueError when it is too short to hold a status word."""
    if len(raw) < 2:
        raise ValueError(f"a response is at least two bytes, the status word; this one has {len(raw)}")
    return Response(int.from_bytes(raw[-2:]), raw[:-2])
