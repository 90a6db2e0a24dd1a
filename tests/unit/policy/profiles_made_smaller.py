"""Shipped profiles with fewer tries: the same rules, and few enough states to walk them in no time."""

from __future__ import annotations

from stuntcard.profile.load import load_profile
from stuntcard.profile.model import Profile, Tries


def with_code(profile: Profile, code: str, **update: object) -> Profile:
    """The profile with one code's rules changed."""
    changed = profile.codes[code].model_copy(update=update)
    return profile.model_copy(update={"codes": {**profile.codes, code: changed}})


def with_tries(profile: Profile, tries: dict[str, int]) -> Profile:
    for code, number in tries.items():
        profile = with_code(profile, code, tries=Tries(limit=number, max=number))
    return profile


def small_eobcanka() -> Profile:
    return with_tries(load_profile("eobcanka"), {"pin": 1, "qpin": 1, "puk": 2, "bok": 1, "dok": 2, "iok": 2})


def small_proid_q() -> Profile:
    return with_tries(load_profile("proid-q"), {"pin": 1, "qpin": 1, "puk": 2})
