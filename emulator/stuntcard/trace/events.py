"""A trace as values, and as the JSON Lines of its file.

The first line is the header. Each further line is one event: a command with its answer, power on, power off or reset.
`command` and `answer` are bytes as `octets` writes them, the answer with its status word; `time` is when the command
reached the card, UTC, and `took` the seconds until the answer. `faults`, where any struck, are the numbers of their
rules. `decoded` says the same in words, for people and for programs like jq; this package itself decodes anew whenever
it reads a trace.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import lru_cache

from stuntcard.trace import octets
from stuntcard.trace.decode import Decoded

FORMAT = 1
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_CODE_NAME_MAX = 100


class TraceError(ValueError):
    """A trace that can't be read; the message says where, why and what to do."""


class EventKind(StrEnum):
    """What passed between reader and card."""

    COMMAND = "command"
    POWER_ON = "power on"
    POWER_OFF = "power off"
    RESET = "reset"


@dataclass(frozen=True, slots=True)
class TraceHeader:
    """What a trace is of. `card` is the profile's id, or the reader's name for a real card."""

    card: str
    atr: bytes
    started: datetime
    masked: bool = True
    codes: Mapping[int, str] = field(default_factory=dict)
    """Names of codes by the reference in P2."""


@dataclass(frozen=True, slots=True)
class TraceEvent:
    """One thing that passed between reader and card. `time` and `took` are seconds, `time` since the start.

    `answer` is the ATR at power on and reset; it is empty when the card was mute.
    """

    kind: EventKind
    time: float
    took: float = 0.0
    command: str = ""
    answer: str = ""
    faults: tuple[int, ...] = ()
    """The numbers of the fault rules that struck it."""


def header_line(header: TraceHeader) -> str:
    """The first line of a file, without its end."""
    return json.dumps(
        {
            "stuntcard_trace": FORMAT,
            "card": header.card,
            "atr": header.atr.hex().upper(),
            "started": _stamp(header.started),
            "masked": header.masked,
            "codes": {str(reference): name for reference, name in header.codes.items()},
        },
        ensure_ascii=False,
    )


class EventLines:
    """Writes the further lines of a file. By hand where that is much faster: it shall cost less than the commands."""

    def __init__(self, header: TraceHeader) -> None:
        self._started = (header.started - _EPOCH) // timedelta(microseconds=1)
        self._second, self._prefix = -1, ""

    def line(self, event: TraceEvent, decoded: Decoded | None) -> str:
        """The line of an event, with its end; `decoded` is None for all that is no command."""
        start = f'{{"time": "{self._stamp(event.time)}", "event": "{event.kind}"'
        if event.faults:
            start += f', "faults": {list(event.faults)}'
        if decoded is not None:
            data = f'"took": {event.took:.6f}, "command": "{event.command}", "answer": "{event.answer}"'
            return f'{start}, {data}, "decoded": {_words(decoded)}}}\n'
        return f'{start}, "atr": "{event.answer}"}}\n' if event.answer else f"{start}}}\n"

    def _stamp(self, time: float) -> str:
        second, microseconds = divmod(self._started + round(time * 1_000_000), 1_000_000)
        if second != self._second:
            self._second = second
            self._prefix = (_EPOCH + timedelta(seconds=second)).isoformat(timespec="seconds").removesuffix("+00:00")
        return f"{self._prefix}.{microseconds:06}Z"


@lru_cache(maxsize=1024)
def _words(decoded: Decoded) -> str:
    return json.dumps(decoded.as_dict(), ensure_ascii=False)


def parse_header(line: bytes) -> TraceHeader:
    """The header in a file's first line. Raises TraceError."""
    content = _json_object(line)
    version = content.get("stuntcard_trace")
    if version is None:
        raise TraceError("it does not begin as a trace of Stuntcard does")
    if version != FORMAT or isinstance(version, bool):
        raise TraceError(f"it is of format {version!r:.20}, and this version of Stuntcard reads format {FORMAT}")
    codes = content.get("codes", {})
    if not isinstance(codes, dict):
        raise TraceError("'codes' must give names by reference")
    masked = content.get("masked", True)
    if not isinstance(masked, bool):
        raise TraceError("'masked' must be true or false")
    return TraceHeader(
        card=_text(content, "card"),
        atr=octets.read(_octets(content, "atr")),
        started=_time(content, "started"),
        masked=masked,
        codes=dict(_code(reference, name) for reference, name in codes.items()),
    )


def parse_event(line: bytes, header: TraceHeader) -> TraceEvent:
    """The event in a further line. Raises TraceError."""
    content = _json_object(line)
    name = _text(content, "event")
    if name not in set(EventKind):
        raise TraceError(f"there is no event '{name:.40}'; there are: {', '.join(EventKind)}")
    kind = EventKind(name)
    time = (_time(content, "time") - header.started).total_seconds()
    faults = _numbers(content, "faults")
    if kind is not EventKind.COMMAND:
        return TraceEvent(kind, time, answer=_octets(content, "atr") if "atr" in content else "", faults=faults)
    took = content.get("took", 0.0)
    if isinstance(took, bool) or not isinstance(took, int | float) or not 0 <= took < 1e9:
        raise TraceError("'took' must be a number of seconds")
    return TraceEvent(kind, time, float(took), _octets(content, "command"), _octets(content, "answer"), faults)


def _stamp(moment: datetime) -> str:
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")


def _json_object(line: bytes) -> dict[str, object]:
    try:
        content = json.loads(line)
    except (ValueError, RecursionError):
        raise TraceError("it is not JSON") from None
    if not isinstance(content, dict):
        raise TraceError("it is not a JSON object")
    return content


def _text(content: Mapping[str, object], key: str) -> str:
    value = content.get(key)
    if not isinstance(value, str):
        raise TraceError(f"'{key}' must be there, as text")
    return value


def _octets(content: Mapping[str, object], key: str) -> str:
    text = _text(content, key)
    if not octets.is_written(text):
        raise TraceError(f"'{key}' must be bytes in hexadecimal, ** for a masked one")
    return text.upper()


def _numbers(content: Mapping[str, object], key: str) -> tuple[int, ...]:
    found = content.get(key, [])
    if not isinstance(found, list) or any(isinstance(one, bool) or not isinstance(one, int) for one in found):
        raise TraceError(f"'{key}' must be a list of whole numbers")
    return tuple(found)


def _time(content: Mapping[str, object], key: str) -> datetime:
    try:
        moment = datetime.fromisoformat(_text(content, key))
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise TraceError(f"'{key}' must be a time such as 2026-01-31T12:00:00.000000Z") from None


def _code(reference: str, name: object) -> tuple[int, str]:
    if not (reference.isascii() and reference.isdecimal() and len(reference) <= 3 and isinstance(name, str)):
        raise TraceError("'codes' must give names by reference, a number from 0 to 255")
    return int(reference), name[:_CODE_NAME_MAX]
