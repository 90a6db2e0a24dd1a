"""Claims: what is said of a card in every state that it can reach, and the actions that they speak of."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, field_validator

from stuntcard.profile.blocks import Block, Bounds, HexBytes, Identifier, Sentence, Sourced, as_tuple

Status = Literal["not_set", "set", "blocked", "lost", "alive", "paired", "unpaired", "certificate", "gone"]


class ActionKind(StrEnum):
    """What kind of thing is done to a card in one sitting."""

    LOG_IN = "log_in"
    """`code` is given."""
    CHANGE = "change"
    """`code` is changed with its old value."""
    SET = "set"
    """`code` is set with the value of the code `by`: first, anew, or unblocked."""
    USE_KEY = "use_key"
    MAKE_KEY = "make_key"
    """A key is made in `area`, and its public key stored."""
    IMPORT_KEY = "import_key"
    """A key is brought into `area` from outside, with its certificate."""
    BREAK_OFF = "break_off"
    """A key is made in `area`, and the card torn out before the directory lists it."""
    CLEAR_KEY = "clear_key"
    """Such a key is listed after all, and deleted at once."""
    STORE_CERTIFICATE = "store_certificate"
    DELETE_CERTIFICATE = "delete_certificate"
    DELETE_KEY = "delete_key"
    """A key goes, with its public key; its certificate stays."""
    ACT = "act"
    """An actor's `act`."""


class ClaimedAction(Block):
    """An action that a claim speaks of, by the holder or by an actor; `wrong`: with a wrong value of the code."""

    do: ActionKind = Field(strict=False)
    code: Identifier | None = None
    by: Identifier | None = None
    area: Identifier | None = None
    act: Identifier | None = None
    who: Identifier = "holder"
    wrong: bool = False


Count = Annotated[int, Field(ge=0)] | Bounds
AREA_COUNTS = ("used", "paired", "unpaired", "imported")
"""What is counted in an area."""


class Condition(Block):
    """What is asked of a state: one of `code`, `part`, `can`, `final`, `area` and `key`.

    `can`: the action would be done. `final`: nothing that anybody does changes this state any more. Of an area, numbers
    of what lies in it. `key` is the identifier of one that the card had when it was first looked at; that key `is`
    paired, unpaired, gone, or gone all but for its certificate.
    """

    code: Identifier | None = None
    part: Identifier | None = None
    can: ClaimedAction | None = None
    final: Literal[True] | None = None
    area: Identifier | None = None
    key: HexBytes | None = None
    is_: tuple[Status, ...] = Field(alias="is", default=())
    tries: Annotated[int, Field(ge=0, le=15)] | None = Field(default=None, description="Tries left of the code.")
    must_change: bool | None = Field(default=None, description="Whether the code still has to be changed.")
    factory_value: bool | None = Field(default=None, description="Whether the code has the value of the factory.")
    used: Count | None = Field(default=None, description="Places of the area that are taken.")
    paired: Count | None = Field(default=None, description="Keys of the area with their certificates.")
    unpaired: Count | None = Field(default=None, description="Keys of the area without a certificate.")
    imported: Count | None = Field(default=None, description="Keys of the area that were brought in from outside.")

    @field_validator("is_", mode="before")
    @classmethod
    def _one_or_several(cls, value: object) -> object:
        return (value,) if isinstance(value, str) else as_tuple(value)


class Claim(Sourced):
    """What is said of a card in every state that it can reach; `explore` proves it or shows the way to the contrary.

    It speaks of the states where all of `when` holds, or, with `after`, of what this action makes of them (one refused
    leaves them as they are). There, each of `always` holds. Neither there nor in any state that can follow, however
    much later, does any of `never` hold. From there, each of `possible` can be reached.
    """

    says: Sentence
    when: tuple[Condition, ...] = ()
    after: ClaimedAction | None = None
    always: tuple[Condition, ...] = ()
    never: tuple[Condition, ...] = ()
    possible: tuple[Condition, ...] = ()

    @field_validator("when", "always", "never", "possible", mode="before")
    @classmethod
    def _one_or_several(cls, value: object) -> object:
        return (value,) if isinstance(value, dict) else as_tuple(value)
