"""What every code of every card does: tries, lengths and characters, and setting one code with another."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.unit.card.cards import BLOCKED, OK, Client, unchanged
from tests.unit.card.holders import RULES, Rules, holder_of

REFUSED_VALUE = "6A80"
ONCE_ONLY = {("eobcanka", "puk"), ("zzzs-pk", "kpep-pin")}
"""Set with another code while they are not set yet, and never again."""


def ways_to_give() -> Iterator[object]:
    """Each code with each command that it can be given in: itself, or to set another."""
    for rules in RULES:
        ways = ["verify", *(["change"] if rules.changed else []), *(f"set {other}" for other in rules.sets)]
        for way in ways:
            yield pytest.param(rules, way, marks=rules.on_tries or (), id=f"{rules.profile}-{rules.code}-{way}")


def holder_about_to(rules: Rules, way: str) -> Client:
    """A holder of a card on which the code can be given so."""
    other = way.removeprefix("set ")
    return holder_of(rules.profile, without=other if (rules.profile, other) in ONCE_ONLY else None)


def giving_wrongly(client: Client, code: str, way: str) -> Callable[[], str]:
    """Gives the code's wrong value in this way."""
    match way.split():
        case ["verify"]:
            return lambda: client.verify_wrong(code)
        case ["change"]:
            return lambda: client.change(code, client.wrong(code), client.values[code])
        case _:
            return lambda: client.set_code(way.removeprefix("set "), by=client.wrong(code))


@pytest.mark.parametrize(("rules", "way"), list(ways_to_give()))
def test_wrong_values_count_down_to_blocked(rules: Rules, way: str) -> None:
    code, tries = rules.code, rules.tries
    client = holder_about_to(rules, way if rules.code != "tpin" else "set kpep-pin")
    wrong = giving_wrongly(client, code, way)
    countdown = [f"63C{left:X}" for left in reversed(range(tries))]
    assert client.query(code) == f"63C{tries:X}"
    assert [wrong(), client.query(code)] == [countdown[0]] * 2
    assert [client.verify(code), wrong()] == [OK, countdown[0]], "the right one gives all tries back"
    client.restart()
    assert client.query(code) == countdown[0], "a restart gives none back"
    assert [client.verify(code), client.query(code)] == [OK, OK]
    assert [*(wrong() for _ in range(tries)), wrong(), client.query(code)] == [*countdown, BLOCKED, BLOCKED]
    for _ in range(2):
        with unchanged(client):
            assert [client.verify(code), client.query(code)] == [BLOCKED, BLOCKED]
            if rules.changed:
                assert client.change(code, client.values[code], client.values[code]) == BLOCKED
            if way.startswith("set "):
                assert client.set_code(way.removeprefix("set ")) == BLOCKED
        client.restart()


def ways_to_set() -> Iterator[object]:
    """Each code with each command that sets it."""
    for rules in RULES:
        for way in [*(["change"] if rules.changed else []), *(["set"] if rules.by else [])]:
            yield pytest.param(rules, way, marks=rules.on_values or (), id=f"{rules.profile}-{rules.code}-{way}")


@pytest.mark.parametrize(("rules", "way"), list(ways_to_set()))
def test_a_code_is_set_to_values_of_its_lengths_and_characters_only(rules: Rules, way: str) -> None:
    code = rules.code
    client = holder_about_to(rules, f"set {code}" if way == "set" else way)
    current = client.values[code]

    def put(value: str, *, right: bool = True) -> str:
        """The new value, told with the right value of the code that it takes or with a wrong one."""
        if way == "change":
            return client.change(code, current if right else client.wrong(code), value)
        return client.set_code(code, value, by=None if right else client.wrong(str(rules.by)))

    def refuse_what_can_not_be() -> None:
        for value in rules.bad_values:
            with unchanged(client):  # refused before the other value is looked at
                assert [put(value), put(value, right=False)] == [REFUSED_VALUE] * 2, value

    refuse_what_can_not_be()
    filling = "9" if rules.digits else "~"
    for value in ("1" * rules.shortest, filling * rules.longest, "0123456789"[: rules.longest].ljust(rules.shortest)):
        assert put(value) == OK
        assert client.verify(code, value) == OK
        if current != value:
            assert client.verify(code, current)[:3] == "63C"
        current = value
        if way == "set" and (rules.profile, code) in ONCE_ONLY:
            return
    if way == "set":
        client.block(code)
        refuse_what_can_not_be()


UNBLOCKED = [
    pytest.param("proid-q", "pin", "puk", marks=pytest.mark.fact("PQ-12")),
    pytest.param("proid-q", "qpin", "puk", marks=pytest.mark.fact("PQ-12")),
    pytest.param("tokenme", "pin", "puk"),
    pytest.param("eobcanka", "iok", "dok", marks=pytest.mark.fact("EO-10")),
    pytest.param("eobcanka", "pin", "puk", marks=pytest.mark.fact("EO-19")),
    pytest.param("eobcanka", "qpin", "puk", marks=pytest.mark.fact("EO-19")),
    pytest.param("zzzs-pk", "pep-pin", "pep-puk", marks=pytest.mark.fact("PK-03")),
]


@pytest.mark.parametrize(("profile", "code", "by"), UNBLOCKED)
def test_a_code_is_set_anew_with_another_when_forgotten_and_when_blocked_as_often_as_one_likes(
    profile: str, code: str, by: str
) -> None:
    client = holder_of(profile)
    full = client.tries_left(code, by)
    shortest = client.card.profile.codes[code].length.min
    for blocked in (False, False, True, True, True):
        value = ("8" if blocked else "7") * shortest
        if blocked:
            client.block(code)
        before = client.query(code)
        assert client.set_code(code, value, by=client.wrong(by)) == f"63C{full[1] - 1:X}"
        assert client.query(code) == before
        assert client.set_code(code, value) == OK
        assert client.tries_left(code, by) == full
        assert client.query(code) == f"63C{full[0]:X}", "set, and not given"
        assert client.verify(code, value) == OK
