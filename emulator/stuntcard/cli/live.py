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

from stuntcard.cli.completion import complete_card
from stuntcard.cli.exit import ExitCode, fail, failing
from stuntcard.cli.options import JsonOption, LanguageOption, RunningCardArgument

if TYPE_CHECKING:
    from stuntcard.control.client import RunningCard
    from stuntcard.control.requests import Request, SetStateAnswer

_LOOK_AGAIN = 0.1
"""Seconds between looks at a PIN pad."""

fault_app = typer.Typer(no_args_is_help=True, help="Have things go wrong with a running card; docs/faults.md has all.")


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
) -> None:
    """Put a running card back into its reader, or OTHER in its place, and plug the reader in if it was unplugged.

    Example: stuntcard insert proid-q
    """
    from stuntcard.control.requests import InsertRequest

    is_file = other is not None and Path(other).suffix in {".yaml", ".yml"}
    _say_done(card, InsertRequest(str(Path(str(other)).absolute()) if is_file else other))


def remove(
    card: RunningCardArgument,
    back_after: Annotated[
        float | None, typer.Option(help="Put it back after so many seconds.", min=0, max=3600, metavar="SECONDS")
    ] = None,
) -> None:
    """Take a running card out of its reader; what programs had open with it is lost to them.

    Example: stuntcard remove proid-q --back-after 2
    """
    from stuntcard.control.requests import RemoveRequest

    _say_done(card, RemoveRequest(back_after))


def move(card: RunningCardArgument, reader: RunningCardArgument) -> None:
    """Put a running card, as it is, into another reader of the same desk, which has none, or whose card was taken out.

    Codes that were given are forgotten, and tries stay. A card that was taken out of there comes to the first reader.

    Example: stuntcard move proid-q empty
    """
    from stuntcard.control.directory import process_in
    from stuntcard.control.requests import MoveRequest

    source, target = _running(card), _running(reader)
    if process_in(source.directory) != process_in(target.directory):
        fail(f"{card} and {reader} are on two desks; a card moves between readers that one `stuntcard run` serves")
    _say_done(source, MoveRequest(target.name))


def unplug(
    card: RunningCardArgument,
    back_after: Annotated[
        float | None, typer.Option(help="Plug it in after so many seconds.", min=0, max=3600, metavar="SECONDS")
    ] = None,
) -> None:
    """Pull a reader's plug: programs see the reader go, with the card in it.

    Example: stuntcard unplug proid-q --back-after 2
    """
    from stuntcard.control.requests import UnplugRequest

    _say_done(card, UnplugRequest(back_after))


def plug(card: RunningCardArgument) -> None:
    """Plug a reader in again, with what lies in it.

    Example: stuntcard plug proid-q
    """
    from stuntcard.control.requests import PlugRequest

    _say_done(card, PlugRequest())


def reset(card: RunningCardArgument) -> None:
    """Have a running card start anew: codes that were given are forgotten, and programs are told.

    Example: stuntcard reset proid-q
    """
    from stuntcard.control.requests import ResetRequest

    _say_done(card, ResetRequest())


