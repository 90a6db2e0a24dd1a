"""The model of a scenario: a named starting state of a card, and what should come of it, as immutable, checked values.

A scenario says what is so and not how it came to be: `build` finds the way, by events of the law.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, StringConstraints, field_validator, model_validator

from stuntcard.faults.rules import Rule
from stuntcard.profile.blocks import ObjectId, as_tuple
from stuntcard.profile.forms import of_form
from stuntcard.profile.model import Block, Bounds, CodeStatus, Condition, Identifier, Sourced, Text
from stuntcard.profile.value_words import HIDDEN

Tries = Annotated[int, Field(ge=0, le=15)]
Label = Annotated[str, StringConstraints(min_length=1, max_length=32)]
StatusPattern = Annotated[
    str, of_form(r"^([69][0-9A-F]([0-9A-FX]{2})|mute)$", "a status word such as 6983 or 63CX, or mute")
]

STATE_PATH = re.compile(r"[a-z_]+(\.[A-Za-z0-9_-]+)*")


class CodeWanted(Block):
    """A code as it shall be. What is not said is as good as the rest allows.

    Instead of a mapping, a state alone (`blocked`), or the number of tries left alone.
    """

    state: Annotated[CodeStatus | None, HIDDEN] = Field(default=None, strict=False)
    tries: Annotated[Tries | None, HIDDEN] = Field(default=None, description="Tries left; 0: blocked.")
    must_change: bool | None = Field(default=None, description="Whether it still has to be changed.")
    value: Annotated[Annotated[str, StringConstraints(min_length=1, max_length=16)] | None, HIDDEN] = Field(
        default=None, description="Absent: the factory's, or the first of the digits 1234567890 where there is none."
    )
    forgotten: bool = Field(default=False, description="Nobody knows the value; the scenario does not tell it.")

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, given: object) -> object:
        if isinstance(given, str):
            return {"state": given}
        return {"tries": given} if isinstance(given, int) and not isinstance(given, bool) else given

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> CodeWanted:
        if self.state is not None and self.tries is not None:
            raise ValueError("give `state` or `tries`; with tries left a code is set, and with none it is blocked")
        if self.forgotten and self.value is not None:
            raise ValueError("a forgotten value is not told; leave `value` out")
        return self


class KeyWanted(StrEnum):
    """What became of the key of an object."""

    MADE = "made"
    """On the card."""
    IMPORTED = "imported"
    """Brought in from outside."""
    DELETED = "deleted"
    """Made, certified and deleted; the certificate stayed."""


class Algorithm(StrEnum):
    """What a key is."""

    EC_P256 = "ec-p256"
    RSA_2048 = "rsa-2048"
    """What every client can use. OpenSC up to 0.23 has an EC key of an IsoApplet sign with SHA-1 only."""


class CertificateStatus(StrEnum):
    """What a certificate is worth. `expired` and `valid` by its dates; `revoked` as its CA says."""

    VALID = "valid"
    EXPIRED = "expired"
    REVOKED = "revoked"


class CertificateWanted(Block):
    """A certificate for a key. Instead of a mapping, its status alone."""

    status: CertificateStatus = Field(default=CertificateStatus.VALID, strict=False)
    qualified: bool = Field(default=False, description="It says that it is qualified, and of a made key, on a device.")

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, given: object) -> object:
        return {"status": given} if isinstance(given, str) else given


class ObjectWanted(Block):
    """A key, with its certificate or without (unpaired). Keys come from the scenario's name."""

    id: ObjectId = Field(description="Its identifier in PKCS#15.")
    label: Label
    key: KeyWanted = Field(default=KeyWanted.MADE, strict=False)
    algorithm: Algorithm = Field(default=Algorithm.RSA_2048, strict=False)
    listed: bool = Field(default=True, description="false: the card was torn out before the directory listed the key.")
    certificate: CertificateWanted | None = None

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> ObjectWanted:
        if not self.listed and (self.certificate is not None or self.key is not KeyWanted.MADE):
            raise ValueError("a key that is not listed was made on the card, and has no certificate")
        if self.key is KeyWanted.DELETED and self.certificate is None:
            raise ValueError("nothing is left of it without a certificate")
        return self


