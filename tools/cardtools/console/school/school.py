"""Classes as they go: which exercise a trainee is at, with which card, and how it stands."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cardtools.common.messages import Language
from cardtools.console.emulator.api import Emulator
from cardtools.console.emulator.values import Act, Actor, Answers, Exercise, Person, Served, Summary
from cardtools.console.errors import ConsoleError
from cardtools.console.school.plan import ClassPlan, plan_of
from cardtools.console.store.registry import NewClass, Registry
from cardtools.console.store.rows import AttemptRow, AttemptState, CallRow, ClassRow, TraineeRow, TrapRow
from cardtools.console.workers import Seat

Clock = Callable[[], datetime]
PRACTICE_MAX = 20
"""So many desks at most are kept of those who practise alone."""
PRACTICE_KEPT = timedelta(days=1)
"""For so long is one kept at which nobody looks."""
_SEEN_STEP = timedelta(minutes=10)


def now() -> datetime:
    """The time."""
    return datetime.now(UTC)


class NotComeError(ConsoleError):
    """A trainee who has not come yet has no card."""

    def __init__(self, trainee: TraineeRow) -> None:
        super().__init__("not-come-yet", name=trainee.name)
        self.trainee = trainee


@dataclass(frozen=True, slots=True)
class Place:
    """A trainee at an exercise, and how far along the class's exercises that is."""

    class_row: ClassRow
    trainee: TraineeRow
    attempt: AttemptRow
    exercises: tuple[str, ...]

    @property
    def last(self) -> bool:
        """Whether no exercise comes after this one."""
        return self.attempt.position + 1 >= len(self.exercises)


@dataclass(frozen=True, slots=True)
class Briefing:
    """An exercise, how it stands, and all that the trainee was told: codes, by telephone and letter, and as hints."""

    exercise: Exercise
    told: Mapping[str, str]
    calls: tuple[CallRow, ...]
    hints: tuple[str, ...]
    actors: tuple[Actor, ...]


@dataclass(frozen=True, slots=True)
class Held:
    """A class that is held: one that was begun now, or one that goes on, with those who joined it."""

    class_row: ClassRow
    goes_on: bool = False
    joined: tuple[str, ...] = ()


