"""Sessions to test with."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from stuntcard.trace.events import EventKind, TraceEvent, TraceHeader
from stuntcard.trace.read import Trace
from stuntcard.trace.scribe import EVENT_KINDS, Raw, Scribe

ATR = bytes.fromhex("3B7E9400008025A00000002856801012000114")
STARTED = datetime(2026, 1, 31, 12, 0, 0, 250000, tzinfo=UTC)
CODES = {1: "PIN", 3: "QPIN", 17: "IOK"}

SELECT_APPLET = ("00A4040C0CF276A288BCFBA69D34F31001", "9000")
SELECT_KEYS = ("00A4080C0450154402", "9000")
READ = ("00B0000004", "0102030490" + "00")
WRONG_QPIN = ("0020000310" + "3939393939FFFFFFFFFFFFFFFFFFFFFF", "63C2")
RIGHT_PIN = ("0020000110" + "3132333435363738FFFFFFFFFFFFFFFF", "9000")
CHALLENGE = ("0084000008", "0011223344556677" + "9000")

Exchange = tuple[str, str]


def header(*, masked: bool = True) -> TraceHeader:
    return TraceHeader("proid-q", ATR, STARTED, masked, CODES)


def session(exchanges: Sequence[Exchange], *, masked: bool = True) -> Trace:
    """Power on, then these commands and answers a millisecond apart, as a recording gives them."""
    head = header(masked=masked)
    scribe = Scribe(head)
    power_on, command = EVENT_KINDS.index(EventKind.POWER_ON), EVENT_KINDS.index(EventKind.COMMAND)
    raw: list[Raw] = [(power_on, 0.0, 0.0, b"", ATR, ())]
    raw += [
        (command, number / 1000, number / 1000 + 0.0005, bytes.fromhex(sent), bytes.fromhex(answer), ())
        for number, (sent, answer) in enumerate(exchanges, 1)
    ]
    events: list[TraceEvent] = [scribe.event(record)[0] for record in raw]
    return Trace(head, tuple(events))