class ExchangeExpected(Block):
    """Commands and their answers: at least one such, or as many as `count` says.

    In `status`, X stands for any digit; `mute` for no answer at all.
    """

    command: Annotated[str, of_form(r"^[A-Z_]+$", "a command's name, such as VERIFY")] | None = None
    code: Identifier | None = Field(default=None, description="The code that P2 names, of a command that takes one.")
    status: StatusPattern | None = None
    count: Annotated[int, Field(ge=0)] | Bounds = Bounds(at_least=1)


Expected = str | bool | int | Bounds


class Expectations(Block):
    """What should come of it: `exchange`, one or several; every other key is a path into the card's state."""

    model_config = ConfigDict(frozen=True, extra="allow", strict=True, defer_build=True)
    __pydantic_extra__: dict[str, Expected]

    exchange: tuple[ExchangeExpected, ...] = ()

    @field_validator("exchange", mode="before")
    @classmethod
    def _one_or_several(cls, value: object) -> object:
        if isinstance(value, dict):
            return (value,)
        return tuple(value) if isinstance(value, list) else value

    @property
    def state(self) -> dict[str, Expected]:
        """What is expected of the state, by path."""
        return self.__pydantic_extra__


class Shown(Block):
    """A command line of a client program that shows the scenario. Instead of a mapping, the command line alone."""

    run: Annotated[str, StringConstraints(min_length=1, max_length=500)]
    fails: bool = Field(default=False, description="The program ends with another status than 0.")

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, given: object) -> object:
        return {"run": given} if isinstance(given, str) else given


def fault_rule(fault: str | Mapping[str, str | int | float]) -> Rule:
    """The rule that a scenario has in either form. Raises FaultError."""
    from stuntcard.faults.text import parse_rule, rule_from

    return parse_rule(fault) if isinstance(fault, str) else rule_from(fault)


class Scenario(Sourced):
    """A named starting state of a card, and what should come of it."""

    schema_: Literal[1] = Field(alias="schema", description="Version of this file's form.")
    profile: Annotated[str, StringConstraints(min_length=1)] = Field(
        description="A profile's id, or the path of a YAML file, seen from this file."
    )
    title: Text
    text: Text = Field(description="What happened, what a client sees of it, and what to do.")
    codes: dict[Identifier, CodeWanted] = Field(default_factory=dict)
    parts: dict[Identifier, Literal["lost", "whole"]] = Field(default_factory=dict)
    card: Literal["dead", "whole"] | None = None
    holder: Annotated[str, StringConstraints(min_length=1, max_length=64)] = Field(
        default="TEST Nobody", description="The subject of the certificates; TEST has to be in it."
    )
    areas: dict[Identifier, tuple[ObjectWanted, ...]] = Field(default_factory=dict)
    faults: tuple[str | dict[str, str | int | float], ...] = Field(
        default=(), description="Rules for faults, as `stuntcard fault set` takes them, or as mappings."
    )
    expect: Expectations = Expectations()
    cured: tuple[Condition, ...] = Field(default=(), description="What holds once somebody has cured the trouble.")
    shown_by: tuple[Shown, ...] = ()

    @field_validator("cured", mode="before")
    @classmethod
    def _one_or_several(cls, value: object) -> object:
        return (value,) if isinstance(value, dict) else as_tuple(value)

    @field_validator("faults", "shown_by", mode="before")
    @classmethod
    def _as_tuple(cls, value: object) -> object:
        return tuple(value) if isinstance(value, list) else value

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The faults. Raises FaultError."""
        return tuple(fault_rule(fault) for fault in self.faults)

    @field_validator("areas", mode="before")
    @classmethod
    def _lists_as_tuples(cls, value: object) -> object:
        if not isinstance(value, dict):
            return value
        return {name: tuple(objects) if isinstance(objects, list) else objects for name, objects in value.items()}
