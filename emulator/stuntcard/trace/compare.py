"""Compares two traces command by command.

Commands are aligned by what they ask for (header, file or code), and aligned ones then compared in full. Compared by
length alone are the parts that differ from run to run although nothing is amiss: challenges, new keys, signatures and
what is signed or deciphered, and whatever is masked in either trace.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

from stuntcard.iso7816.instructions import Instruction
from stuntcard.trace import octets
from stuntcard.trace.decode import Decoder
from stuntcard.trace.events import EventKind, TraceEvent, TraceHeader
from stuntcard.trace.mask import data_field
from stuntcard.trace.read import Trace
from stuntcard.trace.story import StoryLine, tell

_RANDOM_DATA = {
    Instruction.PERFORM_SECURITY_OPERATION,
    Instruction.EXTERNAL_AUTHENTICATE,
    Instruction.GENERAL_AUTHENTICATE,
    Instruction.GENERAL_AUTHENTICATE_TLV,
}
_RANDOM_ANSWER = {
    *_RANDOM_DATA,
    Instruction.GET_CHALLENGE,
    Instruction.GENERATE_ASYMMETRIC_KEY_PAIR,
    Instruction.GENERATE_ASYMMETRIC_KEY_PAIR_TLV,
    Instruction.INTERNAL_AUTHENTICATE,
}
_SLACK = 6
"""Bytes by which the lengths of random parts may differ: DER shortens an ECDSA signature's two numbers."""
_SHOWN = 16
_SMALL = 5000
"""Up to so many events the alignment is thorough; beyond, difflib passes over what is very frequent."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One place where two sessions differ. One side is None when the other has an event that this one has not."""

    left: StoryLine | None
    right: StoryLine | None
    why: str = ""


def differences(left: Trace, right: Trace) -> Iterator[Difference]:
    """Where two sessions differ, in their order."""
    a, b = _comparable(left), _comparable(right)
    matcher = SequenceMatcher(None, [item.asks for item in a], [item.asks for item in b], len(a) + len(b) > _SMALL)
    for kind, a_start, a_end, b_start, b_end in matcher.get_opcodes():
        if kind == "equal":
            for item, other in zip(a[a_start:a_end], b[b_start:b_end], strict=True):
                if why := item.difference(other):
                    yield Difference(item.line, other.line, why)
        else:
            yield from (Difference(item.line, None) for item in a[a_start:a_end])
            yield from (Difference(None, item.line) for item in b[b_start:b_end])


@dataclass(frozen=True, slots=True)
class _Comparable:
    """An event with its parts as they are compared: `asks` aligns, the rest must be alike.

    A part that is random has nothing but `**`.
    """

    asks: str
    command: str
    answer: str
    status: str
    random: bool
    line: StoryLine

    def difference(self, other: _Comparable) -> str:
        """Why the two are not alike; nothing if they are."""
        if bool(self.line.faults) is not bool(other.line.faults):
            return "a fault struck only one of them"
        if self.status != other.status:
            return "another status word"
        slack = 2 * _SLACK if self.random and other.random else 0
        return _difference("the command", self.command, other.command, slack) or _difference(
            "the answer", self.answer, other.answer, slack
        )


def _difference(what: str, left: str, right: str, slack: int) -> str:
    """How two texts of bytes differ; nothing if they don't. A masked byte is like any other."""
    if abs(len(left) - len(right)) > slack:
        return f"{what} has another length, {len(left) // 2} and {len(right) // 2} bytes"
    for place in range(0, min(len(left), len(right)), 2):
        a, b = left[place : place + 2], right[place : place + 2]
        if a != b and octets.HIDDEN not in (a, b):
            at = f"{left[place:][:_SHOWN]} and {right[place:][:_SHOWN]}"
            return f"{what} differs from byte {place // 2} on: {at}"
    return ""


def _comparable(trace: Trace) -> list[_Comparable]:
    normal = _Normal(trace.header)
    lines = tell(trace.header, trace.events)
    return [normal.comparable(event, line) for event, line in zip(trace.events, lines, strict=True)]


class _Normal:
    """Brings the events of one session into the form in which they are compared."""

    def __init__(self, header: TraceHeader) -> None:
        self._decoder = Decoder(header.codes)
        self._ins = 0

    def comparable(self, event: TraceEvent, line: StoryLine) -> _Comparable:
        if event.kind is not EventKind.COMMAND:
            self._decoder.reset()
            return _Comparable(event.kind.value, "", event.answer, "", False, line)
        raw = octets.read(event.command)
        decoded = self._decoder.decode(raw, octets.read(event.answer))
        asks = f"{event.command[:8]} {decoded.file}"
        fetches = raw[1:2] == bytes([Instruction.GET_RESPONSE])
        if len(raw) > 1 and not fetches:
            self._ins = raw[1]
        command, answer, status = event.command, event.answer[:-4], event.answer[-4:]
        random = self._ins in _RANDOM_ANSWER
        if random:
            answer = octets.HIDDEN * (len(answer) // 2)
            # How many bytes wait is told by 61xx, and again by the P3 that fetches them.
            status = status[:2] if status.startswith("61") else status
            if fetches:
                command = command[:8]
            elif self._ins in _RANDOM_DATA:
                command = octets.written(raw, data_field(raw))
        return _Comparable(asks, command, answer, status, random, line)
