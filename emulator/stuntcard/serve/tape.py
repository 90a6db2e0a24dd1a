"""The last of what programs and one card said to each other, kept in memory at next to no cost to the card."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from time import perf_counter

from stuntcard.iso7816.instructions import Instruction
from stuntcard.trace.decode import Decoded
from stuntcard.trace.events import EventLines, TraceEvent, TraceHeader, header_line
from stuntcard.trace.read import Trace
from stuntcard.trace.record import COMMAND, Faults
from stuntcard.trace.scribe import Raw, Scribe

KEPT = 2000
"""So many commands of a card are kept, the last ones."""
_LONGEST_KEPT = 4096
"""Bytes of a command or an answer; of longer ones the rest is left out, so that a tape has a bound."""
_TOLD_AT_ONCE = 400
"""So many commands are told one by one, however fast they come …"""
_TOLD_A_SECOND = 400
"""… and so many for each second since: telling takes longer than many a command, and shares the interpreter with it."""


@dataclass(frozen=True, slots=True)
class Heard:
    """One event of a card, masked; in words if it is a command."""

    at: datetime
    event: TraceEvent
    decoded: Decoded | None


class CardTape:
    """A recorder (`trace.record.Recorder`) that says when there is something new."""

    def __init__(self, touched: Callable[[], None]) -> None:
        self._started, self._zero = datetime.now(UTC), perf_counter()
        self._touched = touched
        self._numbers = count()
        self._raw: deque[tuple[int, Raw]] = deque(maxlen=KEPT)
        self._told = 0
        self._left, self._left_at = float(_TOLD_AT_ONCE), self._zero
        self._scribe: Scribe | None = None
        self._header: TraceHeader | None = None

    def record(self, number: int, start: float, end: float, command: bytes, answer: bytes, faults: Faults = ()) -> None:
        """One event; the card waits meanwhile, so this does next to nothing."""
        if len(command) > _LONGEST_KEPT or len(answer) > _LONGEST_KEPT:
            command, answer = command[:_LONGEST_KEPT], answer[:_LONGEST_KEPT]
        self._raw.append((next(self._numbers), (number, start, end, command, answer, faults)))
        self._touched()

    def begin(self, card: str, atr: bytes, codes: dict[int, str]) -> None:
        """The tape is of this card from now on; what was before stays on it."""
        self._header = TraceHeader(card, atr, self._started, True, codes)
        self._scribe = Scribe(self._header)

    def new(self) -> tuple[list[Heard], int]:
        """What came since the last call, masked and in words, and how many events of that are too many to be told."""
        numbered = [one for one in list(self._raw) if one[0] >= self._told]
        if self._scribe is None or not numbered:
            return [], 0
        came = numbered[-1][0] + 1 - self._told
        self._told += came
        fresh = [raw for _, raw in numbered]
        if came > len(fresh):
            _drop_first_get_responses(fresh)
        begin = max(len(fresh) - self._room(), 0)
        # A GET RESPONSE is masked as the command before it was: so that one has to be seen, told or not.
        first = begin
        while first > 0 and _is_get_response(fresh[first]):
            first -= 1
        events = [self._heard(self._scribe, raw) for raw in fresh[first:]][begin - first :]
        self._left -= len(events)
        return events, came - len(events)

    def _room(self) -> int:
        """How many events may be told now."""
        now = perf_counter()
        self._left = min(_TOLD_AT_ONCE, self._left + (now - self._left_at) * _TOLD_A_SECOND)
        self._left_at = now
        return int(self._left)

    def trace(self) -> Trace:
        """All that is kept, masked; it begins with a command that is no GET RESPONSE."""
        assert self._header is not None
        raw = [raw for _, raw in list(self._raw)]
        _drop_first_get_responses(raw)
        scribe = Scribe(self._header)
        return Trace(self._header, tuple(scribe.event(self._shifted(one))[0] for one in raw))

    def lines(self) -> str:
        """All that is kept, masked, as the file of a trace."""
        assert self._header is not None
        lines = EventLines(self._header)
        told = "".join(lines.line(heard.event, heard.decoded) for heard in self.last(KEPT))
        return f"{header_line(self._header)}\n{told}"

    def last(self, many: int) -> list[Heard]:
        """The last so many events, masked and in words."""
        assert self._header is not None
        raw = [raw for _, raw in list(self._raw)][-many:]
        _drop_first_get_responses(raw)
        scribe = Scribe(self._header)
        return [self._heard(scribe, one) for one in raw]

    def _shifted(self, raw: Raw) -> Raw:
        number, start, end, command, answer, faults = raw
        return number, start - self._zero, end - self._zero, command, answer, faults

    def _heard(self, scribe: Scribe, raw: Raw) -> Heard:
        event, decoded = scribe.event(self._shifted(raw))
        return Heard(self._started + timedelta(seconds=event.time), event, decoded)


def _drop_first_get_responses(raw: list[Raw]) -> None:
    """Of those nobody knows any more whether they bring a secret: the command that they belong to is gone."""
    while raw and _is_get_response(raw[0]):
        del raw[0]


def _is_get_response(raw: Raw) -> bool:
    number, _, _, command, _, _ = raw
    return number == COMMAND and command[1:2] == bytes([Instruction.GET_RESPONSE])
