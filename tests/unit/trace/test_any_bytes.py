"""A session of any bytes is recorded, told, compared and exported, whatever a client sends and a card answers."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st
from stuntcard.iso7816.instructions import Instruction
from stuntcard.trace.compare import differences
from stuntcard.trace.decode import NOT_DECODED, Decoder
from stuntcard.trace.events import EventLines, TraceHeader, parse_event
from stuntcard.trace.mask import Mask
from stuntcard.trace.pcapng import as_pcapng
from stuntcard.trace.read import Trace
from stuntcard.trace.scribe import EVENT_KINDS, Scribe
from stuntcard.trace.story import tell

from tests.unit.trace.sessions import CODES

IDENTIFIERS = st.sampled_from([bytes.fromhex(one) for one in ("3F00", "5015", "4402", "3FFF", "2F00", "00", "")])
DATA = st.one_of(
    st.binary(max_size=40),
    st.lists(IDENTIFIERS, max_size=4).map(b"".join),
    st.builds(lambda tag, value: bytes([tag, len(value)]) + value, st.integers(1, 255), st.binary(max_size=20)),
)
HEADERS = st.builds(
    lambda cla, ins, p1, p2: bytes([cla, ins, p1, p2]),
    st.sampled_from([0x00, 0x10, 0x80, 0xFF]),
    st.sampled_from(list(Instruction)),
    st.one_of(st.sampled_from([0, 1, 2, 3, 4, 8, 9]), st.integers(0, 255)),
    st.integers(0, 255),
)
COMMANDS = st.one_of(
    st.binary(max_size=40), st.builds(lambda head, data: head + bytes([len(data)]) + data, HEADERS, DATA)
)
STATUS_WORDS = st.one_of(st.binary(max_size=2), st.sampled_from([b"\x90\x00", b"\x61\x08", b"\x62\x83"]))
FILE_CONTROL = st.builds(
    lambda tag, tlvs: bytes([tag, len(tlvs)]) + tlvs,
    st.sampled_from([0x62, 0x6F]),
    st.lists(DATA.filter(bool), max_size=3).map(b"".join).map(lambda tlvs: tlvs[:60]),
)
DESCRIPTOR = st.binary(min_size=1, max_size=3).map(
    lambda value: b"\x6f" + bytes([2 + len(value), 0x82, len(value)]) + value
)
ANSWERS = st.builds(bytes.__add__, st.one_of(DATA, FILE_CONTROL, DESCRIPTOR), STATUS_WORDS)
EXCHANGES = st.lists(st.tuples(COMMANDS, ANSWERS), max_size=12)
Exchanges = list[tuple[bytes, bytes]]


@given(EXCHANGES)
def test_nothing_can_upset_the_decoder(exchanges: Exchanges) -> None:
    decoder = Decoder(CODES)
    for command, answer in exchanges:
        assert decoder.decode(command, answer).command != NOT_DECODED


@given(EXCHANGES)
def test_a_masked_exchange_is_as_long_as_it_was(exchanges: Exchanges) -> None:
    mask = Mask()
    for command, answer in exchanges:
        assert [len(text) for text in mask.write(command, answer)] == [2 * len(command), 2 * len(answer)]


@given(EXCHANGES, st.sets(st.integers(0, 11)))
def test_any_session_is_recorded_told_compared_and_exported(exchanges: Exchanges, resets: set[int]) -> None:
    header = TraceHeader("any", b"", datetime(2026, 1, 31, tzinfo=UTC), codes=CODES)
    scribe, lines = Scribe(header), EventLines(header)
    reset = len(EVENT_KINDS) - 1
    written = [
        lines.line(*scribe.event((reset if number in resets else 0, number, number, command, answer, (1,))))
        for number, (command, answer) in enumerate(exchanges)
    ]
    trace = Trace(header, tuple(parse_event(line.encode(), header) for line in written))
    assert len(list(tell(header, trace.events))) == len(exchanges)
    assert list(differences(trace, trace)) == []
    assert b"".join(as_pcapng(trace))
