"""Areas and memory, where keys and files go, and the parts of a card that live and die together."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, field_validator

from stuntcard.profile.blocks import Identifier, Name, Sourced, as_tuple

CARD = "card"
"""The part that stands for the whole card; every profile has it without saying so."""


class Places(Sourced):
    """How many keys or certificates an area takes; a key and its certificate share one place."""

    count: Annotated[int, Field(ge=1, le=255)]


APPLETS_OF_ONE_AREA = ("gids", "piv")
"""Command sets that know one user code, and so show one area of a card."""
BESIDE_ONE_AREA = ("eop", "manage")
"""What a card may have beside one of these: a client takes it for the first card that it knows by its applets."""

LAST_GUARD_REFERENCE = 14
"""A condition byte of a key file has four bits for its guard's reference, and 15 is none."""


class Area(Sourced):
    """A part of the card with its own guard and capacity."""

    name: Name
    guard: Identifier = Field(description="The code that lets a key of this area be used.")
    create_with: tuple[Identifier, ...] = Field(
        description="Codes that must have been given to make or import a key here."
    )
    places: Places | None = Field(default=None, description="Absent: as many as the memory holds.")

    _tuple = field_validator("create_with", mode="before")(as_tuple)


class Files(Sourced):
    """Who may write the files of PKCS#15."""

    guard: Identifier | None = Field(description="The code that must have been given; null: nothing can be written.")


class Memory(Sourced):
    """Space that keys, certificates and other files share, handed out in whole blocks."""

    bytes: Annotated[int, Field(ge=1, le=1_000_000)]
    block: Annotated[int, Field(ge=1, le=65_536)]

    def cost(self, size: int) -> int:
        """What something of this size takes."""
        return -(-size // self.block) * self.block


class Part(Sourced):
    """Codes and areas that live and die together."""

    name: Name
    codes: tuple[Identifier, ...] = ()
    areas: tuple[Identifier, ...] = ()

    _tuple = field_validator("codes", "areas", mode="before")(as_tuple)


class End(Sourced):
    """A part is lost for good once all of these codes are blocked at the same time."""

    part: Identifier
    when_blocked: tuple[Identifier, ...] = Field(min_length=1)

    _tuple = field_validator("when_blocked", mode="before")(as_tuple)
