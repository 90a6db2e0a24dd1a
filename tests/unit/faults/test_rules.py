"""Rules, what they match, when they strike, and what they make of an answer."""

from __future__ import annotations

import pytest
from stuntcard.faults.rules import (
    ArmedFault,
    Circumstances,
    Cut,
    Delay,
    FaultError,
    Faults,
    Match,
    Occasion,
    ReplaceStatus,
    Rule,
    check_names,
    corrupted,
)
from stuntcard.profile.load import load_profile

SIGN = Circumstances(cla=0x00, ins=0x2A, p1p2=0x9E9A, applet="isoapplet", area="cc")
VERIFY_PIN = Circumstances(cla=0x00, ins=0x20, p1p2=0x0001, applet="isoapplet", codes=frozenset({"pin"}))
UNBLOCK = Circumstances(cla=0x00, ins=0x2C, p1p2=0x0001, applet="isoapplet", codes=frozenset({"pin", "puk"}))
TOO_SHORT = Circumstances(cla=None, ins=None, p1p2=None, applet="isoapplet")

ERROR = ReplaceStatus(0x6F00)


class Clock:
    """Seconds that a test lets pass."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def struck(rule: Rule, count: int, seen: Circumstances = SIGN) -> list[int]:
    """Which of so many like commands a rule strikes, counted from 1."""
    faults = Faults(rule)
    return [number for number in range(1, count + 1) if faults.strikes(seen)]


# Match


@pytest.mark.parametrize(
    ("match", "covered"),
    [
        (Match(), {"sign", "verify", "unblock", "short"}),
        (Match(ins=0x2A), {"sign"}),
        (Match(cla=0x00), {"sign", "verify", "unblock"}),
        (Match(cla=0x80), set()),
        (Match(p1p2=0x0001), {"verify", "unblock"}),
        (Match(p1p2=0x0001, ins=0x20), {"verify"}),
        (Match(applet="isoapplet"), {"sign", "verify", "unblock", "short"}),
        (Match(applet="eop"), set()),
        (Match(code="pin"), {"verify", "unblock"}),
        (Match(code="puk"), {"unblock"}),
        (Match(area="cc"), {"sign"}),
        (Match(area="general"), set()),
    ],
)
def test_a_match_covers_what_has_all_that_it_names(match: Match, covered: set[str]) -> None:
    commands = {"sign": SIGN, "verify": VERIFY_PIN, "unblock": UNBLOCK, "short": TOO_SHORT}
    assert {name for name, seen in commands.items() if match.covers(seen)} == covered


def test_a_part_of_a_chain_is_matched_only_where_its_class_is_named() -> None:
    part = Circumstances(cla=0x10, ins=0x2A, p1p2=0x9E9A, part=True)
    assert not Match(ins=0x2A).covers(part)
    assert Match(ins=0x2A, cla=0x10).covers(part)


# Occasion


@pytest.mark.parametrize(
    ("occasion", "expected"),
    [
        (Occasion(), [1, 2, 3, 4, 5, 6, 7]),
        (Occasion(nth=1), [1]),
        (Occasion(nth=3), [3]),
        (Occasion(every=1), [1, 2, 3, 4, 5, 6, 7]),
        (Occasion(every=3), [3, 6]),
        (Occasion(probability=0.0), []),
        (Occasion(probability=1.0), [1, 2, 3, 4, 5, 6, 7]),
    ],
)
def test_occasions(occasion: Occasion, expected: list[int]) -> None:
    assert struck(Rule(ERROR, occasion=occasion), 7) == expected


def test_chance_is_the_same_each_time_and_another_with_another_seed() -> None:
    by_chance = Occasion(probability=0.25)
    first = struck(Rule(ERROR, occasion=by_chance, seed=7), 400)
    assert first == struck(Rule(ERROR, occasion=by_chance, seed=7), 400)
    assert first != struck(Rule(ERROR, occasion=by_chance, seed=8), 400)
    assert 60 < len(first) < 140


def test_chance_does_not_depend_on_commands_that_do_not_match() -> None:
    rule = Rule(ERROR, Match(ins=0x2A), Occasion(probability=0.5), seed=3)
    faults, among_others = Faults(rule), Faults(rule)
    alone = [bool(faults.strikes(SIGN)) for _ in range(50)]
    mixed = []
    for _ in range(50):
        assert not among_others.strikes(VERIFY_PIN)
        mixed.append(bool(among_others.strikes(SIGN)))
    assert mixed == alone


def test_only_what_matches_is_counted() -> None:
    faults = Faults(Rule(ERROR, Match(ins=0x2A), Occasion(nth=2)))
    seen = [SIGN, VERIFY_PIN, VERIFY_PIN, SIGN, SIGN]
    assert [bool(faults.strikes(one)) for one in seen] == [False, False, False, True, False]


def test_a_rule_that_begins_later_counts_from_then() -> None:
    clock = Clock()
    faults = Faults(Rule(ERROR, occasion=Occasion(nth=2, after=10.0)), clock=clock)
    assert not faults.strikes(SIGN)
    clock.now += 9.9
    assert not faults.strikes(SIGN)
    clock.now += 0.1
    assert not faults.strikes(SIGN)
    assert faults.strikes(SIGN)
    assert faults.listed() == (ArmedFault(1, Rule(ERROR, occasion=Occasion(nth=2, after=10.0)), matched=2, struck=1),)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"nth": 0}, "counted from 1"),
        ({"every": 0}, "counted from 1"),
        ({"nth": 1, "every": 2}, "nth and every can't go together"),
        ({"every": 2, "probability": 0.5}, "every and probability can't go together"),
        ({"probability": 1.5}, "from 0 to 1"),
    ],
)
def test_an_occasion_that_makes_no_sense_is_refused(fields: dict[str, int], message: str) -> None:
    with pytest.raises(FaultError, match=message):
        Occasion(**fields)


# Several rules


def test_every_rule_counts_behind_one_that_strikes_too() -> None:
    faults = Faults(Rule(ERROR, occasion=Occasion(nth=1)), Rule(Cut(), occasion=Occasion(nth=2)))
    assert [[strike.effect for strike in faults.strikes(SIGN)] for _ in range(3)] == [[ERROR], [Cut()], []]


def test_rules_are_set_listed_and_cleared() -> None:
    faults = Faults()
    assert not faults.any
    error, slow = Rule(ERROR), Rule(Delay(0.1), Match(ins=0x20))
    assert (faults.set(error), faults.set(slow)) == (1, 2)
    assert faults.any
    faults.strikes(SIGN)
    assert faults.listed() == (ArmedFault(1, error, 1, 1), ArmedFault(2, slow, 0, 0))
    assert faults.clear(1) == 1
    assert faults.listed() == (ArmedFault(2, slow, 0, 0),)
    assert faults.set(error) == 3, "numbers are not given twice"
    assert faults.clear() == 2
    assert not faults.any
    assert faults.strikes(SIGN) == ()
    with pytest.raises(FaultError, match="there is no fault 2; there are: none"):
        faults.clear(2)


def test_names_that_the_card_does_not_know_are_refused() -> None:
    profile = load_profile("eobcanka")
    check_names(Rule(ERROR, Match(applet="eop", code="iok", area=next(iter(profile.areas)))), profile)
    with pytest.raises(FaultError, match=r"code=pim: .* has no such code; there are: pin, puk, qpin, iok, dok"):
        check_names(Rule(ERROR, Match(code="pim")), profile)
    with pytest.raises(FaultError, match="applet=myeid"):
        check_names(Rule(ERROR, Match(applet="myeid")), profile)
    with pytest.raises(FaultError, match="area=cc"):
        check_names(Rule(ERROR, Match(area="cc")), load_profile("tokenme"))


# Answers


@pytest.mark.parametrize("bits", [1, 2, 7])
def test_so_many_bits_are_flipped_in_the_same_place_each_time(bits: int) -> None:
    answer = bytes(range(40)) + b"\x90\x00"
    spoiled = corrupted(answer, bits, seed=11)
    assert len(spoiled) == len(answer)
    assert (int.from_bytes(spoiled) ^ int.from_bytes(answer)).bit_count() == bits
    assert corrupted(answer, bits, seed=11) == spoiled
    assert corrupted(answer, bits, seed=12) != spoiled


def test_more_bits_than_there_are() -> None:
    assert corrupted(b"\x90\x00", 99, seed=0) == b"\x6f\xff"
    assert corrupted(b"", 1, seed=0) == b""
