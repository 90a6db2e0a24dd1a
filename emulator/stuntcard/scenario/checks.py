"""Checks across a scenario and its profile: names that must exist, numbers that must agree."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from stuntcard.faults.rules import FaultError, check_names
from stuntcard.iso7816.instructions import Instruction
from stuntcard.profile.claim_checks import check_condition
from stuntcard.profile.document import Finding, KeyPath
from stuntcard.profile.model import CARD, CodeStatus, Condition, Profile
from stuntcard.scenario.facts import known_paths
from stuntcard.scenario.model import STATE_PATH, CodeWanted, Expectations, Scenario, fault_rule


def cross_check(scenario: Scenario, profile: Profile) -> Iterator[Finding]:
    """All that is wrong between a scenario's blocks, and between them and its profile."""
    yield from _unknown("codes", scenario.codes, profile.codes, "code")
    yield from _unknown("areas", scenario.areas, profile.areas, "area")
    parts = [part for part in profile.parts if part != CARD]
    yield from _unknown("parts", scenario.parts, parts, "part")
    for name, wanted in scenario.codes.items():
        if name in profile.codes:
            yield from _check_code(profile, name, wanted)
    yield from _check_objects(scenario, profile)
    for index, fault in enumerate(scenario.faults):
        try:
            check_names(fault_rule(fault), profile)
        except FaultError as error:
            yield Finding(("faults", index), str(error))
    yield from check_expectations(scenario.expect, profile)
    for index, condition in enumerate(scenario.cured):
        yield from check_condition(profile, ("cured", index), condition)
        yield from check_key(("cured", index), condition, keys_at_first(scenario, profile))
    if not scenario.source and scenario.assumed is None:
        yield Finding((), "it shows nothing; give `source`, the facts that it shows, or `assumed`")


def keys_at_first(scenario: Scenario, profile: Profile) -> tuple[str, ...]:
    """The identifiers of the keys that the card has at first, and that programs can see."""
    made = (one.id for objects in scenario.areas.values() for one in objects if one.listed)
    return (*(key.id for key in profile.factory_keys if key.area is not None), *made)


def check_key(at: KeyPath, condition: Condition, known: tuple[str, ...]) -> Iterator[Finding]:
    """Whether a condition names a key that the card at first has."""
    if condition.key is not None and condition.key not in known:
        expected = f"expected one of: {', '.join(known)}" if known else "it has none that could be named"
        yield Finding((*at, "key"), f"the card at first has no key '{condition.key}'; {expected}")


def _unknown(key: str, given: Iterable[str], known: Iterable[str], what: str) -> Iterator[Finding]:
    names = tuple(known)
    for name in given:
        if name not in names:
            expected = f"expected one of: {', '.join(names)}" if names else f"this profile has no {key}"
            yield Finding((key, name), f"there is no {what} '{name}'; {expected}")


def _check_code(profile: Profile, name: str, wanted: CodeWanted) -> Iterator[Finding]:
    at: KeyPath = ("codes", name)
    code = profile.codes[name]
    if wanted.tries is not None and wanted.tries > code.tries.limit:
        yield Finding((*at, "tries"), f"{name} has {code.tries.limit} tries at most")
    if wanted.value is not None and not code.accepts(wanted.value.encode()):
        expected = f"{code.length.min} to {code.length.max} {code.characters.set.value} characters"
        yield Finding((*at, "value"), f"does not fit the code's own rule; expected {expected}")
    if wanted.state is CodeStatus.NOT_SET and (wanted.value is not None or wanted.forgotten):
        yield Finding(at, "a code that is not set has no value")


def _check_objects(scenario: Scenario, profile: Profile) -> Iterator[Finding]:
    if "TEST" not in scenario.holder:
        yield Finding(("holder",), "TEST is not in it; a certificate must never pass for that of a real person")
    taken = {key.id for key in profile.factory_keys}
    for area, objects in scenario.areas.items():
        if objects and area in profile.areas and not profile.areas[area].create_with:
            message = (
                "this area is closed: it holds what it left the factory with, and nothing else can be stored in it"
            )
            yield Finding(("areas", area), message)
        for index, wanted in enumerate(objects):
            if wanted.id in taken:
                yield Finding(("areas", area, index, "id"), f"another object has id {wanted.id} already")
            taken.add(wanted.id)


def check_expectations(expect: Expectations, profile: Profile) -> Iterator[Finding]:
    """What is expected that a profile's cards never have."""
    paths = known_paths(profile)
    for path in expect.state:
        if STATE_PATH.fullmatch(path) is None or not paths.knows(path):
            yield Finding(("expect", path), f"there is no such thing to expect; {paths.nearest(path)}")
    instructions = {instruction.name for instruction in Instruction}
    for index, exchange in enumerate(expect.exchange):
        at: KeyPath = ("expect", "exchange", index)
        if exchange.command is not None and exchange.command not in instructions:
            message = f"there is no command {exchange.command}; expected a name such as VERIFY, or SELECT"
            yield Finding((*at, "command"), message)
        if exchange.code is not None and exchange.code not in profile.codes_on_chip:
            known = ", ".join(profile.codes_on_chip)
            yield Finding((*at, "code"), f"there is no code '{exchange.code}' on the chip; expected one of: {known}")
