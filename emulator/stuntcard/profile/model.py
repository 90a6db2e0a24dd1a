"""The model of a profile: a card model as immutable, checked values. Whoever needs any of them imports it from here.

Every block may say where its value comes from: `source` names facts of the source documents, `assumed` says why a
value is what it is although no document gives it.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints, field_validator

from stuntcard.iso7816.atr import AtrError, check_atr
from stuntcard.profile.actors import Act, Actor, Refusal
from stuntcard.profile.areas import CARD, Area, End, Files, Memory, Part, Places
from stuntcard.profile.blocks import (
    Block,
    Bounds,
    FactNumber,
    HexBytes,
    Identifier,
    Language,
    Note,
    Sourced,
    Text,
    as_tuple,
)
from stuntcard.profile.claims import ActionKind, Claim, ClaimedAction, Condition
from stuntcard.profile.codes import (
    IAS_CODE,
    LONGEST_CODE_OF_IAS,
    LONGEST_CODE_OF_MYEID,
    Cascade,
    Change,
    CharacterRule,
    Characters,
    Code,
    CodeStatus,
    FactoryValue,
    Holding,
    Lasts,
    Length,
    ResetRule,
    Tries,
)
from stuntcard.profile.forms import of_form
from stuntcard.profile.keys import (
    FactoryCertificate,
    FactoryKey,
    KeyAlgorithm,
    KeyUsage,
    Personalisation,
    Qualified,
    SubjectAttribute,
    Validity,
)

__all__ = [
    "CARD",
    "IAS_CODE",
    "LONGEST_CODE_OF_IAS",
    "LONGEST_CODE_OF_MYEID",
    "MOST_NAME_BYTES",
    "Act",
    "ActionKind",
    "Actor",
    "Area",
    "Atr",
    "Block",
    "Bounds",
    "CardName",
    "Cascade",
    "Change",
    "CharacterRule",
    "Characters",
    "Claim",
    "ClaimedAction",
    "Code",
    "CodeStatus",
    "Condition",
    "DeadCard",
    "End",
    "Eop",
    "FactNumber",
    "FactoryCertificate",
    "FactoryKey",
    "FactoryValue",
    "Files",
    "HexBytes",
    "Holding",
    "Ias",
    "Identifier",
    "KeyAlgorithm",
    "KeyUsage",
    "Language",
    "Lasts",
    "Length",
    "Memory",
    "Note",
    "Part",
    "Personalisation",
    "Places",
    "Profile",
    "Qualified",
    "Refusal",
    "ResetRule",
    "Sourced",
    "SubjectAttribute",
    "Text",
    "Token",
    "Tries",
    "Validity",
]

MOST_NAME_BYTES = 64


def _printable(value: str) -> str:
    if not value.isprintable():
        raise ValueError("a name in one line, without control characters")
    if len(value.encode("utf-8")) > MOST_NAME_BYTES:
        raise ValueError(f"a name of at most {MOST_NAME_BYTES} bytes in UTF-8")
    return value


class Atr(Sourced):
    """The answer to reset."""

    value: HexBytes

    @field_validator("value")
    @classmethod
    def _is_an_atr(cls, value: str) -> str:
        try:
            check_atr(bytes.fromhex(value))
        except AtrError as error:
            raise ValueError(f"not an ATR: {error}") from error
        return value


class Token(Sourced):
    """What EF.TokenInfo says (ISO 7816-15)."""

    label: Annotated[str, StringConstraints(min_length=1, max_length=32)]
    manufacturer: Annotated[str, StringConstraints(min_length=1, max_length=32)]
    serial: Annotated[HexBytes, StringConstraints(max_length=32)]


class Eop(Sourced):
    """How the eop applet differs from the card that it stands for."""

    plain_code_changes: bool = Field(
        description="Takes code changes in the clear (CLA 00); the real card wants secure messaging."
    )


class Ias(Sourced):
    """What the documents of the real card's platform leave to each card."""

    version: Annotated[str, of_form(r"^[45]\.\d\.\d\.[A-Z](\.[CO])?$", "a version such as 4.4.2.A")] = Field(
        description="The platform's version, as the card tells it."
    )
    blocked: Literal["6983", "6984"] = Field(description="What a blocked code answers.")


