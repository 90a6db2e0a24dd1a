"""A code's value, judged before it is sent to a card."""

from __future__ import annotations

import pytest
from cardtools.card.code_values import ValueFlaw, easily_guessed, why_unfit
from cardtools.card.status import Characters, CodeState, CodeStatus
from cardtools.common.messages import Language, Messages
from hypothesis import given
from hypothesis import strategies as st


def code(characters: Characters, shortest: int = 4, longest: int = 15) -> CodeStatus:
    return CodeStatus(
        "pin", "PIN", 1, CodeState.SET, 3, 3, 3, False, shortest, longest, False, "puk", characters, True
    )  # fmt: skip


PRINTABLE, DIGITS = code(Characters.PRINTABLE), code(Characters.DIGITS)


def flaw_in(of: CodeStatus, value: str) -> ValueFlaw | None:
    unfit = why_unfit(of, value)
    return None if unfit is None else unfit.flaw


@pytest.mark.parametrize(
    ("value", "printable", "digits"),
    [
        ("", ValueFlaw.TOO_SHORT, ValueFlaw.TOO_SHORT),
        ("123", ValueFlaw.TOO_SHORT, ValueFlaw.TOO_SHORT),
        ("1234", None, None),
        ("1" * 15, None, None),
        ("1" * 16, ValueFlaw.TOO_LONG, ValueFlaw.TOO_LONG),
        ("12a4", None, ValueFlaw.NOT_DIGITS),
        ("a b~!", None, ValueFlaw.NOT_DIGITS),
        ("heslíčko", ValueFlaw.NOT_PRINTABLE, ValueFlaw.NOT_DIGITS),
        ("12\n45", ValueFlaw.NOT_PRINTABLE, ValueFlaw.NOT_DIGITS),
        ("١٢٣٤", ValueFlaw.NOT_PRINTABLE, ValueFlaw.NOT_DIGITS),
        ("12²4", ValueFlaw.NOT_PRINTABLE, ValueFlaw.NOT_DIGITS),
        ("é", ValueFlaw.NOT_PRINTABLE, ValueFlaw.NOT_DIGITS),
    ],
)
def test_length_and_characters(value: str, printable: ValueFlaw | None, digits: ValueFlaw | None) -> None:
    assert flaw_in(PRINTABLE, value) is printable
    assert flaw_in(DIGITS, value) is digits


@given(st.text(max_size=20), st.sampled_from([PRINTABLE, DIGITS]))
def test_what_passes_is_what_a_card_can_keep(value: str, of: CodeStatus) -> None:
    if why_unfit(of, value) is None:
        assert of.min_length <= len(value.encode("ascii")) <= of.max_length
        assert of is PRINTABLE or value.isdigit()


@pytest.mark.parametrize("flaw", ValueFlaw)
@pytest.mark.parametrize("language", Language)
def test_every_flaw_is_told_without_the_value(flaw: ValueFlaw, language: Language) -> None:
    value = {
        ValueFlaw.TOO_SHORT: "123",
        ValueFlaw.TOO_LONG: "9" * 16,
        ValueFlaw.NOT_DIGITS: "secret",
        ValueFlaw.NOT_PRINTABLE: "\t\t",
    }
    of = DIGITS if flaw is ValueFlaw.NOT_DIGITS else PRINTABLE
    unfit = why_unfit(of, value[flaw])
    assert unfit is not None
    assert unfit.flaw is flaw
    told = Messages(language).told(unfit)
    assert "PIN" in told
    assert value[flaw] not in told + repr(unfit)


@pytest.mark.fact("EO-26")
@pytest.mark.parametrize("value", ["1111", "1234", "12345", "00000000", "987654", "aaaaa", "7"])
def test_what_people_try_first_is_easily_guessed(value: str) -> None:
    assert easily_guessed(value)


@pytest.mark.fact("EO-26")
@pytest.mark.parametrize("value", ["1243", "2468", "31415", "abcde1", "1112", "90210"])
def test_other_values_are_not(value: str) -> None:
    assert not easily_guessed(value)


@pytest.mark.parametrize(
    ("length", "characters", "value", "czech", "slovenian"),
    [
        (2, Characters.PRINTABLE, "a", "PIN má 2 znaky.", "PIN ima 2 znaka."),
        (4, Characters.PRINTABLE, "abcde", "PIN má 4 znaky.", "PIN ima 4 znake."),
        (5, Characters.PRINTABLE, "abcd", "PIN má 5 znaků.", "PIN ima 5 znakov."),
        (4, Characters.DIGITS, "abcd", "PIN má 4 číslice a nic jiného.", "PIN ima 4 števke in nič drugega."),
    ],
)
def test_where_there_is_one_length_it_is_told_as_one_number(
    length: int, characters: Characters, value: str, czech: str, slovenian: str
) -> None:
    unfit = why_unfit(code(characters, length, length), value)
    assert unfit is not None
    assert czech in Messages(Language.CZECH).told(unfit)
    assert slovenian in Messages(Language.SLOVENIAN).told(unfit)
