"""A trace says which fault struck, and tells what happened in its order."""

from __future__ import annotations

import json
import os
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest
from stuntcard.faults.injector import FaultInjector
from stuntcard.faults.text import parse_rule
from stuntcard.readers.slot import Slot
from stuntcard.readers.slot_control import SlotControl
from stuntcard.trace import record
from stuntcard.trace.compare import differences
from stuntcard.trace.pcapng import as_pcapng
from stuntcard.trace.read import Trace, read_trace
from stuntcard.trace.record import RecordingCard, Tape, TraceFile
from stuntcard.trace.story import tell

from tests.unit.card.cards import new_card
from tests.unit.readers.echo_card import EchoCard
from tests.unit.trace.sessions import ATR, READ, header, session

VERIFY = bytes.fromhex("00200001")
ATR_TEXT = new_card().atr.hex().upper()


def recorded(*rules: str) -> tuple[RecordingCard, Tape, FaultInjector]:
    """A card with these faults, before which a tape runs, in a reader."""
    control = SlotControl(Slot())
    injector = FaultInjector(new_card(), control, [parse_rule(rule) for rule in rules])
    tape = Tape(replace(header(), masked=False))
    card = RecordingCard(injector, tape, injector.struck)
    control.insert(card)
    return card, tape, injector


def story(tape: Tape) -> list[str]:
    return [str(line) for line in tell(tape.header, tape.events)]


def test_each_event_that_a_fault_struck_has_its_number() -> None:
    card, tape, _ = recorded("ins=20 nth=2 act=status:6F00", "ins=20 from=2 act=delay:0", "nth=2 act=mute")
    card.power_on()
    for _ in range(3):
        card.transmit(VERIFY)
    card.reset()
    card.transmit(bytes.fromhex("0084000008"))
    assert [event.faults for event in tape.events] == [(), (), (1, 2), (2,), (3,), ()]
    assert story(tape)[1:5] == [
        "VERIFY PIN how it stands: 3 tries left",
        "VERIFY PIN how it stands: error without a precise diagnosis (6F00) [faults 1, 2]",
        "VERIFY PIN how it stands: 3 tries left [fault 2]",
        "RESET [fault 3]",
    ]


def test_a_command_that_tears_the_card_stands_before_the_reset() -> None:
    card, tape, _ = recorded("ins=20 nth=1 act=tear")
    card.transmit(VERIFY)
    card.transmit(VERIFY)
    assert story(tape) == [
        "VERIFY PIN how it stands: no answer: the card is mute, or gone [fault 1]",
        f"RESET: ATR {ATR_TEXT}",
        "VERIFY PIN how it stands: 3 tries left",
    ]


def test_a_card_taken_out_during_a_command_is_off_behind_it() -> None:
    card, tape, injector = recorded("ins=20 act=no-answer:600")
    thread = threading.Thread(target=card.transmit, args=(VERIFY,))
    thread.start()
    while not injector.faults_set()[0].struck:
        time.sleep(0.001)
    card.power_off()
    thread.join()
    assert story(tape) == ["VERIFY PIN how it stands: no answer: the card is mute, or gone [fault 1]", "POWER OFF"]


def struck(trace: Trace, number: int) -> Trace:
    """The same session, with the last event struck by this fault."""
    *others, last = trace.events
    return replace(trace, events=(*others, replace(last, faults=(number,))))


def test_where_a_fault_struck_one_of_two_sessions_they_differ() -> None:
    plain = session([READ])
    [difference] = differences(plain, struck(plain, 4))
    assert difference.why == "a fault struck only one of them"
    assert str(difference.right) == "READ BINARY from 0: 4 bytes [fault 4]"
    # Numbers are those of a run, and say nothing about another one's.
    assert list(differences(struck(plain, 1), struck(plain, 2))) == []


def test_wireshark_s_comment_has_it() -> None:
    assert b"READ BINARY from 0: 4 bytes [fault 4]" in b"".join(as_pcapng(struck(session([READ]), 4)))


def test_the_file_has_it_only_where_one_struck(tmp_path: Path) -> None:
    path = tmp_path / "session.jsonl"
    with TraceFile(path, header()) as file:
        card = RecordingCard(EchoCard(ATR, echo_from=5), file, lambda *, by_reset: () if by_reset else (1, 300))
        card.transmit(VERIFY)
        card.reset()
    lines = [json.loads(line) for line in path.read_text().splitlines()[1:]]
    assert [(line["event"], line.get("faults")) for line in lines] == [("command", [1, 300]), ("reset", None)]
    assert [event.faults for event in read_trace(path).events] == [(1, 300), ()]


def test_who_reads_along_at_a_pipe_has_each_event_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(record, "_FLUSH_PERIOD", 3600.0)
    os.mkfifo(tmp_path / "pipe")
    reader = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    os.set_blocking(reader, True)
    with TraceFile(tmp_path / "pipe", header()) as file, open(reader, encoding="utf-8") as lines:
        assert json.loads(lines.readline())["card"] == "proid-q"
        card = RecordingCard(EchoCard(ATR, echo_from=5), file)
        for number in range(3):
            card.transmit(bytes([0, 0xB0, 0, number]))
            assert json.loads(lines.readline())["command"] == f"00B000{number:02X}"
