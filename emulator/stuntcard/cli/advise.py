"""The `advise` command: what works on a card, and the shortest ways back to what does not."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from stuntcard.cli.completion import complete_profile, complete_trait
from stuntcard.cli.exit import failing
from stuntcard.cli.options import JsonOption, LanguageOption

StateOption = Annotated[
    str | None,
    typer.Option(
        help="The card's state instead, several things with commas: pin=blocked, puk=1 (tries left), puk=not_set, "
        'cc=2 (keys with certificate), "cc=1+1 unpaired", part:pep=lost, card=dead. As much else works as can.',
        metavar="NAME=VALUE,…",
        autocompletion=complete_trait,
    ),
]


def add_to(app: typer.Typer) -> None:
    """Adds the command to the others."""
    app.command()(advise)


def advise(
    target: Annotated[
        str,
        typer.Argument(
            help="A running card's profile id, a state file of `exec --state-out`, or a profile.",
            autocompletion=complete_profile,
        ),
    ],
    state: StateOption = None,
    forgot: Annotated[
        list[str] | None, typer.Option(help="A code that the holder does not know any more.", metavar="CODE")
    ] = None,
    language: LanguageOption = "",
    as_json: JsonOption = False,
) -> None:
    """Tell what works on a card, the shortest ways back to what does not, and what each step costs or risks.

    Example: stuntcard advise proid-q --state pin=blocked,puk=1
    """
    from stuntcard.cli.card_meant import CardMeantError, card_meant, codes_forgotten
    from stuntcard.messages import UnknownLanguageError, messages_in
    from stuntcard.policy.advise import advise as advice_for
    from stuntcard.profile.load import ProfileError
    from stuntcard.words.advice import advice_lines, advice_object
    from stuntcard.words.state import StateWordsError

    with failing(CardMeantError, StateWordsError, ProfileError, UnknownLanguageError, OSError):
        messages = messages_in(language)
        profile, card_state = card_meant(target, state, bool(forgot), messages)
        forgotten = codes_forgotten(profile, card_state, forgot or (), messages)
    advice = advice_for(profile, card_state, forgotten)
    lines = list(advice_lines(profile, advice, messages))
    if as_json:
        told = advice_object(profile, card_state, forgotten, advice)
        typer.echo(json.dumps({**told, "text": lines}, indent=2, ensure_ascii=False))
    else:
        typer.echo("\n".join(lines))