class School:
    """All classes of one console."""

    def __init__(self, registry: Registry, emulator: Emulator, folder: Path, clock: Clock = now) -> None:
        self.registry = registry
        self.emulator = emulator
        self._folder = folder
        self._clock = clock
        self._served: dict[str, Served] = {}

    def exercises(self, language: Language) -> tuple[Summary, ...]:
        """The exercises there are."""
        return self.emulator.exercises(language)

    def answers(self, exercise: str, language: Language) -> Answers | None:
        """An exercise with its answers; None where there is none of that name."""
        known = any(one.id == exercise for one in self.exercises(language))
        return self.emulator.answers(exercise, language) if known else None

    def titles(self, language: Language) -> Mapping[str, str]:
        """What exercises are called, by their ids."""
        return {one.id: one.title for one in self.exercises(language)}

    # Classes

    def classes(self) -> list[ClassRow]:
        """The classes, the newest first, without what is practised alone."""
        return [one for one in self.registry.classes() if not one.practice]

    def begin_class(self, plan: ClassPlan) -> ClassRow:
        """Keeps a new class. Its cards are made when a trainee comes."""
        new = NewClass(plan.title, plan.language, plan.exercises, plan.trainees)
        return self.registry.add_class(new, self._clock())

    def hold(self, plan: ClassPlan) -> Held:
        """The newest class of that title goes on, and who is new in the plan joins it; else a new one is begun.

        Raises ConsoleError where anything else than who comes is planned otherwise.
        """
        known = next((one for one in self.classes() if one.title == plan.title), None)
        if known is None:
            return Held(self.begin_class(plan))
        there = {trainee.name for trainee in self.registry.trainees(known.id)}
        about = {"title": known.title, "begun": f"{known.made:%Y-%m-%d %H:%M}"}
        if gone := sorted(there - set(plan.trainees)):
            raise ConsoleError("class-somebody-gone", names=", ".join(gone), **about)
        if self.registry.exercises(known.id) != plan.exercises:
            raise ConsoleError("class-other-exercises", **about)
        if known.language != plan.language:
            raise ConsoleError("class-other-language", **about)
        joined = tuple(name for name in plan.trainees if name not in there)
        self.registry.add_trainees(known.id, joined)
        return Held(known, goes_on=True, joined=joined)

    def join_class(self, class_row: ClassRow, name: str) -> None:
        """Somebody comes later than the others. Raises ConsoleError."""
        names = [trainee.name for trainee in self.registry.trainees(class_row.id)]
        plan_of(class_row.title, Language(class_row.language), self.registry.exercises(class_row.id), [*names, name])
        if name.strip():
            self.registry.add_trainees(class_row.id, [name.strip()])

    def begin_practice(self, exercise: str, title: str, name: str, language: Language) -> TraineeRow:
        """Somebody alone with one exercise."""
        self.clear_practice(PRACTICE_MAX - 1)
        new = NewClass(title, language, (exercise,), (name,), practice=True)
        return self.registry.trainees(self.registry.add_class(new, self._clock()).id)[0]

    def clear_practice(self, most: int = PRACTICE_MAX) -> None:
        """Ends what was practised and left: what nobody looked at for a day, and beyond so many the longest unseen."""
        seen = {}
        for one in self.registry.classes():
            if one.practice:
                seen[one] = max(trainee.seen or one.made for trainee in self.registry.trainees(one.id))
        newest = sorted(seen, key=lambda one: seen[one], reverse=True)
        for place, one in enumerate(newest):
            if place >= most or self._clock() - seen[one] > PRACTICE_KEPT:
                self.end_class(one)

    def end_class(self, class_row: ClassRow) -> None:
        """Takes the class's cards away, and forgets it."""
        for trainee in self.registry.trainees(class_row.id):
            for attempt in self.registry.attempts(trainee.id):
                self._remove(attempt)
        self.registry.remove_class(class_row.id, self._clock())

    # A trainee's place

    def place_of(self, trainee: TraineeRow) -> Place:
        """Where a trainee is: at the newest attempt, else at the first exercise, which begins with that."""
        if trainee.seen is None or self._clock() - trainee.seen > _SEEN_STEP:
            self.registry.note_seen(trainee.id, self._clock())
        exercises = self.registry.exercises(trainee.class_id)
        attempt = self.registry.current(trainee.id) or self._begin(trainee, 0, exercises[0])
        return Place(self._class_of(trainee), trainee, attempt, exercises)

    def look_at(self, trainee: TraineeRow) -> Place:
        """Where a trainee is, for somebody else, by whom nothing begins. Raises NotComeError."""
        attempt = self.registry.current(trainee.id)
        if attempt is None:
            raise NotComeError(trainee)
        return Place(self._class_of(trainee), trainee, attempt, self.registry.exercises(trainee.class_id))

    def is_practice(self, trainee: TraineeRow) -> bool:
        """Whether it is somebody alone with an exercise, who is the trainer, too."""
        return self._class_of(trainee).practice

    def _class_of(self, trainee: TraineeRow) -> ClassRow:
        class_row = self.registry.find_class(trainee.class_id)
        assert class_row is not None, "a trainee is one of a class"
        return class_row

    def next_exercise(self, place: Place) -> None:
        """Goes on to the exercise after this one. Raises ConsoleError when there is none, or this one is open."""
        if place.last:
            raise ConsoleError("no-next-exercise")
        if place.attempt.state is AttemptState.OPEN:
            raise ConsoleError("exercise-still-open")
        following = place.attempt.position + 1
        self._go_on(place, following, place.exercises[following])

    def begin_again(self, place: Place) -> None:
        """The same exercise from its start, with a fresh card."""
        self._go_on(place, place.attempt.position, place.attempt.exercise)

    def seat_of(self, place: Place) -> Seat:
        """Where the trainee's card is. A card that the emulator does not have is made as the exercise begins."""
        served = self._served_card(place.trainee, place.attempt)
        return Seat(served.pcsc_socket, self._folder / "seats" / place.attempt.card)

    def emulator_is_another(self) -> None:
        """Forgets where cards were: the emulator that comes back may have them elsewhere."""
        self._served.clear()

    # The exercise

    def exercise_of(self, place: Place, language: Language) -> Briefing:
        """The exercise, how it stands, and what the trainee was told; how it stands is kept."""
        self.seat_of(place)
        card = place.attempt.card
        found = self.emulator.exercise(card, language)
        self._keep(place.attempt, found)
        actors = self.emulator.actors(card, language) if AttemptState(found.progress) is AttemptState.OPEN else ()
        told, calls = self.emulator.told(card), self.registry.calls(card)
        return Briefing(found, told, calls, self.registry.hints(card), actors)

    def judge(self, attempt: AttemptRow) -> None:
        """Asks how an attempt stands, and keeps it."""
        self._keep(attempt, self.emulator.exercise(attempt.card, Language.ENGLISH))

    def hint(self, place: Place, after: int, language: Language) -> None:
        """Takes one more hint than so many, once however often it is asked. Raises ConsoleError when there is none."""
        card = place.attempt.card
        # A page of an earlier attempt at the exercise may tell of more than this one has.
        had = min(after, self.emulator.exercise(card, language).hints)
        hint = self.emulator.take_hint(card, had, language)
        if hint is not None:
            self.registry.add_hint(card, had + 1, hint)
        elif not self.registry.has_hint(card, had + 1):
            raise ConsoleError("no-more-hints")

    def call(self, place: Place, person: Person, language: Language) -> None:
        """Calls somebody, who says something."""
        called = self.emulator.call(place.attempt.card, person, language)
        self.registry.add_call(place.attempt.card, CallRow(person, called.says, called.tells))

    def act_of(self, place: Place, actor: str, act: str, language: Language) -> tuple[Actor, Act]:
        """Somebody off the card, and what that person is asked to do. Raises ConsoleError."""
        for one in self.emulator.actors(place.attempt.card, language):
            for other in one.acts:
                if (one.id, other.id) == (actor, act):
                    return one, other
        raise ConsoleError("no-such-act")

    def have_act(self, place: Place, whose: tuple[str, str], values: Mapping[str, str], language: Language) -> None:
        """Has an actor do an act on the card. Raises ConsoleError when it is refused."""
        self.emulator.have_act(place.attempt.card, *whose, values, language)

    def _traps(self, attempt: AttemptRow, found: Exercise) -> list[TrapRow]:
        """The traps that are new, by their titles in every language: the board and the report speak the trainer's."""
        known = {trap.id for trap in attempt.traps}
        new = {trap.id for trap in found.traps} - known
        if not new:
            return []
        told = {language.value: self.emulator.exercise(attempt.card, language).traps for language in Language}
        return [
            TrapRow(trap, {name: one.title for name, traps in told.items() for one in traps if one.id == trap})
            for trap in sorted(new)
        ]

    def _begin(self, trainee: TraineeRow, position: int, exercise: str) -> AttemptRow:
        attempt = self.registry.add_attempt(trainee, position, exercise, self._clock())
        self._served_card(trainee, attempt)
        return attempt

    def _served_card(self, trainee: TraineeRow, attempt: AttemptRow) -> Served:
        known = self._served.get(attempt.card)
        if known is None:
            known = self._served[attempt.card] = self.emulator.put_card(attempt.card, attempt.exercise, trainee.name)
        return known

    def _go_on(self, place: Place, position: int, exercise: str) -> None:
        """Begins an attempt. The last card stays one attempt longer: a page may be asking for it at this moment."""
        self.registry.end(place.attempt.card, self._clock())
        self._begin(place.trainee, position, exercise)
        for old in self.registry.attempts(place.trainee.id)[:-2][-1:]:
            self._remove(old)

    def _remove(self, attempt: AttemptRow) -> None:
        self.emulator.remove_card(attempt.card)
        self._served.pop(attempt.card, None)

    def _keep(self, attempt: AttemptRow, found: Exercise) -> None:
        state = AttemptState(found.progress)
        traps = self._traps(attempt, found)
        self.registry.judge(attempt.card, state, sum(found.tries_spent.values()), found.hints, traps)
        if state is not AttemptState.OPEN:
            self.registry.end(attempt.card, self._clock())
