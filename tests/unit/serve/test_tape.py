"""The last of what was said to a card: masked whatever is left out, and never more than there is room for."""

from __future__ import annotations

from stuntcard.serve.tape import KEPT, CardTape
from stuntcard.trace.record import COMMAND

VERIFY = bytes.fromhex("0020000106313233343536")
GET_RESPONSE = bytes.fromhex("00C0000010")
DECIPHER = bytes.fromhex("002A8086020102")
SELECT = bytes.fromhex("00A4000C023F00")


def new_tape() -> CardTape:
    tape = CardTape(lambda: None)
    tape.begin("proid-q", b"\x3b\x00", {1: "PIN"})
    return tape


def say(tape: CardTape, command: bytes, answer: bytes = b"\x90\x00", times: int = 1) -> None:
    for _ in range(times):
        tape.record(COMMAND, 1.0, 1.1, command, answer)


def test_what_is_new_is_told_once() -> None:
    tape = new_tape()
    say(tape, SELECT, times=2)
    events, left_out = tape.new()
    assert ([heard.event.command for heard in events], left_out) == (["00A4000C023F00"] * 2, 0)
    assert tape.new() == ([], 0)


def test_a_flood_is_told_of_in_part_and_the_rest_is_counted() -> None:
    tape = new_tape()
    say(tape, SELECT, times=3 * KEPT)
    events, left_out = tape.new()
    assert 0 < len(events) < KEPT
    assert len(events) + left_out == 3 * KEPT
    say(tape, SELECT)
    more, left_out_then = tape.new()
    assert len(more) + left_out_then == 1


def test_what_deciphering_brought_is_masked_when_its_command_is_not_told() -> None:
    tape = new_tape()
    say(tape, DECIPHER, b"\x61\x10")
    say(tape, GET_RESPONSE, b"secret of sixteen"[:16] + b"\x61\x10", times=KEPT - 1)
    events, left_out = tape.new()
    assert left_out
    assert {heard.event.answer for heard in events} == {"*" * 32 + "6110"}


def test_the_kept_tape_begins_with_no_answer_to_something_forgotten() -> None:
    tape = new_tape()
    say(tape, DECIPHER, b"\x61\x10")
    say(tape, GET_RESPONSE, b"secret of sixteen"[:16] + b"\x61\x10", times=KEPT)
    assert tape.new() == ([], KEPT + 1)
    assert tape.trace().events == ()
    assert tape.last(10) == []


def test_codes_are_masked_in_all_that_is_told() -> None:
    tape = new_tape()
    say(tape, VERIFY)
    [heard] = tape.new()[0]
    assert heard.event.command == "0020000106************"
    assert "313233343536" not in tape.lines()
    assert tape.trace().events[0].command == "0020000106************"
