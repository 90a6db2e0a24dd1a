"""A recorded session as a card.

Strict: the commands must come as they were recorded, one after the other; any other is answered 6F00 and reported, and
the replay stays where it was. Lenient: each command gets the answers that it got in the recording, in their order, the
last one again and again. A command is what it is about too: the same READ BINARY of two files is two commands, and a
GET RESPONSE belongs to the command before it.

A masked byte fits any byte; a masked answer is given as zeros. Power and reset move nothing and give the recorded ATR.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from stuntcard.iso7816.instructions import Instruction
from stuntcard.iso7816.status import StatusWord
from stuntcard.trace import octets
from stuntcard.trace.decode import Decoder
from stuntcard.trace.events import EventKind, TraceEvent
from stuntcard.trace.mask import Mask
from stuntcard.trace.read import Trace
from stuntcard.trace.story import tell

_LONGEST_SHOWN = 64


class ReplayCard:
    """Plays a trace back. `report` is told of each command that does not fit. Safe to use from several threads."""

    def __init__(self, trace: Trace, report: Callable[[str], None], *, lenient: bool = False) -> None:
        self.mismatches = 0
        self.answered = 0
        self._atr = trace.header.atr
        self._report = report
        self._lock = threading.Lock()
        self._script: _Strict | _Lenient = _Lenient(trace) if lenient else _Strict(trace)

    @property
    def atr(self) -> bytes:
        """The recorded answer to reset."""
        return self._atr

    def power_on(self) -> bytes:
        """Gives the ATR."""
        with self._lock:
            self._script.reset()
        return self._atr

    def power_off(self) -> None:
        """Moves nothing."""

    def reset(self) -> bytes:
        """Gives the ATR."""
        return self.power_on()

    def choose_protocol(self, number: int) -> None:
        """Changes nothing: what was recorded was said in the protocol of the recording."""

    def transmit(self, command: bytes) -> bytes:
        """The recorded answer; 6F00 to a command that does not fit a strict replay, 6D00 to an unknown one."""
        with self._lock:
            answer = self._script.answer(command)
            if isinstance(answer, _Unexpected):
                self.mismatches += 1
                self._report(answer.message)
                return answer.sw.to_bytes(2)
            self.answered += 1
            return answer


@dataclass(frozen=True, slots=True)
class _Unexpected:
    """A command that does not fit, what to say about it, and what to answer."""

    message: str
    sw: StatusWord


class _Strict:
    def __init__(self, trace: Trace) -> None:
        lines = tell(trace.header, trace.events)
        self._expected = [
            (event, line) for event, line in zip(trace.events, lines, strict=True) if event.kind is EventKind.COMMAND
        ]
        self._position = 0

    def reset(self) -> None:
        """Nothing changes."""

    def answer(self, command: bytes) -> bytes | _Unexpected:
        if self._position == len(self._expected):
            message = f"got {_shown(command)}, but the trace ended after its {self._position} commands; answered 6F00"
            return _Unexpected(message, StatusWord.NO_PRECISE_DIAGNOSIS)
        event, line = self._expected[self._position]
        if not octets.fits(event.command, command):
            expected = f"expected {_cut(event.command)} ({line})"
            message = f"command {self._position + 1}: {expected}, got {_shown(command)}; answered 6F00"
            return _Unexpected(message, StatusWord.NO_PRECISE_DIAGNOSIS)
        self._position += 1
        return octets.read(event.answer)


@dataclass(slots=True)
class _Answers:
    """The answers to one command, in the order of the recording."""

    command: str
    answers: list[bytes] = field(default_factory=list)

    def next(self) -> bytes:
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@dataclass(frozen=True, slots=True)
class _Context:
    """What a command is about beside its own bytes: the command before, for GET RESPONSE, and the current file."""

    before: str
    file: str


class _Lenient:
    def __init__(self, trace: Trace) -> None:
        self._answers: dict[_Context, dict[str, _Answers]] = {}
        """By context, then by the command's text."""
        recorded = _Follower(trace)
        for event in trace.events:
            if event.kind is not EventKind.COMMAND:
                recorded.reset()
                continue
            self._learn(recorded.of(octets.read(event.command)), event)
            recorded.follow(octets.read(event.command), octets.read(event.answer))
        self._context = _Follower(trace)

    def reset(self) -> None:
        self._context.reset()

    def answer(self, command: bytes) -> bytes | _Unexpected:
        found = self._find(self._context.of(command), command)
        if found is None:
            message = f"got {_shown(command)}, which the trace does not have; answered 6D00"
            return _Unexpected(message, StatusWord.INS_NOT_SUPPORTED)
        answer = found.next()
        self._context.follow(command, answer)
        return answer

    def _learn(self, context: _Context, event: TraceEvent) -> None:
        of_context = self._answers.setdefault(context, {})
        of_context.setdefault(event.command, _Answers(event.command)).answers.append(octets.read(event.answer))

    def _find(self, context: _Context, command: bytes) -> _Answers | None:
        """The same command about the same; else the same command about something else."""
        others = sorted(self._answers, key=lambda other: other.before != context.before)
        for of_context in (self._answers.get(name, {}) for name in (context, *others)):
            exact = of_context.get(octets.written(command))
            if exact is not None:
                return exact
            for answers in of_context.values():
                if octets.is_masked(answers.command) and octets.fits(answers.command, command):
                    return answers
        return None


class _Follower:
    """Knows at each point of a session what a command is about."""

    def __init__(self, trace: Trace) -> None:
        self._decoder = Decoder(trace.header.codes)
        self._mask = Mask()
        self._before = ""

    def reset(self) -> None:
        self._decoder.reset()
        self._before = ""

    def of(self, command: bytes) -> _Context:
        """What this command is about, if it comes now."""
        return _Context(self._before if _fetches(command) else "", self._decoder.current)

    def follow(self, command: bytes, answer: bytes) -> None:
        """This command has come."""
        self._decoder.decode(command, answer)
        if not _fetches(command):
            # Data may be masked in the recording, so it does not count where it usually is.
            self._before, _ = self._mask.write(command, b"")


def _fetches(command: bytes) -> bool:
    return command[1:2] == bytes([Instruction.GET_RESPONSE])


def _shown(command: bytes) -> str:
    """A command for a message: of one with data only header and length, for the data may be a code."""
    return _cut(octets.written(command[:5]) + (" and data" if len(command) > 5 else ""))


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST_SHOWN else text[:_LONGEST_SHOWN] + "…"
