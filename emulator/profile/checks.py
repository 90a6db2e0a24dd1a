"""Checks across a whole profile: names that must exist, numbers that must agree."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from emulator.profile.model import CARD, Code, Profile

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in a profile: where (keys and indexes from the top), and what."""

    path: Path
    message: str


def cross_check(profile: Profile) -> tuple[Problem, ...]:
    """All that is wrong between the blocks of a profile whose blocks are right one by one."""
    return tuple(_problems(profile))


def _problems(profile: Profile) -> Iterator[Problem]:
    for name, code in profile.codes.items():
        yield from _check_code(name, code)
    yield from _check_references_differ(profile)
    for path, name in _code_names(profile):
        if name not in profile.codes:
            yield Problem(path, f"there is no code '{name}'; expected one of: {', '.join(profile.codes)}")
    for part_id, part in profile.parts.items():
        for index, area in enumerate(part.areas):
            if area not in profile.areas:
                known = ", ".join(profile.areas)
                yield Problem(
                    ("parts", part_id, "areas", index), f"there is no area '{area}'; expected one of: {known}"
                )
    if CARD in profile.parts:
        yield Problem(("parts", CARD), f"'{CARD}' is the whole card and needs no entry; choose another name")
    for index, end in enumerate(profile.ends):
        if end.part != CARD and end.part not in profile.parts:
            known = ", ".join((CARD, *profile.parts))
            yield Problem(("ends", index, "part"), f"there is no part '{end.part}'; expected one of: {known}")


def _check_code(name: str, code: Code) -> Iterator[Problem]:
    at: Path = ("codes", name)
    if code.length.min > code.length.max:
        yield Problem((*at, "length", "min"), f"min {code.length.min} is more than max {code.length.max}")
    if code.tries.limit > code.tries.max:
        yield Problem((*at, "tries", "limit"), f"limit {code.tries.limit} is more than max {code.tries.max}")
    if code.factory is not None and not code.accepts(code.factory.value.encode("utf-8")):
        expected = f"{code.length.min} to {code.length.max} {code.characters.set.value} characters"
        yield Problem((*at, "factory", "value"), f"does not fit the code's own rule; expected {expected}")
    if any(reset.code == name for reset in code.reset_by):
        yield Problem((*at, "reset_by"), "a code can't be reset by itself; that is what `change` is for")


def _check_references_differ(profile: Profile) -> Iterator[Problem]:
    seen: dict[int, str] = {}
    for name, code in profile.codes.items():
        if code.reference in seen:
            message = f"reference {code.reference} is taken by '{seen[code.reference]}' already"
            yield Problem(("codes", name, "reference"), message)
        seen.setdefault(code.reference, name)


def _code_names(profile: Profile) -> Iterator[tuple[Path, str]]:
    """Every place of a profile where a code is named."""
    for name, code in profile.codes.items():
        for index, reset in enumerate(code.reset_by):
            yield ("codes", name, "reset_by", index, "code"), reset.code
        if code.blocks is not None:
            for index, blocked in enumerate(code.blocks.codes):
                yield ("codes", name, "blocks", "codes", index), blocked
    for area_id, area in profile.areas.items():
        yield ("areas", area_id, "guard"), area.guard
        for index, needed in enumerate(area.create_with):
            yield ("areas", area_id, "create_with", index), needed
    yield ("files", "guard"), profile.files.guard
    for part_id, part in profile.parts.items():
        for index, code_id in enumerate(part.codes):
            yield ("parts", part_id, "codes", index), code_id
    for index, end in enumerate(profile.ends):
        for position, code_id in enumerate(end.when_blocked):
            yield ("ends", index, "when_blocked", position), code_id
