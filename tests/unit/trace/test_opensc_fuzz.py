"""Seeds for OpenSC's fuzz targets, byte by byte."""

from __future__ import annotations

import dataclasses

import pytest
from stuntcard.trace.events import EventKind, TraceError, TraceEvent
from stuntcard.trace.opensc_fuzz import seeds

from tests.unit.trace.sessions import ATR, READ, RIGHT_PIN, SELECT_APPLET, session

ATR_CHUNK = "1300" + ATR.hex()


def test_a_seed_is_the_atr_and_then_each_answer_after_its_length() -> None:
    assert [seed.hex() for seed in seeds(session([SELECT_APPLET, READ, RIGHT_PIN]))] == [
        ATR_CHUNK + "02009000" + "0600010203049000" + "02009000"
    ]


def test_a_long_answer_has_its_length_with_the_low_byte_first() -> None:
    [seed] = seeds(session([("00B0000000", "AB" * 256 + "9000")]))
    assert seed.hex() == ATR_CHUNK + "0201" + "ab" * 256 + "9000"


def test_a_program_gets_its_arguments_first() -> None:
    [seed] = seeds(session([READ]), ["--dump", "-v"])
    assert seed == b"--dump\0-v\0\0" + bytes.fromhex(ATR_CHUNK + "0600010203049000")


def test_a_program_without_arguments_still_has_their_end() -> None:
    [seed] = seeds(session([READ]), [])
    assert seed == b"\0" + bytes.fromhex(ATR_CHUNK + "0600010203049000")


def test_each_power_up_that_was_used_is_a_seed() -> None:
    trace = session([READ])
    off = TraceEvent(EventKind.POWER_OFF, 1.0)
    warm = TraceEvent(EventKind.RESET, 2.0, answer="3B00")
    unused = TraceEvent(EventKind.POWER_ON, 3.0, answer=ATR.hex())
    mute = TraceEvent(EventKind.COMMAND, 2.5, command="00B0000004")
    events = (*trace.events, off, warm, mute, unused)
    assert [seed.hex() for seed in seeds(dataclasses.replace(trace, events=events))] == [
        ATR_CHUNK + "0600010203049000",
        "02003b00" + "0000",
    ]


def test_an_answer_too_long_for_the_reader_is_refused() -> None:
    long = session([("00B00000000000", "00" * 65_534 + "9000")])
    with pytest.raises(TraceError, match="65536 bytes does not fit"):
        seeds(long)


@pytest.mark.parametrize("argument", ["", "a\0b"])
def test_an_argument_that_would_end_the_others_is_refused(argument: str) -> None:
    with pytest.raises(TraceError, match="can't be empty"):
        seeds(session([READ]), [argument])
