"""The judge: on the card's state and history alone, whatever program the trainee takes."""

from __future__ import annotations

from stuntcard.exercises.judge import Progress, TrapSprung
from stuntcard.exercises.live import LiveAttempt
from stuntcard.exercises.load import load_exercise
from stuntcard.exercises.start import make_ready
from stuntcard.messages import Messages
from stuntcard.policy.moves import ActionKind
from stuntcard.profile.model import Language
from stuntcard.words.exercise import hint_lines


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_an_attempt_goes_from_a_wrong_puk_and_a_hint_to_its_end() -> None:
    ready, clock = make_ready(load_exercise("proid-q-pin-blocked")), Clock()
    card = ready.new_card()
    attempt = LiveAttempt(ready, card, clock=clock)
    assert attempt.judgement().progress is Progress.OPEN
    clock.now += 30
    card.reset_code("pin", "puk", b"00000000", b"24681357")
    judgement = attempt.judgement()
    assert (judgement.traps, dict(judgement.tries_spent)) == ((TrapSprung("wrong-puk", 30.0),), {"puk": 1})
    hint = attempt.hint()
    assert hint is not None
    action = hint.step.action
    assert (action.kind, action.code, action.by) == (ActionKind.SET, "pin", "puk")
    assert attempt.hint() is None
    clock.now += 12
    card.reset_code("pin", "puk", b"87654321", b"24681357")
    judgement = attempt.judgement()
    assert (judgement.progress, judgement.solved_at, judgement.hints) == (Progress.SOLVED, 42.0, 1)


def test_it_is_lost_where_the_law_leads_to_the_goal_no_more() -> None:
    ready = make_ready(load_exercise("proid-q-pin-blocked"))
    card = ready.new_card()
    attempt = LiveAttempt(ready, card)
    for _ in range(5):
        card.reset_code("pin", "puk", b"00000000", b"24681357")
    judgement = attempt.judgement()
    assert judgement.progress is Progress.LOST
    assert [sprung.trap for sprung in judgement.traps] == ["wrong-puk", "puk-blocked"]
    assert attempt.hint() is None


def test_a_call_tells_what_the_letter_says_and_the_attempt_goes_on_after_a_restart() -> None:
    ready, clock = make_ready(load_exercise("zzzs-pk-first-use-of-kpep")), Clock()
    card = ready.new_card()
    attempt = LiveAttempt(ready, card, clock=clock)
    assert "tpin" not in ready.told
    [person] = ready.named.exercise.calls
    assert attempt.call(person) == {"tpin": "12345678"}
    card.reset_code("kpep-pin", "tpin", b"87654321", b"654321")
    clock.now += 60
    record = attempt.record()
    again = LiveAttempt(ready, card, record, clock)
    clock.now += 5
    assert again.judgement() == attempt.judgement()
    card.reset_code("kpep-pin", "tpin", b"12345678", b"654321")
    assert (again.judgement().progress, again.seconds) == (Progress.SOLVED, 65.0)
    assert again.attempt.calls == ("post",)


def test_a_hint_tells_which_code_would_end_the_exercise() -> None:
    ready = make_ready(load_exercise("proid-q-hand-over"))
    way = ready.judge.way(ready.judge.start)
    assert way is not None
    assert [(one.step.action.kind, one.step.action.code, set(one.fatal)) for one in way[:3]] == [
        (ActionKind.CHANGE, "pin", set()),
        (ActionKind.CHANGE, "puk", {"puk"}),
        (ActionKind.CHANGE, "qpin", set()),
    ]
    assert [one.key for one in way] == [None, None, None, "21", "22", None, None]
    lines = [line for one in way for line in hint_lines(ready, one, Messages(Language.ENGLISH))]
    assert [line for line in lines if "the goal is out of reach" in line] == [
        "PUK has 5 tries left. The last wrong one blocks PUK. After that the goal is out of reach."
    ]
