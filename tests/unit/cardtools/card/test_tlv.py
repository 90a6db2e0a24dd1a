"""Data objects, read and written."""

from __future__ import annotations

import pytest
from cardtools.card import tlv
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("raw", "found"),
    [
        ("", []),
        ("8001AA", [(0x80, b"\xaa")]),
        ("80008100", [(0x80, b""), (0x81, b"")]),
        ("5F2D026373 E500", [(0x5F2D, b"cs"), (0xE5, b"")]),
        ("80820001AA", [(0x80, b"\xaa")]),
    ],
)
def test_objects_are_read_one_after_the_other(raw: str, found: list[tuple[int, bytes]]) -> None:
    assert tlv.parse(bytes.fromhex(raw)) == found


@pytest.mark.parametrize("raw", ["80", "8002AA", "5F", "5FAD", "8080", "8080AA0000", "8085000000000100", "80FF"])
def test_what_breaks_off_is_an_error(raw: str) -> None:
    with pytest.raises(tlv.TlvError):
        tlv.parse(bytes.fromhex(raw))


@given(st.lists(st.tuples(st.sampled_from([0x80, 0xA0, 0xE5, 0x30, 0x04]), st.binary(max_size=300))))
def test_what_is_written_is_read_back(objects: list[tuple[int, bytes]]) -> None:
    raw = b"".join(tlv.encode(tag, value) for tag, value in objects)
    assert tlv.parse(raw) == objects
    if objects:
        first, rest = tlv.split(raw)
        assert first == tlv.encode(*objects[0])
        assert first + rest == raw


@given(st.binary(max_size=64))
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    try:
        found = tlv.parse(raw)
    except tlv.TlvError:
        return
    assert sum(len(value) for _, value in found) <= len(raw)
