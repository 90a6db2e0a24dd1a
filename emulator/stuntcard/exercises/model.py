"""The model of an exercise: a story, a card in trouble, what shall be so at the end, and what must not happen."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, field_validator, model_validator

from stuntcard.profile.blocks import as_tuple
from stuntcard.profile.model import Block, ClaimedAction, Condition, Identifier, Note, Sourced, Text
from stuntcard.scenario.model import CodeWanted, ObjectWanted


class Person(StrEnum):
    """Somebody whom the trainee can call."""

    HOLDER = "holder"
    OFFICE = "office"
    HELPLINE = "helpline"
    POST = "post"


class Start(Block):
    """The card as it is at first, in the words of a scenario."""

    codes: dict[Identifier, CodeWanted] = Field(default_factory=dict)
    parts: dict[Identifier, Literal["lost", "whole"]] = Field(default_factory=dict)
    card: Literal["dead", "whole"] | None = None
    holder: Annotated[str, StringConstraints(min_length=1, max_length=64)] = "TEST Nobody"
    areas: dict[Identifier, tuple[ObjectWanted, ...]] = Field(default_factory=dict)
    faults: tuple[str | dict[str, str | int | float], ...] = ()

    _tuple = field_validator("faults", mode="before")(as_tuple)

    @field_validator("areas", mode="before")
    @classmethod
    def _lists_as_tuples(cls, value: object) -> object:
        if not isinstance(value, dict):
            return value
        return {name: as_tuple(objects) for name, objects in value.items()}


class Call(Block):
    """What comes of calling somebody: what is said, and the codes whose values are told."""

    says: Text
    tells: tuple[Identifier, ...] = ()

    _tuple = field_validator("tells", mode="before")(as_tuple)


class Trap(Sourced):
    """Something that must not happen. It is walked into where all of `when` holds, and `after`, if given, is done.

    Without `after`, `when` is asked of each state that follows the start; with it, of the state in which that is done.
    """

    id: Identifier
    title: Text = Field(description="What was done.")
    text: Text = Field(description="Why it should not have been, and what comes of it.")
    when: tuple[Condition, ...] = ()
    after: ClaimedAction | None = None
    fatal: bool = Field(default=False, description="The goal can't be reached any more.")

    @field_validator("when", mode="before")
    @classmethod
    def _one_or_several(cls, value: object) -> object:
        return (value,) if isinstance(value, dict) else as_tuple(value)

    @model_validator(mode="after")
    def _says_something(self) -> Trap:
        if not self.when and self.after is None:
            raise ValueError("`when` or `after`; this trap is nowhere")
        return self


class Exercise(Block):
    """A card in trouble, a person who calls, and what shall come of it."""

    schema_: Literal[1] = Field(alias="schema", description="Version of this file's form.")
    scenario: Annotated[str, StringConstraints(min_length=1)] | None = Field(
        default=None, description="A scenario's name, or a YAML file's path, seen from this file: the card at first."
    )
    profile: Annotated[str, StringConstraints(min_length=1)] | None = Field(
        default=None, description="Instead of a scenario: a profile's id, or a YAML file's path, seen from this file."
    )
    start: Start | None = Field(default=None, description="With `profile`: the card at first.")
    title: Text
    story: Text = Field(description="Who calls, and what is the matter.")
    task: Text = Field(description="What shall be so at the end.")
    minutes: Annotated[int, Field(ge=1, le=120)] = Field(description="How long it takes a trainee, about.")
    told: tuple[Identifier, ...] = Field(default=(), description="Codes whose values the trainee knows from the start.")
    calls: dict[Person, Call] = Field(default_factory=dict)
    goal: tuple[Condition, ...] = Field(default=(), description="What shall hold at the end, all at once.")
    done: tuple[ClaimedAction, ...] = Field(default=(), description="What shall have been done, in any order.")
    traps: tuple[Trap, ...] = ()
    explain: tuple[Note, ...] = Field(min_length=1, description="What to explain afterwards.")

    _tuple = field_validator("told", "traps", "explain", mode="before")(as_tuple)

    @field_validator("goal", "done", mode="before")
    @classmethod
    def _one_or_several(cls, value: object) -> object:
        return (value,) if isinstance(value, dict) else as_tuple(value)

    @field_validator("calls", mode="before")
    @classmethod
    def _people(cls, value: object) -> object:
        if not isinstance(value, dict):
            return value
        people = {person.value: person for person in Person}
        unknown = [name for name in value if name not in people]
        if unknown:
            raise ValueError(f"some of {', '.join(people)}; nobody else is called, as '{unknown[0]}'")
        return {people[name]: call for name, call in value.items()}

    @model_validator(mode="after")
    def _has_a_card(self) -> Exercise:
        if (self.scenario is None) == (self.profile is None):
            raise ValueError("`scenario`, or `profile` with `start`: the card at first")
        if self.scenario is not None and self.start is not None:
            raise ValueError("`profile` beside `start`; a scenario is a start already")
        return self

    @model_validator(mode="after")
    def _wants_something(self) -> Exercise:
        if not self.goal and not self.done:
            raise ValueError("`goal` or `done`: when it is solved")
        return self

    @property
    def facts(self) -> tuple[str, ...]:
        """The facts of the source documents that it teaches."""
        sourced: tuple[Sourced, ...] = (*self.explain, *self.traps)
        return tuple(sorted({fact for one in sourced for fact in one.source}))
