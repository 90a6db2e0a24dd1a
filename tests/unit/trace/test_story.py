from __future__ import annotations

from dataclasses import replace

import pytest
from stuntcard.trace.story import Tone, tell

from tests.unit.trace.sessions import ATR, CHALLENGE, READ, SELECT_APPLET, SELECT_KEYS, WRONG_QPIN, session


def test_a_session_as_a_story() -> None:
    trace = session([SELECT_APPLET, SELECT_KEYS, READ, CHALLENGE, WRONG_QPIN])
    assert [str(line) for line in tell(trace.header, trace.events)] == [
        f"POWER ON: ATR {ATR.hex().upper()}",
        "SELECT IsoApplet: done",
        "SELECT 5015/4402 PrKDF: done",
        "READ BINARY 5015/4402 PrKDF from 0: 4 bytes",
        "GET CHALLENGE: 8 bytes",
        "VERIFY QPIN: wrong, 2 tries left",
    ]


@pytest.mark.parametrize(
    ("command", "answer", "outcome", "tone"),
    [
        ("00200001", "63C1", "1 try left", Tone.WARNING),
        ("00200001", "9000", "has been given", Tone.GOOD),
        ("0020000101AA", "6983", "blocked (6983)", Tone.BAD),
        ("0020000101AA", "6984", "not set (6984)", Tone.BAD),
        ("0024000102AABB", "9000", "changed", Tone.GOOD),
        ("0024000102AABB", "6A80", "the new value is refused (6A80)", Tone.BAD),
        ("002C000102AABB", "63C0", "wrong, 0 tries left", Tone.WARNING),
        ("00D6000002AABB", "9000", "done, 2 bytes written", Tone.GOOD),
        ("00B0000000", "6C10", "wrong Le, the right one is 16 (6C10)", Tone.WARNING),
        ("00B0000000", "6982", "security status not satisfied (6982)", Tone.BAD),
        ("00B0000000", "6100", "256 or more bytes to fetch", Tone.GOOD),
        ("00B0000000", "", "no answer: the card is mute, or gone", Tone.BAD),
    ],
)
def test_what_came_of_a_command(command: str, answer: str, outcome: str, tone: Tone) -> None:
    trace = session([(command, answer)])
    line = list(tell(trace.header, trace.events))[-1]
    assert (line.outcome, line.tone) == (outcome, tone)


def test_a_name_from_a_file_cannot_steer_the_terminal() -> None:
    trace = session([WRONG_QPIN])
    header = replace(trace.header, codes={3: "Q\x1b[31mPIN"})
    assert str(list(tell(header, trace.events))[-1]) == "VERIFY Q?[31mPIN: wrong, 2 tries left"
