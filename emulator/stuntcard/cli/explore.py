"""The `explore` command: walks all that can become of cards, checks their profiles' claims, draws pictures."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import repeat
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from stuntcard.cli.completion import complete_profile
from stuntcard.cli.exit import ExitCode, fail, failing
from stuntcard.cli.loading import loaded_profile
from stuntcard.cli.options import JsonOption, LanguageOption

if TYPE_CHECKING:
    from stuntcard.messages import Messages
    from stuntcard.profile.model import Profile


def add_to(app: typer.Typer) -> None:
    """Adds the command to the others."""
    app.command(no_args_is_help=True)(explore)


def explore(
    profiles: Annotated[
        list[str], typer.Argument(help="Profiles' ids, or YAML files' paths.", autocompletion=complete_profile)
    ],
    as_json: JsonOption = False,
    graph: Annotated[
        Path | None, typer.Option(help="Draw into this file: .svg, .dot (Graphviz) or .mmd (Mermaid).", metavar="FILE")
    ] = None,
    of: Annotated[
        str, typer.Option(help="What to draw: code:NAME, part:NAME, or card: one graph, or a graph for each part.")
    ] = "card",
    language: LanguageOption = "",
) -> None:
    """Walk every state that cards can reach, tell what is lost for good, and prove their profiles' claims.

    Ends with 1 when a claim is broken, and shows the shortest way to where it is.

    Example: stuntcard explore zzzs-pk --graph pep.svg --of part:pep
    """
    from stuntcard.messages import messages_in
    from stuntcard.policy.walk import TooManyStatesError

    messages = messages_in(language)
    loaded = [loaded_profile(name) for name in profiles]
    if graph is not None:
        if len(loaded) != 1:
            fail("a picture is of one card; give one profile with --graph")
        _draw(loaded[0], of, graph, messages)
        return
    try:
        found = explored(loaded, language)
    except TooManyStatesError as error:
        fail(f"{error}; its tries and places are too many to walk them all")
    if as_json:
        typer.echo(json.dumps([one.report for one in found], indent=2, ensure_ascii=False))
    else:
        typer.echo("\n\n".join(one.text for one in found))
    if not all(one.held for one in found):
        raise typer.Exit(ExitCode.REFUSED)


@dataclass(frozen=True, slots=True)
class Explored:
    """What one process tells another; the walk itself is large and stays where it is."""

    report: dict[str, object]
    text: str
    held: bool
    """Whether all claims are."""


def explored(profiles: Sequence[Profile], language: str) -> list[Explored]:
    """What was found; several profiles are walked side by side, on as many processors as there are.

    Raises TooManyStatesError.
    """
    if len(profiles) == 1:
        return [_explored_one(profiles[0], language)]
    from concurrent.futures import ProcessPoolExecutor

    with ProcessPoolExecutor(min(len(profiles), os.cpu_count() or 1)) as pool:
        return list(pool.map(_explored_one, profiles, repeat(language)))


def _explored_one(profile: Profile, language: str) -> Explored:
    from stuntcard.messages import messages_in
    from stuntcard.policy.explore import explore
    from stuntcard.words.exploration_report import exploration_lines, exploration_object

    messages = messages_in(language)
    walked, found = explore(profile)
    text = "\n".join(exploration_lines(walked, found, messages))
    return Explored(exploration_object(walked, found, messages), text, found.held)


def _draw(profile: Profile, of: str, file: Path, messages: Messages) -> None:
    """Draws the life of `code:NAME`, `part:NAME` or `card` into a file."""
    from stuntcard.pictures.draw import WRITERS
    from stuntcard.pictures.graph import GraphError, picture
    from stuntcard.policy.walk import TooManyStatesError, walk

    write = WRITERS.get(file.suffix.lower())
    if write is None:
        fail(f"{file}: can't be drawn; expected a name that ends in {', '.join(WRITERS)}")
    with failing(GraphError, TooManyStatesError):
        drawn = write(picture(walk(profile), of, messages))
    try:
        file.write_text(drawn, encoding="utf-8")
    except OSError as error:
        fail(f"{file}: can't be written: {error.strerror}")
