"""An attempt that is under way: watches the card, and says at any time how it stands."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace

from stuntcard.card.card import Card
from stuntcard.card.content import Content
from stuntcard.exercises.deeds import Happening
from stuntcard.exercises.judge import Attempt, Judge, Judgement, WayStep, between_sittings
from stuntcard.exercises.model import Person
from stuntcard.exercises.record import AttemptRecord, record_of, resumed
from stuntcard.exercises.start import ReadyExercise
from stuntcard.exercises.values import factory_values
from stuntcard.policy.events import Event, SessionEnd, Verdict


class LiveAttempt:
    """Somebody's attempt at an exercise on one card. Safe to use from several threads.

    With a `record`, an attempt that was made before goes on; the card has to be as it was left.
    """

    def __init__(
        self,
        ready: ReadyExercise,
        card: Card,
        record: AttemptRecord | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.ready = ready
        self.card = card
        self._judge: Judge = ready.judge
        self._clock = clock
        self._lock = threading.Lock()
        self._began = clock() - (record.seconds if record is not None else 0.0)
        now = self._happening(None, None, card.content)
        self._attempt = resumed(self._judge.start, record, now) if record is not None else self._judge.start
        self._last_hint: WayStep | None = None
        self._listeners: tuple[Callable[[], None], ...] = ()
        card.watched_by(self)

    @property
    def seconds(self) -> float:
        """How long the attempt is under way; once it is solved, how long it took."""
        solved_at = self._attempt.solved_at
        return self._clock() - self._began if solved_at is None else solved_at

    @property
    def attempt(self) -> Attempt:
        """The attempt up to now."""
        return self._attempt

    def saw(self, event: Event | None, verdict: Verdict | None, content: Content) -> None:
        """Told by the card of each thing that happens to it."""
        if isinstance(event, SessionEnd):
            return  # which ends nothing that an exercise asks for, and is by far the most frequent
        with self._lock:
            old = self._attempt
            if old.solved_at is None:
                happening = self._happening(event, verdict, content)
                self._attempt = self._judge.after(old, happening, self._clock() - self._began)
        if self._attempt != old:
            for listener in self._listeners:
                listener()

    def on_change(self, listener: Callable[[], None]) -> None:
        """Has `listener` called when something changed, from whoever's thread it was, while the card waits."""
        self._listeners = (*self._listeners, listener)

    def judgement(self) -> Judgement:
        """How the attempt stands. Where the goal may be out of reach, this asks the law, once for each state."""
        return self._judge.judgement(self._attempt)

    def hint(self, after: int | None = None) -> WayStep | None:
        """One more hint, if there is one; it counts as taken.

        `after`: how many the trainee had when asking. Who asks once more after as many is told the same, and it counts
        once; None where that one is not known any more, since the attempt goes on in another process.
        """
        with self._lock:
            if after is not None and after < self._attempt.hints:
                return self._last_hint
            self._attempt, step = self._judge.hint(self._attempt)
            self._last_hint = step
            return step

    def call(self, person: Person) -> dict[str, str]:
        """The values of codes that somebody tells when called. Raises KeyError for whom nobody can call here.

        Who is called again says the same, and counts once.
        """
        told = self.ready.told_by(person)
        with self._lock:
            if person.value not in self._attempt.calls:
                self._attempt = replace(self._attempt, calls=(*self._attempt.calls, person.value))
            return told

    def record(self) -> AttemptRecord:
        """What has to be kept, beside the card, for the attempt to go on another day. It has no secrets."""
        with self._lock:
            return record_of(self._attempt, self.seconds)

    def _happening(self, event: Event | None, verdict: Verdict | None, content: Content) -> Happening:
        values = factory_values(self.card.profile, content) if self._judge.asks_for_values else frozenset[str]()
        return Happening(event, verdict, between_sittings(content.state), values)
