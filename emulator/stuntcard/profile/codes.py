"""Codes: their values, their tries, and what sets and blocks them."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints, field_validator

from stuntcard.profile.blocks import CodeName, Identifier, Sourced, as_tuple
from stuntcard.profile.value_words import HIDDEN


class CodeStatus(StrEnum):
    """What a code is, whatever its number of tries."""

    NOT_SET = "not_set"
    SET = "set"
    BLOCKED = "blocked"


class Characters(StrEnum):
    """What a code may be made of."""

    PRINTABLE = "printable"
    """Printable ASCII, 20 to 7E."""
    DIGITS = "digits"

    def allow(self, value: bytes) -> bool:
        """Whether a value is made of these characters only."""
        if self is Characters.DIGITS:
            return value.isdigit()
        return all(0x20 <= byte <= 0x7E for byte in value)


class Lasts(StrEnum):
    """How long a code holds once it was given."""

    SESSION = "session"
    """Until the applet is selected anew, or the card is reset or removed."""
    ONE_USE = "one-use"
    """For exactly one use."""


def as_statuses(value: object) -> object:
    """A list of words, as YAML has it, as statuses; anything else as it is."""
    if not isinstance(value, list):
        return value
    if any(item not in list(CodeStatus) for item in value):
        raise ValueError(f"some of {', '.join(CodeStatus)}")
    return tuple(CodeStatus(item) for item in value)


class Length(Sourced):
    """How many characters a code has."""

    min: Annotated[int, Field(ge=1, le=16)]
    max: Annotated[int, Field(ge=1, le=16)]


LONGEST_CODE_OF_MYEID = 8
"""What OpenSC's driver for such cards lets through; a code may be longer, and other command sets take it."""
LONGEST_CODE_OF_IAS = 12
"""Codes stand in fields of this length there."""
IAS_CODE = 0x11
"""The code that clients of the ias applet know, P2 of VERIFY there."""


class CharacterRule(Sourced):
    """What characters a code has."""

    set: Characters = Field(strict=False)


class Tries(Sourced):
    """Wrong tries until a code is blocked: as set at the factory, and the most that may be set."""

    limit: Annotated[int, Field(ge=1, le=15)]
    max: Annotated[int, Field(ge=1, le=15)]


class FactoryValue(Sourced):
    """The value that a code has when the card leaves the factory."""

    value: Annotated[str, HIDDEN]
    must_change: bool = False


class Holding(Sourced):
    """How long a code holds once it was given."""

    for_: Lasts = Field(alias="for", strict=False)


class Change(Sourced):
    """A code is changed by giving its old value."""

    allowed: bool


class ResetRule(Sourced):
    """Another code, with whose value this one is set: first set, set anew, or unblocked.

    `uses_up`: the other code serves for this once, and is as if never set from then on.
    """

    code: Identifier
    from_: tuple[CodeStatus, ...] = Field(alias="from", min_length=1)
    uses_up: bool = False

    _statuses = field_validator("from_", mode="before")(as_statuses)


class Cascade(Sourced):
    """Codes that become blocked together with this one."""

    codes: tuple[Identifier, ...] = Field(min_length=1)

    _tuple = field_validator("codes", mode="before")(as_tuple)


class Code(Sourced):
    """A secret the holder types."""

    name: CodeName
    label: Annotated[str, StringConstraints(min_length=1, max_length=32)] | None = Field(
        default=None, description="What PKCS#15 calls the code; absent: its name."
    )
    reference: Annotated[int, Field(ge=1, le=31)] | None = Field(
        description="Reference data number, P2 of VERIFY (ISO 7816-4, 11.6.6); null: the code is not on the chip."
    )
    eop_reference: Annotated[int, Field(ge=1, le=31)] | None = Field(
        default=None, description="P2 by which the eop applet's clients name the code; absent: they can't."
    )
    ias_reference: Annotated[int, Field(ge=1, le=31)] | None = Field(
        default=None, description="P2 by which the ias applet's clients name the code; absent: they can't."
    )
    length: Length
    characters: CharacterRule
    tries: Tries
    holds: Holding
    change: Change
    factory: FactoryValue | None = Field(default=None, description="Absent: the code is not set at the factory.")
    reset_by: tuple[ResetRule, ...] = ()
    blocks: Cascade | None = None

    @property
    def references(self) -> frozenset[int]:
        """All numbers by which clients name the code, whatever the command set."""
        numbers = (self.reference, self.eop_reference, self.ias_reference)
        return frozenset(number for number in numbers if number is not None)

    def accepts(self, value: bytes) -> bool:
        """Whether a value has the length and the characters that this code wants."""
        return self.length.min <= len(value) <= self.length.max and self.characters.set.allow(value)

    _tuple = field_validator("reset_by", mode="before")(as_tuple)
