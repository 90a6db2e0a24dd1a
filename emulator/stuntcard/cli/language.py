"""The language that people are told things in: what `--language` says, or else what their environment does."""

from __future__ import annotations

import os
from collections.abc import Mapping

import typer
from typer.models import OptionInfo

from stuntcard.cli.exit import fail

_VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")
"""The first of these that is set decides, as POSIX has it."""


def language_chosen(option: str) -> str:
    """A language by its code: that of the option, or of the environment where it is empty. Ends the command otherwise.

    A callback of Typer's, so that it holds for every command that has the option.
    """
    from stuntcard.profile.blocks import Language

    if not option:
        return language_of_environment(os.environ)
    if option.lower() not in set(Language):
        fail(f"--language {option}: expected one of {', '.join(Language)}")
    return option.lower()


def language_of_environment(environment: Mapping[str, str]) -> str:
    """The language that an environment asks for; English when there is none, or one that nobody speaks here."""
    from stuntcard.profile.blocks import Language

    found = next((environment[name] for name in _VARIABLES if environment.get(name)), "")
    short = found.partition("_")[0].partition(".")[0].lower()
    return short if short in set(Language) else Language.ENGLISH.value


def language_option(about: str = "en, cs or sl.") -> OptionInfo:
    """The option `--language` of a command; `about` is its help."""
    option: OptionInfo = typer.Option(
        help=about, callback=language_chosen, show_default="as LC_ALL, LC_MESSAGES or LANG say"
    )
    return option
