"""Good bytes made bad: what readers of foreign bytes are tried with."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from hypothesis import strategies as st

_BITS = (0x01, 0x07, 0x20, 0x80)
_VALUES = (0x00, 0x7F, 0xFF)
_CHANGES_MAX = 4


def every_byte_changed(good: bytes, besides: bytes = b"") -> Iterator[bytes]:
    """The bytes with each one changed in turn: other types, versions and lengths, and nothing else.

    Those of `besides` stay: a digest, where any byte is as good as any other.
    """
    kept = range(good.index(besides), good.index(besides) + len(besides))
    for position, byte in enumerate(good):
        if position in kept:
            continue
        others = {byte ^ bit for bit in _BITS} | set(_VALUES)
        for other in sorted(others - {byte}):
            yield good[:position] + bytes([other]) + good[position + 1 :]


def every_start(good: bytes) -> Iterator[bytes]:
    """The bytes cut off at every place."""
    return (good[:length] for length in range(len(good)))


@st.composite
def mutated(draw: st.DrawFn, good: bytes) -> bytes:
    """The bytes with a few places changed, left out, doubled or written over with a part from elsewhere."""
    content = bytearray(good)
    for _ in range(draw(st.integers(1, _CHANGES_MAX))):
        start = draw(st.integers(0, len(content)))
        end = draw(st.integers(start, min(start + 20, len(content))))
        place = draw(st.integers(0, len(content)))
        match draw(st.sampled_from(["change", "leave out", "double", "write over"])):
            case "change":
                content[start:end] = draw(st.binary(min_size=end - start, max_size=end - start + 1))
            case "leave out":
                del content[start:end]
            case "double":
                content[end:end] = content[start:end]
            case _:
                content[place : place + end - start] = content[start:end]
    return bytes(content)


def try_all(read: Callable[[bytes], object], good: bytes, *ours: type[Exception]) -> int:
    """Reads the bytes with each one changed and cut off everywhere; how often `ours` was raised, and nothing else."""
    refused = 0
    for bad in (*every_byte_changed(good), *every_start(good)):
        try:
            read(bad)
        except ours:
            refused += 1
    return refused
