"""Reading traces: whole ones, and whatever else a file may hold."""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stuntcard.trace.events import EventLines, TraceError, header_line
from stuntcard.trace.read import LONGEST_LINE, Trace, TraceReader, read_trace
from stuntcard.trace.scribe import Raw, Scribe

from tests.unit.trace.sessions import ATR, RIGHT_PIN, SELECT_KEYS, header

HEAD = header_line(header()).encode() + b"\n"
EVENT = b'{"time": "2026-01-31T12:00:00.251000Z", "event": "command", "command": "00200001", "answer": "63C3"}\n'


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "session.jsonl"


def reading(path: Path, content: bytes) -> Trace:
    path.write_bytes(content)
    return read_trace(path)


def message(path: Path, content: bytes) -> str:
    with pytest.raises(TraceError) as caught:
        reading(path, content)
    return str(caught.value).removeprefix(str(path))


def test_what_was_written_is_read(path: Path) -> None:
    scribe, lines = Scribe(header()), EventLines(header())
    verify = bytes.fromhex(RIGHT_PIN[0])
    raw: list[Raw] = [
        (1, 0.0, 0.0, b"", ATR, ()), (0, 1.5, 1.75, verify, b"\x90\x00", (2, 3)), (2, 2.0, 2.0, b"", b"", ()),
    ]  # fmt: skip
    happened = [scribe.event(record) for record in raw]
    trace = reading(path, HEAD + "".join(lines.line(*item) for item in happened).encode())
    assert trace == Trace(header(), tuple(event for event, _ in happened))


def test_a_line_in_full() -> None:
    scribe, lines = Scribe(header()), EventLines(header())
    select, verify = (
        lines.line(*scribe.event((0, 0.001, 0.0015, bytes.fromhex(command), bytes.fromhex(answer), ())))
        for command, answer in (SELECT_KEYS, RIGHT_PIN)
    )
    assert json.loads(select)["decoded"] == {"command": "SELECT", "file": "5015/4402 PrKDF", "status": "done"}
    assert verify == (
        '{"time": "2026-01-31T12:00:00.251000Z", "event": "command", "took": 0.000500, '
        '"command": "0020000110********************************", "answer": "9000", '
        '"decoded": {"command": "VERIFY", "code": "PIN", "status": "done"}}\n'
    )


def test_a_last_line_that_breaks_off_is_left_out(path: Path) -> None:
    trace = reading(path, HEAD + EVENT + EVENT[:30])
    assert (len(trace.events), trace.cut) == (1, True)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", ": it is empty; give a file that was recorded with --trace or by relay"),
        (b"hello\n", ", line 1: it is not JSON; give a file that was recorded with --trace or by relay"),
        (b"[" * 100000, ", line 1: it is not JSON; give a file that was recorded with --trace or by relay"),
        (b"\xff\xfe\n", ", line 1: it is not JSON; give a file that was recorded with --trace or by relay"),
        (b"{}\n", ", line 1: it does not begin as a trace of Stuntcard does; give a file that was recorded with "
                  "--trace or by relay"),
        (b'{"stuntcard_trace": 2}\n', ", line 1: it is of format 2, and this version of Stuntcard reads format 1; "
                                      "give a file that was recorded with --trace or by relay"),
        (HEAD + b"[]\n" + EVENT, ", line 2: it is not a JSON object; record the session again, or remove that line"),
        (HEAD + EVENT.replace(b"63C3", b"63C"), ", line 2: 'answer' must be bytes in hexadecimal, ** for a masked "
                                                "one; record the session again, or remove that line"),
        (HEAD + EVENT.replace(b'"command", "c', b'"dance", "c'), ", line 2: there is no event 'dance'; there are: "
            "command, power on, power off, reset; record the session again, or remove that line"),
        (HEAD + EVENT.replace(b"2026", b"9"), ", line 2: 'time' must be a time such as 2026-01-31T12:00:00.000000Z; "
                                              "record the session again, or remove that line"),
        (HEAD + b'{"a": "' + b"x" * LONGEST_LINE + b'"}\n', ", line 2: it is longer than a trace's can be; record the "
                                                            "session again, or remove that line"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_the_line(path: Path, content: bytes, said: str) -> None:
    assert message(path, content) == said


json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=5,
)
keys = st.sampled_from(["time", "event", "took", "command", "answer", "atr", "decoded"])
headers = st.sampled_from(["stuntcard_trace", "card", "atr", "started", "masked", "codes"])


@given(
    st.one_of(
        st.binary(max_size=200),
        st.dictionaries(keys, json_values).map(lambda event: HEAD + json.dumps(json.loads(EVENT) | event).encode()),
        st.dictionaries(headers, json_values).map(
            lambda head: json.dumps(json.loads(HEAD) | head).encode() + b"\n" + EVENT
        ),
        st.integers(0, len(HEAD + EVENT)).map(lambda size: (HEAD + EVENT)[:size]),
    ),
    st.sampled_from([b"", b"\n"]),
)
def test_any_file_is_a_trace_or_refused(content: bytes, end: bytes) -> None:
    with tempfile.NamedTemporaryFile() as file:
        path = Path(file.name)
        path.write_bytes(content + end)
        with contextlib.suppress(TraceError):
            read_trace(path)


def test_a_pipe_that_nobody_writes_to_is_empty(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "session.jsonl")
    with pytest.raises(TraceError, match="it is empty"):
        read_trace(tmp_path / "session.jsonl")


def test_a_trace_is_read_while_it_is_written(path: Path) -> None:
    path.write_bytes(HEAD)
    with path.open("ab", buffering=0) as writer:
        pieces = iter([EVENT[:50], EVENT[50:], EVENT])

        def more() -> bool:
            piece = next(pieces, b"")
            writer.write(piece)
            return bool(piece)

        with TraceReader(path, more) as reader:
            assert reader.header() == header()
            assert [event.command for event in reader] == ["00200001", "00200001"]
            assert not reader.cut


def test_a_trace_that_is_begun_anew_while_it_is_followed_is_not_waited_for(path: Path) -> None:
    path.write_bytes(HEAD + EVENT)

    def more() -> bool:
        began_anew = path.stat().st_size == 0
        path.write_bytes(b"")
        return not began_anew

    with TraceReader(path, more) as reader:
        reader.header()
        with pytest.raises(TraceError, match="begun anew while it was read"):
            list(reader)