class DeadCard(Sourced):
    """What a dead card answers to every command: one status word, or nothing at all."""

    answer: Annotated[str, of_form(r"^(mute|6[0-9A-F]{3})$", "mute, or a status word such as 6F00")]


CardName = Annotated[str, StringConstraints(min_length=1, max_length=32), AfterValidator(_printable)]
"""Shown as part of a reader's name, in one line."""


class Profile(Block):
    """A card model."""

    schema_: Literal[1] = Field(alias="schema", description="Version of this file's form.")
    id: Identifier
    name: CardName
    about: Text
    notes: tuple[Note, ...] = ()
    atr: Atr
    token: Token
    applets: tuple[Literal["isoapplet", "myeid", "eop", "ias", "gids", "piv", "manage"], ...] = Field(min_length=1)
    shown_area: Identifier | None = Field(
        default=None, description="For a card with an applet that knows one user code: the area that it shows."
    )
    codes: dict[Identifier, Code] = Field(min_length=1)
    areas: dict[Identifier, Area] = Field(
        min_length=1, description="In this order a new key looks for the area that it goes to."
    )
    files: Files
    memory: Memory | None = Field(default=None, description="Absent: memory never runs out.")
    parts: dict[Identifier, Part] = Field(default={})
    open_while: Identifier | None = Field(
        default=None,
        description="A part; until it is lost, nobody is asked for a code, and clients can make files and codes of "
        "their own. Absent: the card leaves the factory with its files, and asks for codes from the start.",
    )
    emptied_with: Identifier | None = Field(
        default=None,
        description="The code that lets such a card be emptied again, unless its first client says otherwise. "
        "Absent: none does.",
    )
    ends: tuple[End, ...] = ()
    actors: dict[Identifier, Actor] = Field(default={})
    personalisation: Personalisation | None = Field(default=None, description="Absent: no keys from the factory.")
    eop: Eop | None = Field(default=None, description="For a card with the applet of this name, and only for it.")
    ias: Ias | None = Field(default=None, description="For a card with the applet of this name, and only for it.")
    dead: DeadCard
    claims: tuple[Claim, ...] = ()

    _tuple = field_validator("notes", "applets", "ends", "claims", mode="before")(as_tuple)

    @property
    def codes_on_chip(self) -> dict[str, Code]:
        """The codes that the chip itself knows, by which clients can name them."""
        return {name: code for name, code in self.codes.items() if code.reference is not None}

    @property
    def factory_keys(self) -> tuple[FactoryKey, ...]:
        """The keys from the factory that clients can use, which are those that lie in an area."""
        keys = self.personalisation.keys if self.personalisation is not None else ()
        return tuple(key for key in keys if key.area is not None)

    @property
    def holders_area(self) -> str:
        """The area whose code lets files be written, or else the first: what applets of one area show unasked."""
        names = (name for name, area in self.areas.items() if area.guard == self.files.guard)
        return next(names, next(iter(self.areas)))

    @property
    def areas_for_ias(self) -> tuple[str, ...]:
        """The areas that the ias applet can show, which have one key from the factory, of RSA with 2048 bits."""
        kinds = {name: [key.algorithm for key in self.factory_keys if key.area == name] for name in self.areas}
        return tuple(name for name, algorithms in kinds.items() if algorithms == [KeyAlgorithm.RSA_2048])

    def making_of(self, code: str) -> tuple[str, str] | None:
        """The actor and the act by which a client makes this code while the card is open."""
        acts = ((who, name, act) for who, actor in self.actors.items() for name, act in actor.acts.items())
        for who, name, act in acts:
            if act.only_while is not None and act.only_while == self.open_while and act.sets[:1] == (code,):
                return who, name
        return None

    @property
    def activation(self) -> tuple[str, str] | None:
        """The actor and the act that end the time when the card is open."""
        acts = ((who, name, act) for who, actor in self.actors.items() for name, act in actor.acts.items())
        for who, name, act in acts:
            if act.loses is not None and act.loses == self.open_while:
                return who, name
        return None

    def part_of(self, code: str) -> str | None:
        """The part that a code belongs to, if it belongs to one beside the card itself."""
        return next((name for name, part in self.parts.items() if code in part.codes), None)
