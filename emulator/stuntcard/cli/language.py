"""The language that people are told things in: what `--language` says, or else what their environment does."""

from __future__ import annotations

import os

import typer
from typer.models import OptionInfo

from stuntcard.cli.environment import language_of_environment
from stuntcard.cli.exit import fail


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


def language_option(about: str = "en, cs or sl.") -> OptionInfo:
    """The option `--language` of a command; `about` is its help."""
    option: OptionInfo = typer.Option(
        help=about, callback=language_chosen, show_default="as LC_ALL, LC_MESSAGES or LANG say"
    )
    return option
