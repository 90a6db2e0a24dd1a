"""What the tools and the CA know of a vendor's kind of card and no card tells: `devices.yaml`, read and checked."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from cardtools.common.terms import Trouble

Identifier = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]*$", max_length=32)]
Fact = Annotated[str, StringConstraints(pattern=r"^(PQ|TM|EO|PK)-[0-9]{2}$")]
Version = Annotated[str, StringConstraints(pattern=r"^[0-9]+(\.[0-9]+)*$")]
CodeValue = Annotated[str, StringConstraints(min_length=1, max_length=15)]
Text = Annotated[str, StringConstraints(min_length=1, max_length=64)]

# The same as the safe loader in Python, and many times as fast; a PyYAML without libyaml does not have it.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class DevicesError(ValueError):
    """The file of devices can't be used. Its message says where and why."""


class UnknownDeviceError(LookupError):
    """A kind of card that the file of devices does not have."""


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Sourced(_Model):
    """Data with the facts that it stands on, or what was assumed for want of one."""

    source: Fact | tuple[Fact, ...] = ()
    assumed: str | None = None


class Warranty(Sourced):
    """The values that codes must have for a warranty claim."""

    factory_values: Mapping[Identifier, CodeValue] = Field(min_length=1)


class ErrorNumbers(Sourced):
    """The enrolment client's numbers for its troubles with this kind of card."""

    no_place: int | None = Field(default=None, alias="no-place")
    no_space: int | None = Field(default=None, alias="no-space")
    manager_outdated: int | None = Field(default=None, alias="manager-outdated")


class RenewedTogether(Sourced):
    """Whether all certificates on such a card are best renewed on the same day."""

    advised: bool = False


class HelpDesk(StrEnum):
    """Whom a card's holder asks."""

    REGISTERS = "registers"
    """The help desk of the registers' administration (SZR)."""
    CA = "ca"


class Manager(Sourced):
    """The vendor's card manager. With `oldest_version`, requests need at least that one installed."""

    name: Text
    oldest_version: Version | None = None
    also_drives: tuple[Text, ...] = ()
    """Cards of other kinds."""
    administrator_installs: bool = False
    """Whether nobody else can."""
    help: tuple[HelpDesk, ...] = ()
    """In the order in which they are asked."""

    def outdated(self, installed: str) -> bool:
        """Whether a version, such as `1.4.2`, is too old. Raises ValueError when it is none."""
        return self.oldest_version is not None and _numbers(installed) < _numbers(self.oldest_version)


class Device(_Model):
    """One kind of card. What is so of its codes, areas and parts it tells itself (`card.kind`)."""

    id: Identifier
    name: Text
    qualified_area: Identifier | None
    warranty: Warranty | None = None
    error_numbers: ErrorNumbers = ErrorNumbers()
    renewed_together: RenewedTogether = RenewedTogether()
    manager: Manager

    def number(self, trouble: Trouble) -> int | None:
        """The number that the enrolment client gives to a trouble with this kind of card."""
        match trouble:
            case Trouble.NO_PLACE:
                return self.error_numbers.no_place
            case Trouble.NO_SPACE:
                return self.error_numbers.no_space
            case Trouble.MANAGER_OUTDATED:
                return self.error_numbers.manager_outdated


def devices() -> Mapping[str, Device]:
    """All kinds of card, by id. Raises DevicesError."""
    return _shipped()


def find_device(profile: str) -> Device:
    """The kind of card of this id. Raises UnknownDeviceError."""
    found = devices().get(profile)
    if found is None:
        raise UnknownDeviceError(f"no kind of card is called {profile!r}")
    return found


def parse_devices(text: str) -> Mapping[str, Device]:
    """The devices of a YAML file. Raises DevicesError."""
    try:
        document = _Document.model_validate(yaml.load(text, Loader=_LOADER))  # noqa: S506 - a safe one
    except (yaml.YAMLError, ValidationError, RecursionError) as error:
        raise DevicesError(f"devices.yaml: {error}") from error
    return document.devices


class _Document(_Model):
    version: Literal[1] = Field(alias="schema")
    devices: Mapping[Identifier, Device]

    @model_validator(mode="before")
    @classmethod
    def _ids_from_keys(cls, raw: object) -> object:
        if isinstance(raw, dict) and isinstance(raw.get("devices"), dict):
            entries = raw["devices"].items()
            return {**raw, "devices": {key: {"id": key, **item} if isinstance(item, dict) else item
                                       for key, item in entries}}  # fmt: skip
        return raw


@cache
def _shipped() -> Mapping[str, Device]:
    return parse_devices((files("cardtools.common") / "devices.yaml").read_text(encoding="utf-8"))


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))
