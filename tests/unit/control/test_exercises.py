"""What the trainee of a running exercise is answered."""

from __future__ import annotations

import json

import pytest
from stuntcard.control.errors import ControlError
from stuntcard.control.live_card import LiveCard
from stuntcard.control.requests import CallRequest, ExerciseAnswer, ExerciseRequest, HintRequest, LinesAnswer, Request
from stuntcard.control.wire import answer_line, parse_answer
from stuntcard.exercises.live import LiveAttempt
from stuntcard.exercises.load import load_exercise
from stuntcard.exercises.start import make_ready
from stuntcard.messages import Messages
from stuntcard.profile.model import Language
from stuntcard.running.exercises import commented, concluded

from tests.unit.card.cards import new_card
from tests.unit.control.running_cards import OnlyReader


@pytest.fixture
def attempt() -> LiveAttempt:
    ready = make_ready(load_exercise("zzzs-pk-first-use-of-kpep"))
    return LiveAttempt(ready, ready.new_card(), clock=lambda: 0.0)


@pytest.fixture
def live(attempt: LiveAttempt) -> LiveCard:
    return LiveCard(OnlyReader(attempt.card), attempt)


def lines(live: LiveCard, request: Request) -> tuple[str, ...]:
    answer = live.answer(request)
    assert isinstance(answer, LinesAnswer)
    return answer.lines


def set_pin(attempt: LiveAttempt, tpin: bytes) -> None:
    attempt.card.reset_code("kpep-pin", "tpin", tpin, b"654321")


def test_how_it_stands_goes_over_the_wire(live: LiveCard, attempt: LiveAttempt) -> None:
    set_pin(attempt, b"11111111")
    answer = live.answer(ExerciseRequest(language="cs"))
    assert isinstance(answer, ExerciseAnswer)
    assert (answer.exercise, answer.progress, answer.missing) == ("zzzs-pk-first-use-of-kpep", "open", 1)
    assert (answer.traps, answer.tries_spent) == ({"puk-for-kpep": 0.0}, {"tpin": 1})
    assert answer.text[:2] == ("Zatím nevyřešeno.", "Ještě zbývá 1 věc.")
    assert answer.text[-1] == "TPIN: 1 chybné zadání"
    assert parse_answer(json.loads(answer_line(answer)), ExerciseAnswer) == answer


def test_hints_come_one_by_one_until_there_is_no_more_to_tell(live: LiveCard, attempt: LiveAttempt) -> None:
    assert lines(live, HintRequest(language="sl"))[0] == "Namig: Imetnik vnese TPIN in prvič nastavi PIN za KPEP."
    assert lines(live, HintRequest()) == ("There is no more to tell until something changes on the card.",)
    set_pin(attempt, b"11111111")
    assert lines(live, HintRequest())[-1].startswith("  TPIN has 2 tries left.")
    assert attempt.judgement().hints == 2
    for _ in range(2):
        set_pin(attempt, b"11111111")
    assert lines(live, HintRequest(language="cs")) == (
        "K cíli už žádná cesta nevede. Začněte znovu a proberte, co se stalo.",
    )


def test_who_is_called_tells_what_he_knows_and_no_code_is_in_what_is_logged(live: LiveCard) -> None:
    answer = live.answer(CallRequest("post", language="sl"))
    assert isinstance(answer, LinesAnswer)
    assert answer.lines[-1] == "  TPIN: 12345678"
    assert "12345678" not in repr(answer)


@pytest.mark.parametrize(
    ("request_", "why"),
    [
        (CallRequest("office"), "Nobody here is called so, or would say anything; you can call: the post (post)"),
        (
            CallRequest("mother", language="cs"),
            "Tady nikdo takový není, nebo vám nic neřekne; můžete zavolat: na poštu (post)",
        ),
        (ExerciseRequest(language="de"), "de"),
    ],
)
def test_what_can_t_be_is_told(live: LiveCard, request_: Request, why: str) -> None:
    with pytest.raises(ControlError) as refused:
        live.answer(request_)
    assert why in str(refused.value)


def test_a_card_without_an_exercise_says_how_to_begin_one() -> None:
    with pytest.raises(ControlError, match="no exercise runs with this card; begin one with: stuntcard exercise start"):
        LiveCard(OnlyReader(new_card())).answer(HintRequest())


def test_each_trap_and_the_end_are_told_once_as_they_come(attempt: LiveAttempt) -> None:
    told: list[str] = []
    messages = Messages(Language.ENGLISH)
    commented(attempt, messages, told.append)
    assert concluded(attempt, messages)[0] == "Not solved yet."
    for tpin in (b"11111111", b"22222222", b"12345678"):
        set_pin(attempt, tpin)
        attempt.card.reset()
    assert [line.splitlines()[0] for line in told] == [
        "Trap after 0:00: Another code than TPIN was given for it.",
        "Solved after 0:00.",
    ]
    assert "To be explained afterwards:" in concluded(attempt, messages)
