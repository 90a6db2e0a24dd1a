"""Checks of conditions and of actions that are spoken of: in a profile's claims, and wherever else this language is."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from stuntcard.profile.claims import AREA_COUNTS, ActionKind, Claim, ClaimedAction, Condition
from stuntcard.profile.document import Finding, KeyPath
from stuntcard.profile.model import CARD, Profile

_STATUSES = {
    "code": ("not_set", "set", "blocked"),
    "part": ("lost", "alive"),
    "key": ("paired", "unpaired", "certificate", "gone"),
}
"""What is said of each thing with `is`."""


def check_claim(profile: Profile, at: KeyPath, claim: Claim) -> Iterator[Finding]:
    """All that is wrong with a claim of a profile, which speaks of every state and of no one card."""
    if not (claim.always or claim.never or claim.possible):
        yield Finding(at, "a claim says something; give `always`, `never` or `possible`")
    if claim.after is not None:
        yield from _check_action_of_claim(profile, (*at, "after"), claim.after)
    for key in ("when", "always", "never", "possible"):
        for index, condition in enumerate(getattr(claim, key)):
            yield from check_condition(profile, (*at, key, index), condition)
            yield from _check_condition_of_claim(profile, (*at, key, index), condition)


def check_condition(profile: Profile, at: KeyPath, condition: Condition) -> Iterator[Finding]:
    """All that is wrong between a condition and its profile."""
    subjects = ("code", "part", "can", "final", "area", "key")
    named = [subject for subject in subjects if getattr(condition, subject) is not None]
    if len(named) != 1:
        yield Finding(at, f"a condition speaks of one thing; give one of `{'`, `'.join(subjects[:-1])}` and `key`")
        return
    yield from _known(at, "code", condition.code, profile.codes)
    yield from _known(at, "part", condition.part, (CARD, *profile.parts))
    yield from _known(at, "area", condition.area, profile.areas)
    if condition.can is not None:
        yield from check_action(profile, (*at, "can"), condition.can)
    statuses = _STATUSES.get(named[0], ())
    for status in condition.is_:
        if status not in statuses:
            expected = f"expected one of: {', '.join(statuses)}" if statuses else "leave `is` out"
            yield Finding((*at, "is"), f"'{status}' is not said of this; {expected}")
    for key, subject in (*((count, "area") for count in AREA_COUNTS), *((of, "code") for of in _OF_CODES)):
        if getattr(condition, key) is not None and named[0] != subject:
            yield Finding((*at, key), f"this is said of `{subject}` alone")


_OF_CODES = ("tries", "must_change", "factory_value")


def check_action(profile: Profile, at: KeyPath, action: ClaimedAction) -> Iterator[Finding]:
    """All that is wrong between an action that is spoken of and its profile."""
    yield from _known(at, "code", action.code, profile.codes)
    yield from _known(at, "by", action.by, profile.codes, "code")
    yield from _known(at, "area", action.area, profile.areas)
    if action.do is ActionKind.ACT and (
        action.who not in profile.actors or action.act not in profile.actors[action.who].acts
    ):
        acts = (f"{name} {act}" for name, actor in profile.actors.items() for act in actor.acts)
        known = ", ".join(acts) or "none"
        yield Finding(at, f"there is no act '{action.who} {action.act}'; expected `who` and `act` of: {known}")


def _known(
    at: KeyPath, key: str, name: str | None, known: Collection[str], what: str | None = None
) -> Iterator[Finding]:
    if name is not None and name not in known:
        yield Finding((*at, key), f"there is no {what or key} '{name}'; expected one of: {', '.join(known)}")


def _check_condition_of_claim(profile: Profile, at: KeyPath, condition: Condition) -> Iterator[Finding]:
    """What can be asked of one card, and not of the states that are walked."""
    if condition.key is not None:
        yield Finding((*at, "key"), "a claim speaks of every card, and can't name a key; say it of its area")
    if condition.factory_value is not None:
        yield Finding((*at, "factory_value"), "the law knows no values, so nothing can be claimed of them")
    if condition.imported is not None:
        yield Finding((*at, "imported"), "no keys are brought in where states are walked; claim it of `used`")
    area = profile.areas.get(condition.area) if condition.area is not None else None
    if area is not None and area.places is None and profile.memory is None:
        message = "not everything in an area without a limit is walked; claim it of an area with `places`"
        yield Finding((*at, "area"), message)
    if condition.can is not None:
        yield from _check_action_of_claim(profile, (*at, "can"), condition.can, checked=True)


def _check_action_of_claim(
    profile: Profile, at: KeyPath, action: ClaimedAction, *, checked: bool = False
) -> Iterator[Finding]:
    if not checked:
        yield from check_action(profile, at, action)
    if action.do is ActionKind.IMPORT_KEY:
        yield Finding((*at, "do"), "no keys are brought in where states are walked; claim it of make_key")
