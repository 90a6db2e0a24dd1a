"""The command `campaign walk`: a card's law, walked by a real client."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from stuntcard.cli.exit import ExitCode, failing

if TYPE_CHECKING:
    from stuntcard.campaign.walk_model import WalkClient
    from stuntcard.campaign.walking import Met, WalkPlan
    from stuntcard.messages import Messages


def add_to(campaign_app: typer.Typer) -> None:
    """Adds the command to those of campaigns."""
    campaign_app.command()(walk)


def walk(
    card: Annotated[str, typer.Argument(help="A profile's id, or a YAML file's path.", metavar="CARD")],
    by: Annotated[
        str, typer.Option(help="The client: one that comes with Stuntcard, or a YAML file's path.", metavar="CLIENT")
    ] = "opensc",
    applet: Annotated[
        str, typer.Option(help="The command set, as for exec; otherwise the card's first.", metavar="APPLET")
    ] = "own",
    everywhere: Annotated[
        bool, typer.Option("--everywhere", help="Each move in each state, and not each thing that moves do once.")
    ] = False,
    seconds: Annotated[float, typer.Option(help="So long a command may take.", min=0.1, max=86400)] = 30.0,
    jsonl: Annotated[bool, typer.Option("--jsonl", help="Write each step as a line of JSON.")] = False,
) -> None:
    """Lead a client through all that a card's law does with codes, and compare the card with the law after each step.

    The shortest ways that show each thing at least once are played: the holder's moves by the client's own commands, an
    office's or a helpline's on the card. Ends with 1 when something was otherwise than the law has it.

    Example: stuntcard campaign walk zzzs-pk --by opensc
    """
    from stuntcard.campaign.subject import NoSuchCardError
    from stuntcard.campaign.tour import TooManyStatesError
    from stuntcard.campaign.walk_model import load_walk_client
    from stuntcard.campaign.walking import plan
    from stuntcard.profile.document import DocumentError

    with failing(ValueError, DocumentError, OSError, NoSuchCardError, TooManyStatesError):
        client = load_walk_client(by)
        planned = plan(card, client, applet, everywhere=everywhere)
    things, cards = len(planned.map.everything), len(planned.tours)
    if not jsonl:
        on = f"{cards:,} card{'s' if cards > 1 else ''}"
        typer.echo(f"{client.title}: {things:,} things that the law does, in {planned.steps:,} steps on {on}")
    wrong = _walked(planned, client, seconds, jsonl=jsonl)
    if not jsonl:
        typer.echo(f"{things - len(wrong):,} of {things:,} are as the law has them.")
    if wrong:
        raise typer.Exit(ExitCode.REFUSED)


def _walked(planned: WalkPlan, client: WalkClient, seconds: float, *, jsonl: bool) -> set[object]:
    """Walks, tells what was met, and gives what was not as the law has it."""
    from stuntcard.campaign.client import NotStartedError
    from stuntcard.campaign.model import Limits
    from stuntcard.campaign.placeholders import NothingKnownError
    from stuntcard.campaign.run import StoppedError
    from stuntcard.campaign.walking import walk
    from stuntcard.messages import messages_in
    from stuntcard.running.signals import ENDING, caught

    messages, wrong = messages_in("en"), set[object]()
    with (
        failing(NotStartedError, NothingKnownError, code=ExitCode.UNAVAILABLE),
        failing(StoppedError, code=ExitCode.INTERRUPTED, prefix="Ended before all was walked."),
        caught(*ENDING) as signals,
    ):
        for number, met in enumerate(walk(planned, client, Limits(seconds=seconds), signals.descriptor), 1):
            if met.findings:
                wrong.add(met.step.shows)
            if jsonl:
                typer.echo(_as_json(planned, met, number, messages))
            elif met.findings:
                typer.echo(_as_text(planned, met, number, messages))
    return wrong


def _sentence(planned: WalkPlan, met: Met, messages: Messages) -> str:
    from stuntcard.words.exploration import move_in_words

    return move_in_words(planned.subject.profile, met.step.move, messages)


def _as_text(planned: WalkPlan, met: Met, number: int, messages: Messages) -> str:
    found = "; ".join(met.findings)
    said = f" (the client: {met.said})" if met.said else ""
    return f"step {number}: {_sentence(planned, met, messages)}: {found}{said}"


def _as_json(planned: WalkPlan, met: Met, number: int, messages: Messages) -> str:
    told = {
        "step": number,
        "move": _sentence(planned, met, messages),
        "verdict": met.step.verdict.name.lower(),
        "findings": list(met.findings),
        "said": met.said,
    }
    return json.dumps(told, ensure_ascii=False)
