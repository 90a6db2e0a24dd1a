"""Actors: someone off the card, and what they can and cannot do to it."""

from __future__ import annotations

from pydantic import Field, field_validator

from stuntcard.profile.blocks import Identifier, Name, Sourced, Text, as_tuple
from stuntcard.profile.codes import CodeStatus, as_statuses


class Act(Sourced):
    """What an actor can do to a card without any code of its own.

    `name`: what it is called in brief; absent: its identifier. `sets`: codes that get a new value together; the first
    of them must have one of the statuses in `from`. `loses`: a part that is lost for good by it. `checks`: a code that
    the holder tells the actor, who checks it. `only_while`: a part that must not be lost yet.
    """

    name: Name | None = None
    about: Text
    sets: tuple[Identifier, ...] = ()
    from_: tuple[CodeStatus, ...] = Field(alias="from", default=())
    loses: Identifier | None = None
    checks: Identifier | None = None
    only_while: Identifier | None = None

    @property
    def asks_for(self) -> tuple[str, ...]:
        """The codes whose values this act needs."""
        return (self.checks,) if self.checks is not None else self.sets

    _tuple = field_validator("sets", mode="before")(as_tuple)
    _statuses = field_validator("from_", mode="before")(as_statuses)


class Refusal(Sourced):
    """What people ask of an actor and no actor can do, and why."""

    why: Text


class Actor(Sourced):
    """Someone off the card whose act changes it."""

    name: Text
    acts: dict[Identifier, Act] = Field(min_length=1)
    cannot: dict[Identifier, Refusal] = Field(default={})

    def name_of_act(self, act: str) -> Text:
        """What an act is called in brief."""
        return self.acts[act].name or Text(en=act, cs=act, sl=act)
