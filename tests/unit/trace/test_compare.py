from __future__ import annotations

from stuntcard.trace.compare import differences

from tests.unit.trace.sessions import (
    CHALLENGE,
    READ,
    RIGHT_PIN,
    SELECT_APPLET,
    SELECT_KEYS,
    WRONG_QPIN,
    Exchange,
    session,
)

SIGN = ("002A9E9A02ABCD", "6140")


def compared(left: list[Exchange], right: list[Exchange], *, masked: bool = False) -> list[tuple[str, str, str]]:
    """Each difference as the left line, the right line, and why."""
    found = differences(session(left, masked=masked), session(right, masked=masked))
    return [(str(item.left or ""), str(item.right or ""), item.why) for item in found]


def test_a_session_is_like_itself() -> None:
    whole = [SELECT_APPLET, SELECT_KEYS, READ, WRONG_QPIN, CHALLENGE]
    assert compared(whole, whole) == []


def test_a_command_more_and_a_command_less() -> None:
    assert compared([SELECT_KEYS, READ, CHALLENGE], [SELECT_APPLET, SELECT_KEYS, CHALLENGE]) == [
        ("", "SELECT IsoApplet: done", ""),
        ("READ BINARY 5015/4402 PrKDF from 0: 4 bytes", "", ""),
    ]


def test_another_status_word() -> None:
    blocked = (WRONG_QPIN[0], "6983")
    assert compared([WRONG_QPIN], [blocked]) == [
        ("VERIFY QPIN: wrong, 2 tries left", "VERIFY QPIN: blocked (6983)", "another status word")
    ]


def test_other_content_of_the_same_file() -> None:
    [(_, _, why)] = compared([SELECT_KEYS, READ], [SELECT_KEYS, (READ[0], "010255049000")])
    assert why == "the answer differs from byte 2 on: 0304 and 5504"


def test_challenges_signatures_and_what_is_signed_are_random() -> None:
    fetch, other_fetch = ("00C0000040", "AA" * 64 + "9000"), ("00C000003F", "BB" * 63 + "9000")
    other_sign = ("002A9E9A02EEEE", "613F")
    other_challenge = (CHALLENGE[0], "8899AABBCCDDEEFF9000")
    assert compared([CHALLENGE, SIGN, fetch], [other_challenge, other_sign, other_fetch]) == []


def test_a_random_part_of_another_length_is_a_difference() -> None:
    [(_, _, why)] = compared([CHALLENGE], [(CHALLENGE[0], "00" * 16 + "9000")])
    assert why == "the answer has another length, 8 and 16 bytes"


def test_codes_count_only_where_neither_side_is_masked() -> None:
    other = (RIGHT_PIN[0].replace("3132", "3939"), "9000")
    assert compared([RIGHT_PIN], [other], masked=True) == []
    assert len(compared([RIGHT_PIN], [other])) == 1
    assert list(differences(session([RIGHT_PIN]), session([other], masked=False))) == []
