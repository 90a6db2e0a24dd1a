"""The language that the environment asks for."""

from __future__ import annotations

from collections.abc import Mapping

_VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")
"""The first of these that is set decides, as POSIX has it."""


def language_of_environment(environment: Mapping[str, str]) -> str:
    """The language that an environment asks for; English when there is none, or one that nobody speaks here."""
    from stuntcard.profile.blocks import Language

    found = next((environment[name] for name in _VARIABLES if environment.get(name)), "")
    short = found.partition("_")[0].partition(".")[0].lower()
    return short if short in set(Language) else Language.ENGLISH.value
