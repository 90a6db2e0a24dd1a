"""An exercise that is done on a served card: how it stands, kept as it goes, and told to who looks on."""

from __future__ import annotations

import hmac
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace

from stuntcard.card.card import Card
from stuntcard.card.content import Content
from stuntcard.exercises.judge import Attempt, Judgement, Progress
from stuntcard.exercises.live import LiveAttempt
from stuntcard.exercises.model import Person
from stuntcard.exercises.record import AttemptRecord
from stuntcard.exercises.start import ReadyExercise
from stuntcard.messages import Messages
from stuntcard.policy.events import Event, Verdict
from stuntcard.words.exercise import hint_lines


@dataclass(frozen=True, slots=True)
class SprungTrap:
    """A trap that was walked into, and when: seconds after the start."""

    id: str
    title: str
    text: str
    fatal: bool
    at: float


@dataclass(frozen=True, slots=True)
class Explanation:
    """What to explain afterwards, and the facts that it stands on."""

    text: str
    facts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ExerciseSeen:
    """An exercise and how it stands. Nothing here is the value of a code.

    `missing`: how many conditions of the goal do not hold yet. `explain` comes once it is over.
    """

    exercise: str
    title: str
    story: str
    task: str
    minutes: int
    told: tuple[str, ...]
    """The codes whose values the trainee knows from the start."""
    people: tuple[str, ...]
    """Who can be called."""
    progress: Progress
    missing: int
    traps: tuple[SprungTrap, ...]
    tries_spent: dict[str, int]
    hints: int
    calls: tuple[str, ...]
    seconds: float
    explain: tuple[Explanation, ...]


@dataclass(frozen=True, slots=True)
class Called:
    """What comes of calling somebody: what is said, and the values of codes that are told."""

    says: str
    tells: dict[str, str]


class ServedExercise:
    """One attempt on one card. Safe to use from several threads."""

    def __init__(
        self,
        ready: ReadyExercise,
        card: Card,
        record: AttemptRecord | None = None,
        keep: Callable[[AttemptRecord], None] = lambda _: None,
    ) -> None:
        """`keep` is called whenever the attempt stands otherwise, before the card answers."""
        self.live = LiveAttempt(ready, card, record)
        self._keep = keep
        self._keeping = threading.Lock()
        self._kept = replace(self.live.record(), seconds=0.0)
        card.watched_by(self)

    @property
    def name(self) -> str:
        """The exercise's name."""
        return self.live.ready.named.name

    def title(self, messages: Messages) -> str:
        """The exercise's title."""
        return messages.of(self.live.ready.named.exercise.title)

    @property
    def attempt(self) -> Attempt:
        """The attempt as it stands, to be compared with another look."""
        return self.live.attempt

    @property
    def told(self) -> dict[str, str]:
        """The values that the trainee knows from the start, by code; those that still are the codes'."""
        values = self.live.card.content.values
        return {
            code: value
            for code, value in self.live.ready.told.items()
            if hmac.compare_digest(values.get(code, b""), value.encode())
        }

    def saw(self, event: Event | None, verdict: Verdict | None, content: Content) -> None:
        """The card tells what happens; the attempt has heard it before."""
        del event, verdict, content
        self.keep_what_is_new()

    def seen(self, messages: Messages) -> ExerciseSeen:
        """How it stands. Where the goal may be out of reach this takes its time, once for each state."""
        judgement, exercise = self.live.judgement(), self.live.ready.named.exercise
        over = judgement.progress is not Progress.OPEN
        return ExerciseSeen(
            exercise=self.name,
            title=messages.of(exercise.title),
            story=messages.of(exercise.story).strip(),
            task=messages.of(exercise.task).strip(),
            minutes=exercise.minutes,
            told=exercise.told,
            people=tuple(exercise.calls),
            progress=judgement.progress,
            missing=judgement.missing,
            traps=self._traps(judgement, messages),
            tries_spent=dict(judgement.tries_spent),
            hints=judgement.hints,
            calls=self.live.attempt.calls,
            seconds=round(self.live.seconds, 3),
            explain=tuple(Explanation(messages.of(note.text), note.source) for note in exercise.explain)
            if over
            else (),
        )

    def hint(self, messages: Messages, after: int | None = None) -> str | None:
        """One more hint, if there is one; it counts as taken, once for those who had as many before (`after`)."""
        step = self.live.hint(after)
        self.keep_what_is_new()
        return "\n".join(hint_lines(self.live.ready, step, messages)) if step is not None else None

    def call(self, person: str, messages: Messages) -> Called | None:
        """What somebody says when called; None where nobody of that name can be called."""
        calls = self.live.ready.named.exercise.calls
        if person not in set(Person) or Person(person) not in calls:
            return None
        tells = self.live.call(Person(person))
        self.keep_what_is_new()
        return Called(messages.of(calls[Person(person)].says).strip(), tells)

    def _traps(self, judgement: Judgement, messages: Messages) -> tuple[SprungTrap, ...]:
        traps = {trap.id: trap for trap in self.live.ready.named.exercise.traps}
        return tuple(
            SprungTrap(
                one.trap,
                messages.of(traps[one.trap].title),
                messages.of(traps[one.trap].text),
                traps[one.trap].fatal,
                round(one.at, 3),
            )
            for one in judgement.traps
            if one.trap in traps
        )

    def keep_what_is_new(self) -> None:
        """Keeps how the attempt stands, where it stands otherwise."""
        # One at a time, so that what is kept last is the newest.
        with self._keeping:
            record = self.live.record()
            if replace(record, seconds=0.0) != self._kept:
                self._keep(record)
                self._kept = replace(record, seconds=0.0)
