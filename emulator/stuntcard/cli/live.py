"""What is done to a running card from outside: the commands `insert`, `remove`, `reset`, `unplug`, `plug`, `fault`,
`set` and `state`."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from stuntcard.cli.completion import complete_card, complete_card_at_rest_or_running, complete_trait
from stuntcard.cli.exit import ExitCode, fail, failing
from stuntcard.cli.groups import new_group
from stuntcard.cli.options import JsonOption, LanguageOption, RunningCardArgument

if TYPE_CHECKING:
    from stuntcard.control.client import RunningCard
    from stuntcard.control.requests import Request, SetStateAnswer, SetStateRequest

_LOOK_AGAIN = 0.1
"""Seconds between looks at a PIN pad."""

fault_app = new_group("Have things go wrong with a running card; docs/faults.md has all.", mainly="set")


CardToSetArgument = Annotated[
    str,
    typer.Argument(
        help="A running card, by its name or its profile's id (see `stuntcard status`), or card:NAME in the store.",
        autocompletion=complete_card_at_rest_or_running,
    ),
]


def add_to(app: typer.Typer) -> None:
    """Adds the commands to the others."""
    app.command("type")(type_keys)
    for command in (insert, remove, move, reset, unplug, plug, state):
        app.command()(command)
    app.command("set")(set_state)
    app.add_typer(fault_app, name="fault")


def insert(
    card: RunningCardArgument,
    other: Annotated[
        str | None,
        typer.Argument(
            help="Another card for this reader, for the one that is there: a profile for a fresh one, or card:NAME.",
            metavar="[OTHER]",
            autocompletion=complete_card,
        ),
    ] = None,
    language: LanguageOption = "",
) -> None:
    """Put a running card back into its reader, or OTHER in its place, and plug the reader in if it was unplugged.

    Example: stuntcard insert proid-q
    """
    from stuntcard.control.requests import InsertRequest

    is_file = other is not None and Path(other).suffix in {".yaml", ".yml"}
    _say_done(card, InsertRequest(str(Path(str(other)).absolute()) if is_file else other, language=language))


def remove(
    card: RunningCardArgument,
    back_after: Annotated[
        float | None, typer.Option(help="Put it back after so many seconds.", min=0, max=3600, metavar="SECONDS")
    ] = None,
    language: LanguageOption = "",
) -> None:
    """Take a running card out of its reader; what programs had open with it is lost to them.

    Example: stuntcard remove proid-q --back-after 2
    """
    from stuntcard.control.requests import RemoveRequest

    _say_done(card, RemoveRequest(back_after, language=language))


def move(card: RunningCardArgument, reader: RunningCardArgument, language: LanguageOption = "") -> None:
    """Put a running card, as it is, into another reader of the same desk, which has none, or whose card was taken out.

    Codes that were given are forgotten, and tries stay. A card that was taken out of there comes to the first reader.

    Example: stuntcard move proid-q empty
    """
    from stuntcard.control.directory import process_in
    from stuntcard.control.requests import MoveRequest
    from stuntcard.messages import messages_in

    source, target = _running(card, language), _running(reader, language)
    if process_in(source.directory) != process_in(target.directory):
        fail(messages_in(language).text("move-two-desks", card=card, reader=reader))
    _say_done(source, MoveRequest(target.name, language=language))


def unplug(
    card: RunningCardArgument,
    back_after: Annotated[
        float | None, typer.Option(help="Plug it in after so many seconds.", min=0, max=3600, metavar="SECONDS")
    ] = None,
    language: LanguageOption = "",
) -> None:
    """Pull a reader's plug: programs see the reader go, with the card in it.

    Example: stuntcard unplug proid-q --back-after 2
    """
    from stuntcard.control.requests import UnplugRequest

    _say_done(card, UnplugRequest(back_after, language=language))


def plug(card: RunningCardArgument, language: LanguageOption = "") -> None:
    """Plug a reader in again, with what lies in it.

    Example: stuntcard plug proid-q
    """
    from stuntcard.control.requests import PlugRequest

    _say_done(card, PlugRequest(language=language))


def reset(card: RunningCardArgument, language: LanguageOption = "") -> None:
    """Have a running card start anew: codes that were given are forgotten, and programs are told.

    Example: stuntcard reset proid-q
    """
    from stuntcard.control.requests import ResetRequest

    _say_done(card, ResetRequest(language=language))


def state(card: RunningCardArgument = "", language: LanguageOption = "", as_json: JsonOption = False) -> None:
    """Show a running card: where it is, every code's state and tries, and its faults.

    Where one card runs, it need not be named.

    Example: stuntcard state proid-q --json
    """
    from stuntcard.control.client import send
    from stuntcard.control.requests import StateAnswer, StateRequest

    running = _running(card, language)
    with _refusals(language):
        answer = send(running, StateRequest(language=language), StateAnswer)
    if as_json:
        typer.echo(json.dumps(asdict(answer), indent=2, ensure_ascii=False))
        return
    from stuntcard.cli.printing import print_empty, print_state
    from stuntcard.messages import messages_in

    messages = messages_in(language)
    if answer.card is None:
        print_empty(running.name, messages)
        return
    where = {"in": "stands-in", "out": "stands-out", "unplugged": "stands-unplugged"}
    also = [messages.text(where[answer.place]), messages.counted("stands-commands", answer.commands)]
    print_state(asdict(answer.card), running.name, messages, f", {', '.join(also)}")
    for fault in answer.faults:
        typer.echo(f"  {messages.text('stands-fault', **asdict(fault))}")


def set_state(
    card: CardToSetArgument,
    wanted: Annotated[
        list[str],
        typer.Argument(
            help="What shall be: pin=blocked, puk=1 (tries left), puk=set, puk=not_set, part:pep=lost, card=dead; "
            "keys of an area: cc=2, cc=1+1 unpaired.",
            metavar="NAME=VALUE…",
            autocompletion=complete_trait,
        ),
    ],
    force: Annotated[
        bool, typer.Option("--force", help="Also where nothing that anybody can do brings the card there.")
    ] = False,
    language: LanguageOption = "",
    as_json: JsonOption = False,
) -> None:
    """Bring the codes of a running card, or of card:NAME in the store, to a state, as their holder would, and say how.

    Example: stuntcard set proid-q pin=blocked puk=2
    """
    from stuntcard.control.client import send
    from stuntcard.control.requests import SetStateAnswer, SetStateRequest
    from stuntcard.running.plan import STORED

    request = SetStateRequest(tuple(wanted), force, language=language)
    if card.startswith(STORED):
        answer = _set_at_rest(card.removeprefix(STORED), request)
    else:
        with _refusals(language):
            answer = send(_running(card, language), request, SetStateAnswer)
    shown = json.dumps(asdict(answer), indent=2, ensure_ascii=False) if as_json else "\n".join(_how(answer, language))
    typer.echo(shown)


def _how(answer: SetStateAnswer, language: str) -> Iterator[str]:
    from stuntcard.messages import messages_in

    messages = messages_in(language)
    yield from answer.law
    for forced in answer.forced:
        yield messages.text("set-forced", state=forced)
    for code, value in answer.given.items():
        yield messages.text("set-value", code=code, value=value)
    for code in answer.kept:
        yield messages.text("set-kept", code=code)
    if answer.also:
        yield messages.text("set-also", states=", ".join(answer.also))
    if not (answer.law or answer.forced):
        yield messages.text("set-already")


def _set_at_rest(name: str, request: SetStateRequest) -> SetStateAnswer:
    """Sets the state of a stored card that nobody uses."""
    from stuntcard.control.setting import set_state
    from stuntcard.running.making import stored_card
    from stuntcard.store.errors import CardInUseError, StoreError

    with (
        failing(StoreError),
        failing(CardInUseError, code=ExitCode.UNAVAILABLE),
        _refusals(request.language),
        stored_card(name) as card,
    ):
        return set_state(card, request)


def type_keys(
    card: RunningCardArgument,
    wait: Annotated[
        float, typer.Option(help="Wait so many seconds for the PIN pad to ask.", min=0, max=3600, metavar="SECONDS")
    ] = 60,
    cancel: Annotated[bool, typer.Option("--cancel", help="Press the cancel key, and ask nobody.")] = False,
    language: LanguageOption = "",
) -> None:
    """Type at the PIN pad of a running card's reader, as often as it asks: digits, and OK follows.

    Between digits the words correction, cancel and ok are keys. From a terminal nothing of it is shown.

    Example: stuntcard type proid-q
    """
    from stuntcard.control.client import send
    from stuntcard.control.requests import PinPadAnswer, PinPadRequest, TypeRequest

    running = _running(card, language)
    question = PinPadRequest(language=language)
    with _refusals(language):
        asked = send(running, question, PinPadAnswer).asked
        end = time.monotonic() + wait
        while asked is None and time.monotonic() < end:
            time.sleep(_LOOK_AGAIN)
            asked = send(running, question, PinPadAnswer).asked
    if asked is None:
        from stuntcard.messages import messages_in

        fail(messages_in(language).text("pad-asked-nothing", seconds=f"{wait:g}"))
    while asked is not None:
        keys = "cancel" if cancel else _keys(asked)
        with _refusals(language):
            asked = send(running, TypeRequest(keys, language=language), PinPadAnswer).asked


def _keys(asked: str) -> str:
    """What somebody types, from a terminal without echo."""
    if not sys.stdin.isatty():
        return sys.stdin.readline() or "cancel"
    from getpass import getpass

    try:
        return getpass(f"{asked}: ")
    except (KeyboardInterrupt, EOFError):
        return "cancel"


@fault_app.command("set")
def set_fault(
    card: RunningCardArgument,
    rule: Annotated[
        list[str],
        typer.Argument(
            help="Which commands, and what happens: ins=2A nth=3 act=status:6F00 when=after", metavar="FIELD=VALUE…"
        ),
    ],
    language: LanguageOption = "",
    as_json: JsonOption = False,
) -> None:
    """Set one more fault.

    Example: stuntcard fault set proid-q ins=2A nth=3 act=status:6F00
    """
    from stuntcard.control.requests import SetFaultRequest

    _show_faults(card, SetFaultRequest(" ".join(rule), language=language), as_json)


@fault_app.command("list")
def list_faults(card: RunningCardArgument, language: LanguageOption = "", as_json: JsonOption = False) -> None:
    """List the faults that are set, with how many commands they matched and struck.

    Example: stuntcard fault list proid-q
    """
    from stuntcard.control.requests import ListFaultsRequest

    _show_faults(card, ListFaultsRequest(language=language), as_json)


@fault_app.command("clear")
def clear_faults(
    card: RunningCardArgument,
    number: Annotated[int | None, typer.Argument(help="The one of this number; absent: all.")] = None,
    language: LanguageOption = "",
    as_json: JsonOption = False,
) -> None:
    """Take one fault away, or all of them.

    Example: stuntcard fault clear proid-q
    """
    from stuntcard.control.requests import ClearFaultsRequest

    _show_faults(card, ClearFaultsRequest(number, language=language), as_json)


def _show_faults(card: str, request: Request, as_json: bool) -> None:
    from stuntcard.control.client import send
    from stuntcard.control.requests import FaultsAnswer

    with _refusals(request.language):
        faults = send(_running(card, request.language), request, FaultsAnswer).faults
    if as_json:
        typer.echo(json.dumps([asdict(fault) for fault in faults], indent=2))
        return
    from stuntcard.messages import messages_in

    messages = messages_in(request.language)
    for fault in faults:
        typer.echo(messages.text("fault-line", **asdict(fault)))
    if not faults:
        typer.echo(messages.text("fault-none"))


def _say_done(card: str | RunningCard, request: Request) -> None:
    from stuntcard.control.client import send
    from stuntcard.control.requests import DoneAnswer

    running = _running(card, request.language) if isinstance(card, str) else card
    with _refusals(request.language):
        done = send(running, request, DoneAnswer).done
    typer.echo(done)


def _running(card: str, language: str) -> RunningCard:
    """The card that is meant, or the command ends: this is no refusal of that card's."""
    from stuntcard.control.client import the_running_card
    from stuntcard.control.errors import ControlError

    with failing(ControlError, OSError, language=language):
        return the_running_card(card)


@contextmanager
def _refusals(language: str) -> Iterator[None]:
    """Ends the command when the card refuses what it is asked, or can't understand it."""
    from stuntcard.control.errors import ControlError, RequestError

    refused = failing(ControlError, OSError, code=ExitCode.REFUSED, language=language)
    with refused, failing(RequestError, language=language):
        yield
