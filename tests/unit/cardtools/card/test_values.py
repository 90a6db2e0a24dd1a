"""A code's value, judged before it is sent to a card."""

from __future__ import annotations

import pytest
from cardtools.card.status import Characters, CodeState, CodeStatus
from cardtools.card.values import Fault, easily_guessed, problem_of
from cardtools.common.messages import Language, Messages
from hypothesis import given
from hypothesis import strategies as st


def code(characters: Characters, shortest: int = 4, longest: int = 15) -> CodeStatus:
    return CodeStatus(
        "pin", "PIN", 1, CodeState.SET, 3, 3, 3, False, shortest, longest, False, "puk", characters, True
    )  # fmt: skip


PRINTABLE, DIGITS = code(Characters.PRINTABLE), code(Characters.DIGITS)


def fault_of(of: CodeStatus, value: str) -> Fault | None:
    problem = problem_of(of, value)
    return None if problem is None else problem.fault


@pytest.mark.parametrize(
    ("value", "printable", "digits"),
    [
        ("", Fault.TOO_SHORT, Fault.TOO_SHORT),
        ("123", Fault.TOO_SHORT, Fault.TOO_SHORT),
        ("1234", None, None),
        ("1" * 15, None, None),
        ("1" * 16, Fault.TOO_LONG, Fault.TOO_LONG),
        ("12a4", None, Fault.NOT_DIGITS),
        ("a b~!", None, Fault.NOT_DIGITS),
        ("heslíčko", Fault.NOT_PRINTABLE, Fault.NOT_DIGITS),
        ("12\n45", Fault.NOT_PRINTABLE, Fault.NOT_DIGITS),
        ("١٢٣٤", Fault.NOT_PRINTABLE, Fault.NOT_DIGITS),
        ("12²4", Fault.NOT_PRINTABLE, Fault.NOT_DIGITS),
        ("é", Fault.NOT_PRINTABLE, Fault.NOT_DIGITS),
    ],
)
def test_length_and_characters(value: str, printable: Fault | None, digits: Fault | None) -> None:
    assert fault_of(PRINTABLE, value) is printable
    assert fault_of(DIGITS, value) is digits


@given(st.text(max_size=20), st.sampled_from([PRINTABLE, DIGITS]))
def test_what_passes_is_what_a_card_can_keep(value: str, of: CodeStatus) -> None:
    if problem_of(of, value) is None:
        assert of.min_length <= len(value.encode("ascii")) <= of.max_length
        assert of is PRINTABLE or value.isdigit()


@pytest.mark.parametrize("fault", Fault)
@pytest.mark.parametrize("language", Language)
def test_every_problem_is_told_without_the_value(fault: Fault, language: Language) -> None:
    value = {Fault.TOO_SHORT: "123", Fault.TOO_LONG: "9" * 16, Fault.NOT_DIGITS: "secret", Fault.NOT_PRINTABLE: "\t\t"}
    of = DIGITS if fault is Fault.NOT_DIGITS else PRINTABLE
    problem = problem_of(of, value[fault])
    assert problem is not None
    assert problem.fault is fault
    told = Messages(language).told(problem)
    assert "PIN" in told
    assert value[fault] not in told + repr(problem)


@pytest.mark.fact("EO-26")
@pytest.mark.parametrize("value", ["1111", "1234", "12345", "00000000", "987654", "aaaaa", "7"])
def test_what_people_try_first_is_easily_guessed(value: str) -> None:
    assert easily_guessed(value)


@pytest.mark.fact("EO-26")
@pytest.mark.parametrize("value", ["1243", "2468", "31415", "abcde1", "1112", "90210"])
def test_other_values_are_not(value: str) -> None:
    assert not easily_guessed(value)
