"""An exercise made ready: its card at first, its judge, and what the trainee is told."""

from __future__ import annotations

from dataclasses import dataclass

from stuntcard.applets.registry import APPLETS, seen_through
from stuntcard.card.card import Card
from stuntcard.exercises.judge import Attempt, Judge, between_sittings
from stuntcard.exercises.load import NamedExercise
from stuntcard.exercises.model import Person
from stuntcard.exercises.values import factory_values
from stuntcard.profile.model import CodeStatus
from stuntcard.scenario.build import Built, build


@dataclass(frozen=True, slots=True)
class ReadyExercise:
    """An exercise that can be begun, as often as one likes; its judge serves all who do."""

    named: NamedExercise
    built: Built
    judge: Judge

    def new_card(self, applet: str | None = None) -> Card:
        """Another card as it is at first. `applet`: what programs see, if not the profile's first command set.

        Raises AppletChoiceError.
        """
        profile = self.named.profile if applet is None else seen_through(self.named.profile, applet)
        return Card(profile, APPLETS, self.built.card.content)

    @property
    def told(self) -> dict[str, str]:
        """The values that the trainee knows from the start, by code."""
        return {code: self.built.values[code] for code in self.named.exercise.told}

    def told_by(self, person: Person) -> dict[str, str]:
        """The values that somebody tells when called, by code. Raises KeyError for whom nobody can call here."""
        return {code: self.built.values[code] for code in self.named.exercise.calls[person].tells}


def make_ready(named: NamedExercise) -> ReadyExercise:
    """An exercise made ready. Raises UnreachableError, or ScenarioFileError, where there can be no such card."""
    built = build(named.start)
    content = built.card.content
    told = {*named.exercise.told, *(code for call in named.exercise.calls.values() for code in call.tells)}
    codes = content.state.codes.items()
    forgotten = frozenset(name for name, code in codes if code.status is CodeStatus.SET and name not in told)
    start = Attempt(between_sittings(content.state), factory_values(named.profile, content), forgotten)
    return ReadyExercise(named, built, Judge(named.profile, named.exercise, start, content.numbers))
