"""A trace as a story: one line a command, in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum

from stuntcard.iso7816.instructions import Instruction
from stuntcard.iso7816.status import StatusWord
from stuntcard.trace import octets
from stuntcard.trace.decode import Decoded, Decoder
from stuntcard.trace.events import EventKind, TraceEvent, TraceHeader
from stuntcard.trace.mask import data_field

_MUTE = "no answer: the card is mute, or gone"


class Tone(Enum):
    """How an event went."""

    GOOD = "good"
    WARNING = "warning"
    BAD = "bad"
    POWER = "power"


@dataclass(frozen=True, slots=True)
class StoryLine:
    """One event in words."""

    time: float
    what: str
    about: str
    outcome: str
    tone: Tone
    faults: tuple[int, ...] = ()

    def __str__(self) -> str:
        said = " ".join(filter(None, (self.what, self.about))) + (f": {self.outcome}" if self.outcome else "")
        return " ".join(filter(None, (said, self.mark)))

    @property
    def mark(self) -> str:
        """The faults that struck it, by the numbers of their rules; nothing where none did."""
        numbers = ", ".join(map(str, self.faults))
        return numbers and f"[fault{'s' if len(self.faults) > 1 else ''} {numbers}]"


def tell(header: TraceHeader, events: Iterable[TraceEvent]) -> Iterator[StoryLine]:
    """The events of one session in words, in their order."""
    decoder = Decoder(printable_codes(header))
    for event in events:
        if event.kind is EventKind.COMMAND:
            yield _command(event, decoder.decode(octets.read(event.command), octets.read(event.answer)))
        else:
            decoder.reset()
            outcome = f"ATR {event.answer}" if event.answer else ""
            yield StoryLine(event.time, event.kind.value.upper(), "", outcome, Tone.POWER, event.faults)


def printable_codes(header: TraceHeader) -> dict[int, str]:
    """The names of codes, without what could steer a terminal."""
    return {reference: printable(name) for reference, name in header.codes.items()}


def printable(text: str) -> str:
    """A text from a file, fit to be shown."""
    return "".join(character if character.isprintable() else "?" for character in text)


def _command(event: TraceEvent, decoded: Decoded) -> StoryLine:
    outcome = _outcome(event, decoded)
    return StoryLine(event.time, decoded.command, decoded.about, outcome, _tone(decoded.sw), event.faults)


def _tone(sw: int | None) -> Tone:
    if sw is None:
        return Tone.BAD
    if sw == StatusWord.OK or sw >> 8 == 0x61:
        return Tone.GOOD
    # 6Cxx asks for the same again with another length: no failure, and daily bread on T=0.
    return Tone.WARNING if sw >> 8 in (0x62, 0x63, 0x6C) else Tone.BAD


def _outcome(event: TraceEvent, decoded: Decoded) -> str:
    sw = decoded.sw
    if sw is None:
        return _MUTE
    given, received = len(data_field(octets.read(event.command))), len(event.answer) // 2 - 2
    ins = octets.read(event.command)[1] if len(event.command) >= 8 else None
    words = _code_outcome(ins, sw, given > 0) if ins in _ABOUT_CODES else None
    if words is not None:
        return words
    if sw == StatusWord.OK:
        return _amounts(given if ins in _WRITE else 0, received)
    if sw >> 8 == 0x61:
        return f"{sw & 0xFF or '256 or more'} bytes to fetch"
    return f"{decoded.status} ({sw:04X})"


_WRITE = {
    Instruction.UPDATE_BINARY,
    Instruction.WRITE_BINARY,
    Instruction.UPDATE_RECORD,
    Instruction.WRITE_RECORD,
    Instruction.APPEND_RECORD,
    Instruction.PUT_DATA,
    Instruction.PUT_DATA_TLV,
}


_ABOUT_CODES = {
    Instruction.VERIFY: "right",
    Instruction.CHANGE_REFERENCE_DATA: "changed",
    Instruction.RESET_RETRY_COUNTER: "set anew",
}


def _code_outcome(ins: int | None, sw: int, given: bool) -> str | None:
    """What a status word says of a code; None when nothing in particular."""
    if sw == StatusWord.OK:
        return _ABOUT_CODES[Instruction(ins or 0)] if given else "has been given"
    if sw & 0xFFF0 == 0x63C0:
        left = sw & 0x0F
        tries = "1 try left" if left == 1 else f"{left} tries left"
        return f"wrong, {tries}" if given else tries
    return (
        {
            StatusWord.AUTHENTICATION_METHOD_BLOCKED: "blocked (6983)",
            StatusWord.REFERENCE_DATA_NOT_USABLE: "not set (6984)",
            StatusWord.INCORRECT_DATA: "the new value is refused (6A80)",
        }.get(StatusWord(sw))
        if sw in set(StatusWord)
        else None
    )


def _amounts(given: int, received: int) -> str:
    if received:
        return f"{received} bytes"
    return f"done, {given} bytes written" if given else "done"