def state(card: RunningCardArgument = "", language: LanguageOption = "", as_json: JsonOption = False) -> None:
    """Show a running card: where it is, every code's state and tries, and its faults.

    Where one card runs, it need not be named.

    Example: stuntcard state proid-q --json
    """
    from stuntcard.control.client import send
    from stuntcard.control.requests import StateAnswer, StateRequest

    running = _running(card)
    with _refusals():
        answer = send(running, StateRequest(), StateAnswer)
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
    card: RunningCardArgument,
    wanted: Annotated[
        list[str],
        typer.Argument(
            help="What shall be: pin=blocked, puk=1 (tries left), puk=set, puk=not_set, part:pep=lost, card=dead; "
            "keys of an area: cc=2, cc=1+1 unpaired.",
            metavar="NAME=VALUE…",
        ),
    ],
    force: Annotated[
        bool, typer.Option("--force", help="Also where nothing that anybody can do brings the card there.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Bring the codes of a running card, or of card:NAME in the store, to a state, as their holder would, and say how.

    Example: stuntcard set proid-q pin=blocked puk=2
    """
    from stuntcard.control.client import send
    from stuntcard.control.requests import SetStateAnswer, SetStateRequest
    from stuntcard.running.plan import STORED

    if card.startswith(STORED):
        answer = _set_at_rest(card.removeprefix(STORED), tuple(wanted), force)
    else:
        with _refusals():
            answer = send(_running(card), SetStateRequest(tuple(wanted), force), SetStateAnswer)
    if as_json:
        typer.echo(json.dumps(asdict(answer), indent=2, ensure_ascii=False))
        return
    _say_how(answer)


def _say_how(answer: SetStateAnswer) -> None:
    for done in answer.law:
        typer.echo(done)
    for forced in answer.forced:
        typer.echo(f"forced: {forced}; no card comes to this state in this way")
    for code, value in answer.given.items():
        typer.echo(f"{code} had no value; it is {value} now")
    if answer.also:
        typer.echo(f"with it came: {', '.join(answer.also)}")
    if not (answer.law or answer.forced):
        typer.echo("the card is in this state already")


def _set_at_rest(name: str, wanted: tuple[str, ...], force: bool) -> SetStateAnswer:
    """Sets the state of a stored card that nobody uses."""
    from stuntcard.control.setting import set_state
    from stuntcard.running.making import stored_card
    from stuntcard.store.errors import CardInUseError, StoreError

    with (
        failing(StoreError),
        failing(CardInUseError, code=ExitCode.UNAVAILABLE),
        _refusals(),
        stored_card(name) as card,
    ):
        return set_state(card, wanted, force=force)


def type_keys(
    card: RunningCardArgument,
    wait: Annotated[
        float, typer.Option(help="Wait so many seconds for the PIN pad to ask.", min=0, max=3600, metavar="SECONDS")
    ] = 60,
    cancel: Annotated[bool, typer.Option("--cancel", help="Press the cancel key, and ask nobody.")] = False,
) -> None:
    """Type at the PIN pad of a running card's reader, as often as it asks: digits, and OK follows.

    Between digits the words correction, cancel and ok are keys. From a terminal nothing of it is shown.

    Example: stuntcard type proid-q
    """
    from stuntcard.control.client import send
    from stuntcard.control.requests import PinPadAnswer, PinPadRequest, TypeRequest

    running = _running(card)
    with _refusals():
        asked = send(running, PinPadRequest(), PinPadAnswer).asked
        end = time.monotonic() + wait
        while asked is None and time.monotonic() < end:
            time.sleep(_LOOK_AGAIN)
            asked = send(running, PinPadRequest(), PinPadAnswer).asked
    if asked is None:
        fail(f"the PIN pad asked for nothing within {wait:g} s; a program that uses it has to come first")
    while asked is not None:
        keys = "cancel" if cancel else _keys(asked)
        with _refusals():
            asked = send(running, TypeRequest(keys), PinPadAnswer).asked


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
    as_json: JsonOption = False,
) -> None:
    """Set one more fault.

    Example: stuntcard fault set proid-q ins=2A nth=3 act=status:6F00
    """
    from stuntcard.control.requests import SetFaultRequest

    _show_faults(card, SetFaultRequest(" ".join(rule)), as_json)


@fault_app.command("list")
def list_faults(card: RunningCardArgument, as_json: JsonOption = False) -> None:
    """List the faults that are set, with how many commands they matched and struck.

    Example: stuntcard fault list proid-q
    """
    from stuntcard.control.requests import ListFaultsRequest

    _show_faults(card, ListFaultsRequest(), as_json)


@fault_app.command("clear")
def clear_faults(
    card: RunningCardArgument,
    number: Annotated[int | None, typer.Argument(help="The one of this number; absent: all.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Take one fault away, or all of them.

    Example: stuntcard fault clear proid-q
    """
    from stuntcard.control.requests import ClearFaultsRequest

    _show_faults(card, ClearFaultsRequest(number), as_json)


def _show_faults(card: str, request: Request, as_json: bool) -> None:
    from stuntcard.control.client import send
    from stuntcard.control.requests import FaultsAnswer

    with _refusals():
        faults = send(_running(card), request, FaultsAnswer).faults
    if as_json:
        typer.echo(json.dumps([asdict(fault) for fault in faults], indent=2))
        return
    for fault in faults:
        typer.echo(f"{fault.number}: {fault.rule} (matched {fault.matched}, struck {fault.struck})")
    if not faults:
        typer.echo("no faults are set")


def _say_done(card: str | RunningCard, request: Request) -> None:
    from stuntcard.control.client import send
    from stuntcard.control.requests import DoneAnswer

    with _refusals():
        typer.echo(send(_running(card) if isinstance(card, str) else card, request, DoneAnswer).done)


def _running(card: str) -> RunningCard:
    """The card that is meant, or the command ends: this is no refusal of that card's."""
    from stuntcard.control.client import the_running_card
    from stuntcard.control.errors import ControlError

    with failing(ControlError, OSError):
        return the_running_card(card)


@contextmanager
def _refusals() -> Iterator[None]:
    """Ends the command when the card refuses what it is asked, or can't understand it."""
    from stuntcard.control.errors import ControlError, RequestError

    with failing(ControlError, OSError, code=ExitCode.REFUSED), failing(RequestError):
        yield
