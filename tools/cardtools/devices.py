"""What the tools and the CA know of each kind of card, as data: `devices.yaml`, read and checked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from importlib.resources import files

import yaml

from cardtools.plain_data import MistakeError, Table
from cardtools.terms import Trouble
from cardtools.told import Value

__all__ = [
    "AtNone", "CodeData", "Consequence", "Device", "DevicesError", "Manager", "Trouble", "UnknownDeviceError",
    "Warranty", "devices", "find_device", "parse_devices",
]  # fmt: skip

_IDENTIFIER = re.compile(r"[a-z][a-z0-9-]{0,31}")
_FACT = re.compile(r"(PQ|TM|EO|PK)-[0-9]{2}")
_VERSION = re.compile(r"[0-9]+(\.[0-9]+)*")
_CODE_VALUE = re.compile(r".{1,15}")
_TEXT = re.compile(r".{1,64}")
_SENTENCE = re.compile(r".+")
# The same as the safe loader in Python, and many times as fast; a PyYAML without libyaml does not have it.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class DevicesError(ValueError):
    """The file of devices can't be used. Its message says where and why."""


class UnknownDeviceError(LookupError):
    """A kind of card that the file of devices does not have."""


class AtNone(StrEnum):
    """What becomes of a code with its last try."""

    UNBLOCK = "unblock"
    """Blocked; the code that `manage` names as unblocking it sets it again."""
    OFFICE = "office"
    """Blocked; only the office sets it again."""
    FOR_GOOD = "for-good"
    """Blocked, and nothing sets it again."""
    PART_LOST = "part-lost"
    """Its part of the card is lost."""


_AT_NONE = re.compile("|".join(AtNone))


@dataclass(frozen=True, slots=True)
class CodeData:
    """What is known of a code beyond what the card tells."""

    at_none: AtNone
    blocks: tuple[str, ...] = ()
    """Other codes that are blocked along with it (EO-12)."""


@dataclass(frozen=True, slots=True)
class Warranty:
    """The values that codes must have for a warranty claim."""

    factory_values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Manager:
    """The vendor's card manager. With `oldest_version`, requests need at least that one installed."""

    name: str
    oldest_version: str | None = None

    def outdated(self, installed: str) -> bool:
        """Whether a version, such as `1.4.2`, is too old. Raises ValueError when it is none."""
        return self.oldest_version is not None and _numbers(installed) < _numbers(self.oldest_version)


@dataclass(frozen=True, slots=True)
class Device:
    """One kind of card."""

    id: str
    name: str
    qualified_area: str | None
    general_area: str | None
    writes_with: str | None
    """The code for writing and deleting; none where nobody may."""
    codes: Mapping[str, CodeData]
    parts: Mapping[str, tuple[str, ...]]
    destroyed_with: tuple[str, ...]
    """The card is destroyed when all of these are blocked at the same time; empty where that can't happen."""
    warranty: Warranty | None
    error_numbers: Mapping[Trouble, int]
    """The enrolment client's numbers for its troubles with this kind of card."""
    manager: Manager

    def part_of_code(self, code: str) -> str | None:
        """The id of the part that a code belongs to."""
        return next((part for part, codes in self.parts.items() if code in codes), None)

    def number(self, trouble: Trouble) -> int | None:
        """The number that the enrolment client gives to a trouble with this kind of card."""
        return self.error_numbers.get(trouble)


@dataclass(frozen=True, slots=True)
class Consequence:
    """What becomes of a card, to be told to people."""

    key: str
    values: Mapping[str, Value] = field(default_factory=dict)
    number: None = None


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
        document = Table(yaml.load(text, Loader=_LOADER), "devices.yaml")  # noqa: S506 - a safe one
        if document.take("schema") != 1:
            raise MistakeError("devices.yaml: schema", "1 is expected")
        entries = document.table("devices")
        found = {name: _device(name, entries.table(name)) for name in entries.names(_IDENTIFIER)}
        document.done()
    except (yaml.YAMLError, MistakeError, RecursionError) as error:
        raise DevicesError(str(error)) from error
    return found


@cache
def _shipped() -> Mapping[str, Device]:
    return parse_devices((files("cardtools") / "devices.yaml").read_text(encoding="utf-8"))


def _device(identifier: str, table: Table) -> Device:
    device = Device(
        id=identifier,
        name=table.text("name", _TEXT),
        qualified_area=table.text_or_none("qualified_area", _IDENTIFIER),
        general_area=table.text_or_none("general_area", _IDENTIFIER),
        writes_with=table.text_or_none("writes_with", _IDENTIFIER),
        codes=_codes(table.table("codes")),
        parts=_parts(table.table_if_there("parts")),
        destroyed_with=_destroyed_with(table.table("destroyed_with")) if "destroyed_with" in table else (),
        warranty=_warranty(table.table("warranty")) if "warranty" in table else None,
        error_numbers=_error_numbers(table.table_if_there("error_numbers")),
        manager=_manager(table.table("manager")),
    )
    table.done()
    _require_known_codes(device, table.place)
    return device


def _codes(table: Table) -> dict[str, CodeData]:
    return {name: _code(table.table(name)) for name in table.names(_IDENTIFIER)}


def _code(table: Table) -> CodeData:
    at_none = AtNone(table.text("at_none", _AT_NONE))
    blocks = table.texts("blocks", _IDENTIFIER) if "blocks" in table else ()
    _sourced(table)
    return CodeData(at_none, blocks)


def _parts(table: Table) -> dict[str, tuple[str, ...]]:
    return {name: table.texts(name, _IDENTIFIER) for name in table.names(_IDENTIFIER)}


def _destroyed_with(table: Table) -> tuple[str, ...]:
    codes = table.texts("codes", _IDENTIFIER)
    _sourced(table)
    return codes


def _warranty(table: Table) -> Warranty:
    values = table.table("factory_values")
    factory_values = {name: values.text(name, _CODE_VALUE) for name in values.names(_IDENTIFIER)}
    _sourced(table)
    return Warranty(factory_values)


def _error_numbers(table: Table) -> dict[Trouble, int]:
    numbers = {trouble: table.number(trouble.value) for trouble in Trouble if trouble.value in table}
    _sourced(table)
    return numbers


def _manager(table: Table) -> Manager:
    name = table.text("name", _TEXT)
    oldest_version = table.text("oldest_version", _VERSION) if "oldest_version" in table else None
    _sourced(table)
    return Manager(name, oldest_version)


def _sourced(table: Table) -> None:
    """Sees that what is left are the facts that the data stands on, and what was assumed for want of one."""
    source = table.take("source") if "source" in table else []
    for fact in source if isinstance(source, list) else [source]:
        if not isinstance(fact, str) or not _FACT.fullmatch(fact):
            raise MistakeError(table.place, f"{fact!r} is no fact's number")
    if "assumed" in table:
        table.text("assumed", _SENTENCE)
    table.done()


def _require_known_codes(device: Device, place: str) -> None:
    named = [code for codes in device.parts.values() for code in codes]
    named += [code for data in device.codes.values() for code in data.blocks]
    named += device.destroyed_with
    named += device.warranty.factory_values if device.warranty else ()
    named += [device.writes_with] if device.writes_with else ()
    if unknown := sorted(set(named) - set(device.codes)):
        raise MistakeError(place, f"there is no code {', '.join(unknown)}")
    homeless = [name for name, code in device.codes.items() if code.at_none is AtNone.PART_LOST]
    if alone := [name for name in homeless if device.part_of_code(name) is None]:
        raise MistakeError(place, f"{', '.join(alone)} loses a part and belongs to none")


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))
