"""The options and arguments that several commands share, each defined once."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass, fields, is_dataclass
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, get_type_hints

import typer

from stuntcard.cli.completion import (
    complete_applet_of_cards,
    complete_named_card,
    complete_profile,
    complete_running_card,
    complete_scenario_of_cards,
    complete_stored_card,
)
from stuntcard.cli.language import language_option

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

_KEYWORD = inspect.Parameter.KEYWORD_ONLY

ProfileArgument = Annotated[
    str,
    typer.Argument(
        help="A profile's id (see `stuntcard list`), or a YAML file's path.", autocompletion=complete_profile
    ),
]
CardArguments = Annotated[
    list[str] | None,
    typer.Argument(
        help="A profile for a fresh card, card:NAME for a stored one (see `stuntcard card`), or `empty` for a reader "
        "without one; NAME=CARD gives it a name. Each lies in a reader of its own.",
        autocompletion=complete_named_card,
        metavar="[CARD]...",
        show_default=False,
    ),
]
StoredCardArgument = Annotated[
    str, typer.Argument(help="A stored card; see `stuntcard card list`.", autocompletion=complete_stored_card)
]
RunningCardArgument = Annotated[
    str,
    typer.Argument(
        help="A running card, by its name or its profile's id; see `stuntcard status`.",
        autocompletion=complete_running_card,
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Write JSON, for scripts.")]
LanguageOption = Annotated[str, language_option()]
UnmaskedOption = Annotated[bool, typer.Option("--unmasked", help="Record codes and keys too.")]


@dataclass(frozen=True, slots=True)
class CardOptions:
    """Which cards a program shall see, and what happens to them: the options that `run` and `exec` share.

    Those of a card are, where there are several, for the one whose name stands before them: `NAME:VALUE`.
    """

    trace: Annotated[
        list[str] | None, typer.Option(help="Record the session to this file; see `stuntcard trace`.", metavar="FILE")
    ] = None
    unmasked: UnmaskedOption = False
    fault: Annotated[
        list[str] | None,
        typer.Option(
            help='Have something go wrong, such as "ins=2A nth=3 act=status:6F00"; again for more.', metavar="RULE"
        ),
    ] = None
    scenario: Annotated[
        list[str] | None,
        typer.Option(
            help="A card in this trouble, and no fresh one; see `stuntcard scenario list`.",
            metavar="NAME",
            autocompletion=complete_scenario_of_cards,
        ),
    ] = None
    applet: Annotated[
        list[str] | None,
        typer.Option(
            help="What programs see first: isoapplet, myeid, oseid (myeid by another ATR), gids, piv, ias, or with an "
            "area gids:AREA, piv:AREA, ias:AREA; without it, the card's own.",
            metavar="NAME",
            autocompletion=complete_applet_of_cards,
        ),
    ] = None
    language: Annotated[str, language_option("What a scenario tells, it tells in en, cs or sl.")] = ""
    serial: Annotated[
        list[str] | None, typer.Option(help="A fresh card's serial number; without one, its profile's.", metavar="HEX")
    ] = None
    reader_name: Annotated[
        list[str] | None,
        typer.Option(
            help="What PC/SC programs call the reader, for those that look for a maker's name; without it, "
            "Stuntcard and the card's.",
            metavar="NAME",
        ),
    ] = None
    keep: Annotated[
        list[str] | None,
        typer.Option(
            help="Keep the card under this new name, from the start: `run card:NAME` goes on with it, and "
            "`snapshot save NAME` works meanwhile.",
            metavar="NAME",
        ),
    ] = None
    desk: Annotated[
        Path | None,
        typer.Option(help="A whole desk of readers and cards, from a YAML file; see docs/desk.md.", metavar="FILE"),
    ] = None
    pinpad: Annotated[
        bool, typer.Option("--pinpad", help="The reader has a PIN pad, where `stuntcard type` presses the keys.")
    ] = False
    keys: Annotated[
        list[str] | None,
        typer.Option(
            help="What is typed at the PIN pad by itself: a private file, or -, with a line for each time.",
            metavar="FILE",
        ),
    ] = None
    socket: Annotated[
        Path | None,
        typer.Option(help="The place for the PC/SC socket, in a directory that is yours alone.", metavar="PATH"),
    ] = None


def with_options(command: Callable[..., None]) -> Callable[..., None]:
    """The command with each parameter that is a dataclass of options replaced by these options.

    Typer makes one option of each parameter; so those that commands share can stand together, and once.
    """
    hints = get_type_hints(command, include_extras=True)
    groups = {name: hint for name, hint in hints.items() if is_dataclass(hint) and isinstance(hint, type)}
    parameters: list[inspect.Parameter] = []
    for parameter in inspect.signature(command).parameters.values():
        if parameter.name in groups:
            parameters += _fields_as_parameters(groups[parameter.name])
        else:
            parameters.append(parameter.replace(kind=_KEYWORD, annotation=hints[parameter.name]))

    @wraps(command)
    def flat(**given: object) -> None:
        for name, group in groups.items():
            given[name] = group(**{one.name: given.pop(one.name) for one in fields(group)})
        command(**given)

    flat.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]  # which is what Typer looks at
    return flat


def _fields_as_parameters(group: type[DataclassInstance]) -> list[inspect.Parameter]:
    hints = get_type_hints(group, include_extras=True)
    return [
        inspect.Parameter(one.name, _KEYWORD, default=one.default, annotation=hints[one.name]) for one in fields(group)
    ]
