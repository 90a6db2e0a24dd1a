"""Checks across a whole profile: names that must exist, numbers that must agree."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from stuntcard.profile.areas import APPLETS_OF_ONE_AREA, BESIDE_ONE_AREA, LAST_GUARD_REFERENCE
from stuntcard.profile.claim_checks import check_claim
from stuntcard.profile.document import Finding
from stuntcard.profile.document import KeyPath as Path
from stuntcard.profile.model import (
    CARD,
    IAS_CODE,
    LONGEST_CODE_OF_IAS,
    LONGEST_CODE_OF_MYEID,
    Act,
    Code,
    Personalisation,
    Profile,
)

EOP_SERIAL_LENGTH = 8

_Reference = Literal["reference", "eop_reference", "ias_reference"]
_REFERENCES: tuple[_Reference, ...] = ("reference", "eop_reference", "ias_reference")


def cross_check(profile: Profile) -> tuple[Finding, ...]:
    """All that is wrong between the blocks of a profile whose blocks are right one by one."""
    return tuple(_findings(profile))


def _findings(profile: Profile) -> Iterator[Finding]:
    for name, code in profile.codes.items():
        yield from _check_code(name, code)
    for field in _REFERENCES:
        yield from _check_references_differ(profile, field)
    yield from _check_codes_on_chip(profile)
    if len(set(profile.applets)) != len(profile.applets):
        yield Finding(("applets",), "an applet stands here twice")
    for path, name in _code_names(profile):
        if name not in profile.codes:
            yield Finding(path, f"there is no code '{name}'; expected one of: {', '.join(profile.codes)}")
    for part_id, part in profile.parts.items():
        for index, area in enumerate(part.areas):
            if area not in profile.areas:
                known = ", ".join(profile.areas)
                yield Finding(
                    ("parts", part_id, "areas", index), f"there is no area '{area}'; expected one of: {known}"
                )
    if CARD in profile.parts:
        yield Finding(("parts", CARD), f"'{CARD}' is the whole card and needs no entry; choose another name")
    for path, part_id in _part_names(profile):
        if part_id != CARD and part_id not in profile.parts:
            known = ", ".join((CARD, *profile.parts))
            yield Finding(path, f"there is no part '{part_id}'; expected one of: {known}")
    for actor_id, act_id, act in _acts(profile):
        at: Path = ("actors", actor_id, "acts", act_id)
        if [bool(act.sets), bool(act.loses), bool(act.checks)].count(True) != 1:
            yield Finding(at, "an act does one thing; give one of `sets`, `loses` and `checks`")
        if bool(act.sets) != bool(act.from_):
            yield Finding(at, "`sets` and `from` belong together")
    for index, claim in enumerate(profile.claims):
        yield from check_claim(profile, ("claims", index), claim)
    for check in (_check_eop, _check_ias, _check_myeid, _check_shown_area, _check_open):
        yield from check(profile)
    if profile.personalisation is not None:
        yield from _check_personalisation(profile, profile.personalisation)


def _check_code(name: str, code: Code) -> Iterator[Finding]:
    at: Path = ("codes", name)
    if code.length.min > code.length.max:
        yield Finding((*at, "length", "min"), f"min {code.length.min} is more than max {code.length.max}")
    if code.tries.limit > code.tries.max:
        yield Finding((*at, "tries", "limit"), f"limit {code.tries.limit} is more than max {code.tries.max}")
    if code.factory is not None and not code.accepts(code.factory.value.encode("utf-8")):
        expected = f"{code.length.min} to {code.length.max} {code.characters.set.value} characters"
        yield Finding((*at, "factory", "value"), f"does not fit the code's own rule; expected {expected}")
    if any(reset.code == name for reset in code.reset_by):
        yield Finding((*at, "reset_by"), "a code can't be reset by itself; that is what `change` is for")


def _check_eop(profile: Profile) -> Iterator[Finding]:
    """What the eop applet shows has to be there."""
    if ("eop" in profile.applets) != (profile.eop is not None):
        yield Finding(("eop",), "the block `eop` and the applet of that name belong together")
    if "eop" not in profile.applets:
        return
    at: Path = ("applets", profile.applets.index("eop"))
    if profile.personalisation is None or profile.personalisation.document_number is None:
        yield Finding(at, "the eop applet shows the document's number; give personalisation.document_number")
    if len(profile.token.serial) != 2 * EOP_SERIAL_LENGTH:
        yield Finding(("token", "serial"), f"the eop applet shows a serial number of {EOP_SERIAL_LENGTH} bytes")


def _check_ias(profile: Profile) -> Iterator[Finding]:
    """The ias applet shows one key, and the code that guards it and what sets that fit into its fields."""
    if ("ias" in profile.applets) != (profile.ias is not None):
        yield Finding(("ias",), "the block `ias` and the applet of that name belong together")
    named = {name: code for name, code in profile.codes.items() if code.ias_reference is not None}
    if "ias" not in profile.applets:
        return
    at: Path = ("applets", profile.applets.index("ias"))
    guarded = [name for name, area in profile.areas.items() if area.guard in named]
    if [code.ias_reference for code in named.values()] != [IAS_CODE] or len(guarded) != 1:
        yield Finding(
            at, f"the ias applet knows one code; give an area's guard, and no other, `ias_reference: {IAS_CODE}`"
        )
    placed = all(key.area in profile.areas for key in profile.factory_keys)
    if placed and not set(guarded) & set(profile.areas_for_ias):
        yield Finding(at, "the ias applet shows one key, of RSA with 2048 bits; give its area one from the factory")
    for name in (*named, *(reset.code for code in named.values() for reset in code.reset_by)):
        if name in profile.codes and profile.codes[name].length.max > LONGEST_CODE_OF_IAS:
            message = f"the ias applet takes at most {LONGEST_CODE_OF_IAS} characters"
            yield Finding(("codes", name, "length", "max"), message)


def _check_shown_area(profile: Profile) -> Iterator[Finding]:
    """A command set that knows one user code shows one area, and clients look for no other that is there."""
    of_one_area = [name for name in profile.applets if name in APPLETS_OF_ONE_AREA]
    if bool(of_one_area) != (profile.shown_area is not None):
        names = " or ".join(APPLETS_OF_ONE_AREA)
        yield Finding(("shown_area",), f"`shown_area` and an applet that knows one code ({names}) belong together")
    elif profile.shown_area is not None and profile.shown_area not in profile.areas:
        known = ", ".join(profile.areas)
        yield Finding(("shown_area",), f"there is no area '{profile.shown_area}'; expected one of: {known}")
    for name in of_one_area:
        others = [other for other in profile.applets if other not in (name, *BESIDE_ONE_AREA)]
        if others:
            at: Path = ("applets", profile.applets.index(name))
            yield Finding(
                at, f"clients take a card for the first applet that they know; leave out: {', '.join(others)}"
            )


def _check_myeid(profile: Profile) -> Iterator[Finding]:
    """Where no other command set takes codes, none can be longer than this one takes."""
    if "myeid" not in profile.applets or "isoapplet" in profile.applets:
        return
    for name, code in profile.codes_on_chip.items():
        if code.length.max > LONGEST_CODE_OF_MYEID:
            message = f"the myeid applet takes at most {LONGEST_CODE_OF_MYEID} characters, and no other is there"
            yield Finding(("codes", name, "length", "max"), message)


def _check_open(profile: Profile) -> Iterator[Finding]:
    """A card that is open at first has nothing on it yet, and somebody can close it."""
    if profile.open_while is None:
        if profile.emptied_with is not None:
            yield Finding(("emptied_with",), "only a card that is open at first can be emptied; give `open_while` too")
        return
    if profile.activation is None:
        yield Finding(("open_while",), f"nobody ends it; give an act that `loses: {profile.open_while}`")
    if profile.personalisation is not None:
        yield Finding(("personalisation",), "a card that is open at first leaves the factory empty")
    for name, code in profile.codes.items():
        if code.factory is not None:
            yield Finding(("codes", name, "factory"), "on a card that is open at first, clients make the codes")


def _check_personalisation(profile: Profile, personalisation: Personalisation) -> Iterator[Finding]:
    identifiers: set[str] = set()
    files: set[str] = set()
    for index, key in enumerate(personalisation.keys):
        at: Path = ("personalisation", "keys", index)
        certificate = key.certificate
        if key.area is not None and key.area not in profile.areas:
            known = ", ".join(profile.areas)
            yield Finding((*at, "area"), f"there is no area '{key.area}'; expected one of: {known}")
        elif key.area is not None and profile.areas[key.area].guard not in profile.codes_on_chip:
            yield Finding((*at, "area"), f"the code that guards {key.area} is not on the chip")
        if key.id in identifiers:
            yield Finding((*at, "id"), f"another key has id {key.id} already")
        identifiers.add(key.id)
        if certificate.eop_file is not None:
            if certificate.eop_file in files:
                yield Finding((*at, "certificate", "eop_file"), f"file {certificate.eop_file} is taken already")
            files.add(certificate.eop_file)
        if key.area is None and certificate.eop_file is None:
            yield Finding(at, "nothing shows this key; give an `area`, or an `eop_file` for its certificate")
        if not any("TEST" in value for value in certificate.subject.values()):
            message = "no value has TEST in it; a certificate must never pass for that of a real person"
            yield Finding((*at, "certificate", "subject"), message)
        if certificate.valid.until <= certificate.valid.from_:
            yield Finding((*at, "certificate", "valid", "until"), "is not after `from`")
        if certificate.serial == "document-number" and personalisation.document_number is None:
            yield Finding((*at, "certificate", "serial"), "there is no personalisation.document_number")


def _check_references_differ(profile: Profile, field: _Reference) -> Iterator[Finding]:
    seen: dict[int, str] = {}
    for name, code in profile.codes.items():
        reference: int | None = getattr(code, field)
        if reference is None:
            continue
        if reference in seen:
            yield Finding(("codes", name, field), f"{field} {reference} is taken by '{seen[reference]}' already")
        seen.setdefault(reference, name)


def _check_codes_on_chip(profile: Profile) -> Iterator[Finding]:
    """What the chip itself asks for has to be a code that it knows; one other code at the most sets a code."""
    off_chip = set(profile.codes) - set(profile.codes_on_chip)
    for path, name in _code_names(profile):
        if name in off_chip and path[0] in {"codes", "areas", "files", "emptied_with"}:
            yield Finding(path, f"'{name}' is not on the chip (its reference is null), so the chip can't ask for it")
    for area_id, area in profile.areas.items():
        guard = profile.codes.get(area.guard)
        if guard is not None and guard.reference is not None and guard.reference > LAST_GUARD_REFERENCE:
            message = (
                f"'{area.guard}' has the reference {guard.reference}; a guard's is {LAST_GUARD_REFERENCE} at the most"
            )
            yield Finding(("areas", area_id, "guard"), message)
    for name, code in profile.codes.items():
        if len(code.reset_by) > 1:
            at: Path = ("codes", name, "reset_by", 1)
            yield Finding(at, "RESET RETRY COUNTER does not say by which code; give one `reset_by` at the most")


def _acts(profile: Profile) -> Iterator[tuple[str, str, Act]]:
    for actor_id, actor in profile.actors.items():
        for act_id, act in actor.acts.items():
            yield actor_id, act_id, act


def _part_names(profile: Profile) -> Iterator[tuple[Path, str]]:
    """Every place of a profile where a part is named."""
    for index, end in enumerate(profile.ends):
        yield ("ends", index, "part"), end.part
    for actor_id, act_id, act in _acts(profile):
        if act.loses is not None:
            yield ("actors", actor_id, "acts", act_id, "loses"), act.loses
        if act.only_while is not None:
            yield ("actors", actor_id, "acts", act_id, "only_while"), act.only_while
    if profile.open_while is not None:
        yield ("open_while",), profile.open_while


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
    if profile.files.guard is not None:
        yield ("files", "guard"), profile.files.guard
    if profile.emptied_with is not None:
        yield ("emptied_with",), profile.emptied_with
    for part_id, part in profile.parts.items():
        for index, code_id in enumerate(part.codes):
            yield ("parts", part_id, "codes", index), code_id
    for actor_id, act_id, act in _acts(profile):
        for index, code_id in enumerate(act.sets):
            yield ("actors", actor_id, "acts", act_id, "sets", index), code_id
        if act.checks is not None:
            yield ("actors", actor_id, "acts", act_id, "checks"), act.checks
    for index, end in enumerate(profile.ends):
        for position, code_id in enumerate(end.when_blocked):
            yield ("ends", index, "when_blocked", position), code_id
