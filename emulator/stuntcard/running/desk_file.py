"""Reads a whole desk from YAML: its readers, their cards, and what happens to them. Every mistake has its place."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, field_validator

from stuntcard.applets.registry import AppletChoiceError, seen_through
from stuntcard.faults.rules import FaultError, check_names
from stuntcard.profile.document import Document, DocumentError, Finding, KeyPath, read_text
from stuntcard.profile.forms import of_form
from stuntcard.profile.load import load_profile, profile_path
from stuntcard.profile.model import Block, Profile
from stuntcard.profile.serial import SerialError, with_serial
from stuntcard.running.choices import TraceChoice
from stuntcard.running.plan import EMPTY, NAME, READERS_MAX, STORED, ReaderPlan, with_names
from stuntcard.scenario.load import load_scenario
from stuntcard.scenario.model import fault_rule

_YAML = {".yaml", ".yml"}
NonEmpty = Annotated[str, StringConstraints(min_length=1)]


class DeskFileError(DocumentError):
    """A desk that can't be used; `mistakes` tells all that is wrong with its file."""


class Reader(Block):
    """A reader, and the card in it. Paths are seen from the desk's file."""

    card: NonEmpty | None = Field(
        default=None, description="A profile's id or its file's path, card:NAME, or empty; absent: the scenario's own."
    )
    name: Annotated[str, of_form(f"^{NAME}$", "1 to 32 letters, digits, and . _ - within")] | None = Field(
        default=None, description="What the card is called while it runs, and the reader with it."
    )
    scenario: NonEmpty | None = Field(default=None, description="The trouble that the card is in.")
    applet: NonEmpty | None = Field(default=None, description="What programs see first.")
    serial: NonEmpty | None = Field(default=None, description="A fresh card's serial number, in hexadecimal.")
    faults: tuple[str | dict[str, str | int | float], ...] = Field(
        default=(), description="Rules for faults, as `stuntcard fault set` takes them, or as mappings."
    )
    trace: NonEmpty | None = Field(default=None, description="The file that the session is recorded to.")
    unmasked: bool = Field(default=False, description="Codes and keys are recorded too.")
    state_out: NonEmpty | None = Field(
        default=None, description="With `exec`: the file that the card's final state is written to, as JSON."
    )

    pinpad: bool = Field(default=False, description="The reader has a PIN pad.")
    keys: NonEmpty | None = Field(
        default=None, description="A private file with what is typed there by itself, a line for each time."
    )

    @field_validator("faults", mode="before")
    @classmethod
    def _as_tuple(cls, value: object) -> object:
        return tuple(value) if isinstance(value, list) else value


class DeskFile(Block):
    """A desk: readers in their order, each with a card or empty."""

    schema_: Literal[1] = Field(alias="schema", description="Version of this file's form.")
    readers: tuple[Reader, ...] = Field(description=f"1 to {READERS_MAX}, as many as PC/SC programs see.")

    @field_validator("readers", mode="before")
    @classmethod
    def _as_tuple(cls, value: object) -> object:
        return tuple(value) if isinstance(value, list) else value


def read_desk(path: Path) -> tuple[ReaderPlan, ...]:
    """The readers of a desk's file. Raises DeskFileError, or OSError when it can't be read."""
    return parse_desk(read_text(path), str(path))


def parse_desk(raw: bytes, file: str) -> tuple[ReaderPlan, ...]:
    """The readers of a desk in a YAML text; `file` is its path, and its name for messages. Raises DeskFileError."""
    folder = Path(file).parent

    def findings(desk: DeskFile) -> Iterator[Finding]:
        if not 0 < len(desk.readers) <= READERS_MAX:
            yield Finding(("readers",), f"a desk has 1 to {READERS_MAX} readers, and not {len(desk.readers)}")
        for index, reader in enumerate(desk.readers):
            yield from _wrong_name(desk, index)
            yield from _wrong_in(reader, ("readers", index), folder)

    desk = Document("desk", file, DeskFileError).read(raw, DeskFile, findings)
    return with_names([_plan(reader, folder) for reader in desk.readers])


