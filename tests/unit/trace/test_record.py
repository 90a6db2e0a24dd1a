"""Recording, with the file written by its own process."""

from __future__ import annotations

import stat
import threading
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stuntcard.iso7816.apdu import Command
from stuntcard.trace.events import EventKind, TraceEvent
from stuntcard.trace.read import read_trace
from stuntcard.trace.record import RecordingCard, Tape, TraceFile

from tests.unit.readers.echo_card import EchoCard
from tests.unit.trace.sessions import ATR, header


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "session.jsonl"


def without_times(event: TraceEvent) -> tuple[EventKind, str, str]:
    return event.kind, event.command, event.answer


def test_a_session_is_in_the_file_after_close(path: Path) -> None:
    echo = EchoCard(ATR, echo_from=5)
    with TraceFile(path, header()) as file:
        card = RecordingCard(echo, file)
        assert (card.atr, card.power_on(), card.reset()) == (ATR, ATR, ATR)
        assert card.transmit(bytes.fromhex("00D6000001AA")) == b"\xaa\x90\x00"
        card.power_off()
    assert echo.history == ["on", "reset", "off"]
    trace = read_trace(path)
    assert trace.header == header()
    assert [without_times(event) for event in trace.events] == [
        (EventKind.POWER_ON, "", ATR.hex().upper()),
        (EventKind.RESET, "", ATR.hex().upper()),
        (EventKind.COMMAND, "00D6000001AA", "AA9000"),
        (EventKind.POWER_OFF, "", ""),
    ]
    times = [event.time for event in trace.events]
    assert times == sorted(times)


def test_nothing_is_lost_of_many_commands_from_several_threads(path: Path) -> None:
    def use(number: int) -> None:
        for count in range(2000):
            card.transmit(bytes([0, 0xD6, count >> 8, count & 0xFF, 1, number]))

    with TraceFile(path, header()) as file:
        card = RecordingCard(EchoCard(ATR, echo_from=5), file)
        threads = [threading.Thread(target=use, args=(number,)) for number in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    commands = sorted(event.command for event in read_trace(path).events)
    assert commands == sorted(f"00D6{count:04X}01{number:02X}" for number in range(3) for count in range(2000))


def test_the_longest_exchange_is_recorded(path: Path) -> None:
    command = Command(0, 0xD6, 0, 0, bytes(65535)).encode()
    with TraceFile(path, header()) as file:
        answer = RecordingCard(EchoCard(ATR, echo_from=5), file).transmit(command)
    assert without_times(read_trace(path).events[0])[1:] == (command.hex().upper(), answer.hex().upper())


def test_only_its_owner_can_read_the_file_even_if_it_was_there(path: Path) -> None:
    path.write_text("old")
    path.chmod(0o644)
    TraceFile(path, header()).close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert read_trace(path).events == ()


def test_a_place_that_cannot_be_written_is_refused_at_once(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        TraceFile(tmp_path / "none" / "session.jsonl", header())


def test_a_full_disk_ends_the_trace_and_not_the_card(capfd: pytest.CaptureFixture[str]) -> None:
    with TraceFile(Path("/dev/full"), header()) as file:
        card = RecordingCard(EchoCard(ATR, echo_from=5), file)
        for _ in range(5000):
            assert card.transmit(bytes.fromhex("00D6000001AA")) == b"\xaa\x90\x00"
    assert capfd.readouterr().err == "the trace ends early, it can't be written: No space left on device\n"


class GoneCard(EchoCard):
    """It is lost at the first command."""

    def transmit(self, command: bytes) -> bytes:
        raise OSError(f"the card is gone before {command.hex()}")


def test_what_comes_after_a_command_without_an_answer_is_recorded_at_once() -> None:
    tape = Tape(header())
    card = RecordingCard(GoneCard(ATR), tape)
    card.power_on()
    with pytest.raises(OSError, match="gone before 00a4"):
        card.transmit(bytes.fromhex("00A40000"))
    card.reset()
    assert [event.kind for event in tape.events] == [EventKind.POWER_ON, EventKind.RESET]


def test_a_tape_keeps_the_session_in_memory() -> None:
    tape = Tape(header())
    RecordingCard(EchoCard(ATR, echo_from=5), tape).transmit(bytes.fromhex("002000010431323334"))
    assert [without_times(event) for event in tape.events] == [
        (EventKind.COMMAND, "0020000104********", "********9000")
    ]


# Of digits alone, a code could be in the file by chance: in a time, or in the ATR.
codes = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=6, max_size=15).filter(
    lambda code: not code.isalnum()
)
ways = st.lists(
    st.tuples(st.sampled_from([0x20, 0x24, 0x2C, 0xDB]), st.sampled_from([0x00, 0x10, 0x80, 0x8C]), st.booleans()),
    min_size=1,
    max_size=5,
)


@settings(max_examples=20, deadline=None)
@given(code=codes, ways=ways)
def test_no_code_is_in_a_masked_file(
    code: str, ways: list[tuple[int, int, bool]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("trace") / "session.jsonl"
    value = code.encode()
    with TraceFile(path, header()) as file:
        card = RecordingCard(EchoCard(ATR, echo_from=5), file)
        for ins, cla, extended in ways:
            card.transmit(Command(cla, ins, 0, 1, value.ljust(16, b"\xff"), None, extended).encode())
    content = path.read_bytes()
    for form in (value, value.hex().encode(), value.hex().upper().encode()):
        assert form not in content
