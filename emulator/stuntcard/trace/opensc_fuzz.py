"""A trace as seeds for OpenSC's fuzz targets, which so begin at a card that is whole.

Their reader asks no card: it takes the ATR and then each answer from its input, as a length of two bytes in the order
of the machine (little-endian wherever OpenSC is fuzzed) and so many bytes. It is connected to once; so a session gives
a seed for each time that the card was powered up and asked something. The targets that are whole programs
(fuzz_pkcs15_tool, fuzz_pkcs15_crypt, fuzz_piv_tool) want their arguments first: each with a zero byte behind it, and
one more behind all. Source: OpenSC, src/tests/fuzzing.
"""

from __future__ import annotations

from collections.abc import Sequence

from stuntcard.trace import octets
from stuntcard.trace.events import EventKind, TraceError
from stuntcard.trace.read import Trace

_CHUNK_MAX = 0xFFFF
_ARGUMENTS_MAX = 10_000


def seeds(trace: Trace, arguments: Sequence[str] | None = None) -> list[bytes]:
    """The seeds of a session, in its order; masked bytes are zeros. Raises TraceError.

    `arguments` are those of the program that the target is; None for a target that takes none.
    """
    first = b"" if arguments is None else _arguments(arguments)
    return [first + b"".join(map(_chunk, connection)) for connection in _connections(trace)]


def _connections(trace: Trace) -> list[list[bytes]]:
    """The ATR and the answers, for each time that the card was powered up and asked something."""
    found: list[list[bytes]] = [[trace.header.atr]]
    for event in trace.events:
        if event.kind is EventKind.COMMAND:
            found[-1].append(octets.read(event.answer))
        elif event.kind in (EventKind.POWER_ON, EventKind.RESET):
            found.append([octets.read(event.answer) or trace.header.atr])
    return [connection for connection in found if len(connection) > 1]


def _chunk(content: bytes) -> bytes:
    if len(content) > _CHUNK_MAX:
        raise TraceError(
            f"an answer of {len(content)} bytes does not fit: OpenSC's fuzz reader takes at most {_CHUNK_MAX}"
        )
    return len(content).to_bytes(2, "little") + content


def _arguments(arguments: Sequence[str]) -> bytes:
    if len(arguments) > _ARGUMENTS_MAX or any(not argument or "\0" in argument for argument in arguments):
        raise TraceError("a fuzz target's arguments can't be empty: an empty one would end them")
    return b"".join(argument.encode() + b"\0" for argument in arguments) + b"\0"