def _plan(reader: Reader, folder: Path) -> ReaderPlan:
    trace = TraceChoice(folder / reader.trace, reader.unmasked) if reader.trace is not None else None
    return ReaderPlan(
        card=_seen_from(folder, reader.card),
        name=reader.name,
        named=reader.name is not None,
        scenario=_seen_from(folder, reader.scenario),
        applet=reader.applet,
        serial=reader.serial,
        faults=reader.faults,
        trace=trace,
        state_out=folder / reader.state_out if reader.state_out is not None else None,
        pinpad=reader.pinpad,
        keys=folder / reader.keys if reader.keys is not None else None,
    )


def _seen_from(folder: Path, name: str | None) -> str | None:
    """A name as it is; the path of a YAML file as seen from the desk's."""
    return str(folder / name) if name is not None and Path(name).suffix in _YAML else name


def _wrong_name(desk: DeskFile, index: int) -> Iterator[Finding]:
    name = desk.readers[index].name
    if name is not None and name in [reader.name for reader in desk.readers[:index]]:
        yield Finding(("readers", index, "name"), f"another card is called {name}; each needs a name of its own")


def _wrong_in(reader: Reader, path: KeyPath, folder: Path) -> Iterator[Finding]:
    """What does not go together in one reader, and what there is none of."""
    if reader.card is None and reader.scenario is None:
        yield Finding(path, "say which card: a profile's id, card:NAME, empty, or a scenario")
        return
    of_a_fresh_card = [key for key in ("applet", "serial") if getattr(reader, key) is not None]
    if reader.scenario is not None and reader.serial is not None:
        yield Finding((*path, "serial"), "a scenario brings its own card; leave this out")
    if reader.card == EMPTY:
        of_a_card = [key for key in ("scenario", "faults", "trace", "state_out") if getattr(reader, key)]
        for key in (*of_a_fresh_card, *of_a_card):
            yield Finding((*path, key), "an empty reader has no card for this; leave it out")
        return
    if reader.unmasked and reader.trace is None:
        yield Finding((*path, "unmasked"), "says how to record, but nothing is recorded; give trace too")
    key = "card" if reader.scenario is None else "scenario"
    try:
        profile = _profile(reader, folder)
    except FileNotFoundError as error:
        yield Finding((*path, key), str(error) if error.errno is None else f"{error.filename}: there is no such file")
        return
    except (OSError, DocumentError) as error:
        yield Finding((*path, key), f"can't be used: {error}")
        return
    yield from _wrong_for(reader, profile, path)


def _profile(reader: Reader, folder: Path) -> Profile | None:
    """The profile of a reader's card; None where the store has it. Raises OSError, DocumentError."""
    card = _seen_from(folder, reader.card)
    if reader.scenario is not None:
        return load_scenario(str(_seen_from(folder, reader.scenario)), card).profile
    if card is None or card.startswith(STORED):
        return None
    profile_path(card)
    return load_profile(card)


def _wrong_for(reader: Reader, profile: Profile | None, path: KeyPath) -> Iterator[Finding]:
    """What such a card can't have."""
    if profile is not None and reader.serial is not None:
        yield from _refused(lambda: with_serial(profile, str(reader.serial)), (*path, "serial"))
    if profile is not None and reader.applet is not None:
        yield from _refused(lambda: seen_through(profile, str(reader.applet)), (*path, "applet"))
    if profile is None and reader.serial is not None:
        yield Finding((*path, "serial"), "a stored card has its own; leave this out")
    for number, fault in enumerate(reader.faults):
        try:
            rule = fault_rule(fault)
            if profile is not None:
                check_names(rule, profile)
        except FaultError as error:
            yield Finding((*path, "faults", number), str(error))


def _refused(make: Callable[[], object], path: KeyPath) -> Iterator[Finding]:
    try:
        make()
    except (SerialError, AppletChoiceError) as error:
        yield Finding(path, str(error))
