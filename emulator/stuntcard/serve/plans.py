"""What a client says of a card that shall be served: the body by which one is made."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, Strict, StrictBool, StringConstraints, model_validator

from stuntcard.running.plan import NAME, STORED, ReaderPlan

ID_PATTERN = f"^{NAME}$"
CardId = Annotated[str, StringConstraints(pattern=ID_PATTERN)]
"""What a client calls a card: letters, digits, `.`, `_` and `-`, at most 32."""
_Word = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")]
_StoredName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$")]
_FAULTS_MAX = 100


class CardPlan(BaseModel):
    """Which card shall be served, and what happens to it."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={
            "examples": [
                {"profile": "proid-q", "label": "Anna"},
                {"scenario": "puk-last-try", "profile": "proid-q"},
                {"stored": "mine"},
            ]
        },
    )

    profile: _Word | None = Field(
        default=None,
        description="A profile's id, for a fresh card. Beside a scenario: which profile's is meant. "
        "Files are never named over HTTP.",
    )
    scenario: _Word | None = Field(default=None, description="A card in this trouble; `GET /api/v1/scenarios`.")
    stored: _StoredName | None = Field(default=None, description="A stored card; `GET /api/v1/stored-cards`.")
    exercise: _Word | None = Field(
        default=None,
        description="A card in an exercise's trouble, which is judged as it goes; `GET /api/v1/exercises`.",
    )
    label: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)] | None = Field(
        default=None, description="What people call it: any text. The reader is named after the id."
    )
    applet: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9:-]{0,63}$")] | None = Field(
        default=None, description="What programs see first; without it, the card's own."
    )
    serial: Annotated[str, StringConstraints(pattern=r"^[0-9A-Fa-f]{1,64}$")] | None = Field(
        default=None, description="A fresh card's serial number; without it, its profile's."
    )
    faults: Annotated[tuple[Annotated[str, StringConstraints(max_length=500)], ...], Field(max_length=_FAULTS_MAX)] = (
        Field(default=(), description='Rules for faults, such as "ins=2A nth=3 act=status:6F00".')
    )
    seed: Annotated[int, Strict(), Field(ge=0, lt=2**32)] = Field(
        default=0, description="What chance decides in faults that have no seed of their own comes of this alone."
    )
    pinpad: StrictBool = Field(default=False, description="The reader has a PIN pad.")
    desk: CardId | None = Field(
        default=None,
        description="Cards of one desk lie in readers behind one PC/SC socket, at most 16; without it, a card has a "
        "socket of its own.",
    )
    keep: StrictBool = Field(
        default=False,
        description="The card outlives this process: it is stored under its id, and served again at the next start.",
    )

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        sources = [self.profile, self.scenario, self.stored, self.exercise]
        of_a_scenario = self.scenario is not None and sources == [self.profile, self.scenario, None, None]
        if sum(source is not None for source in sources) != 1 and not of_a_scenario:
            raise ValueError("say which card: one of profile, scenario (with profile, if need be), stored, exercise")
        if self.serial is not None and (self.profile is None or self.scenario is not None):
            raise ValueError("only a fresh card of a profile takes a serial number; leave serial out")
        return self

    @property
    def source(self) -> str:
        """What the card is made of, in a word."""
        return str(self.exercise or self.scenario or self.stored or self.profile)

    def reader_plan(self, id_: str) -> ReaderPlan:
        """The same, as a plan for a reader."""
        plan = ReaderPlan(
            self.profile, id_, True, self.scenario, self.applet, self.serial, self.faults, pinpad=self.pinpad
        )
        return replace(plan, card=f"{STORED}{self.stored}") if self.stored is not None else plan


def plan_of(source: str) -> CardPlan:
    """The plan for a card as the command line names it: a profile's id, or card:NAME. Raises ValidationError."""
    stored = source.removeprefix(STORED)
    return CardPlan(stored=stored) if stored != source else CardPlan(profile=source)


class NewCard(CardPlan):
    """A card to be made, under an id that the client chooses, or one of its own."""

    id: CardId | None = Field(default=None, description="Without it, the profile's id, with a number behind.")
