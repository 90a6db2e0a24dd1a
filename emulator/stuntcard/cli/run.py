"""The commands `run` and `exec`: a card in a reader, for whoever comes, or for one program."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from stuntcard.cli.exit import ExitCode, fail, failing
from stuntcard.cli.loading import loaded_profile, scenario_refusals
from stuntcard.cli.options import CardArgument, CardOptions, with_options

if TYPE_CHECKING:
    from stuntcard.card.card import Card
    from stuntcard.faults.rules import Rule
    from stuntcard.profile.model import Profile
    from stuntcard.running.choices import ReaderChoice, RunOptions, TraceChoice

_WHICH_CARD = "Which card? Give a profile (see `stuntcard list`), card:NAME, or --scenario NAME."
_WHICH_PROGRAM = (
    "Which program shall use the card? Give the COMMAND behind --, as in: stuntcard exec proid-q -- pkcs11-tool -L"
)
_APPLET_OF_A_SCENARIO = "--applet is for a profile or a stored card; a scenario's card is made with its own applets"
_SERIAL_OF_ITS_OWN = "--serial is for a fresh card of a profile; a stored card and one of a scenario have their own"


def add_to(app: typer.Typer) -> None:
    """Adds both commands to the others."""
    app.command()(run)
    add_exec_to(app)


def add_exec_to(app: typer.Typer) -> None:
    """Adds `exec` alone."""
    app.command("exec", no_args_is_help=True)(execute)


@with_options
def run(
    card: CardArgument = None,
    reader: Annotated[
        str, typer.Option(help="pcsc (an own PC/SC socket) or vpcd[:HOST[:PORT]] (a pcscd with vsmartcard-vpcd).")
    ] = "pcsc",
    *,
    options: CardOptions,
) -> None:
    """Run a fresh card, a stored one, or one in trouble, until Ctrl-C, and say how programs reach it.

    Example: stuntcard run proid-q --reader vpcd
    """
    from stuntcard.running.choices import ReaderChoiceError, parse_reader

    with failing(ReaderChoiceError):
        choice = parse_reader(reader)
    with _served():
        if options.scenario is not None:
            _run_scenario(card, options.scenario, choice, options)
            return
        if card is None:
            fail(_WHICH_CARD)
        from stuntcard.running.serving import run_card

        with _card(card, options) as (in_reader, name):
            run_card(in_reader, name, choice, _run_options(options, in_reader.profile))


@with_options
def execute(
    card: CardArgument = None,
    command: Annotated[
        list[str] | None, typer.Argument(help="The program to run, and its arguments.", metavar="-- COMMAND…")
    ] = None,
    state_out: Annotated[
        Path | None, typer.Option(help="Write the card's final state to this file, as JSON.", metavar="FILE")
    ] = None,
    *,
    options: CardOptions,
) -> None:
    """Run COMMAND with a fresh card, a stored one, or one in trouble, in its only reader; hand on its exit status.

    With --scenario the card need not be named, and what should come of it is told afterwards: 1 if it did not come.

    Example: stuntcard exec proid-q -- pkcs11-tool -L
    """
    _must_be_writable("--state-out", state_out)
    _must_be_writable("--trace", options.trace)
    with _served():
        if options.scenario is not None:
            words = [word for word in (card, *(command or ())) if word is not None]
            raise typer.Exit(_exec_scenario(words, options.scenario, state_out, options))
        if card is None or not command:
            fail(_WHICH_CARD if card is None else _WHICH_PROGRAM)
        from stuntcard.running.program import exec_with_card

        with _card(card, options) as (in_reader, name):
            around = _run_options(options, in_reader.profile)
            status = exec_with_card(in_reader, name, command, state_out, around)
    raise typer.Exit(status)


@contextmanager
def _served() -> Iterator[None]:
    """Says so when a card's sockets can't be had."""
    with failing(OSError, code=ExitCode.UNAVAILABLE, prefix="the card can't be served: "):
        yield


def _must_be_writable(option: str, path: Path | None) -> None:
    """Says so before anything runs, and not when it is too late."""
    if path is None:
        return
    try:
        path.touch()
    except OSError as error:
        fail(f"{option} {path}: can't be written: {error.strerror}; choose another place")


# A fresh card, or a stored one


@contextmanager
def _card(source: str, options: CardOptions) -> Iterator[tuple[Card, str]]:
    """The card that is meant, and its name."""
    from stuntcard.running.making import STORED

    if source.startswith(STORED):
        with _stored_card(source.removeprefix(STORED), options) as card:
            yield card, source.removeprefix(STORED)
    else:
        card = _fresh_card(source, options)
        yield card, card.profile.id


def _fresh_card(source: str, options: CardOptions) -> Card:
    from stuntcard.applets.registry import AppletChoiceError
    from stuntcard.running.making import fresh_card

    profile = _numbered(loaded_profile(source), options.serial)
    with failing(AppletChoiceError, prefix=f"--applet {options.applet}: "):
        return fresh_card(profile, options.applet)


def _numbered(profile: Profile, serial: str | None) -> Profile:
    """The model of a card with this serial number, if one is given."""
    if serial is None:
        return profile
    from stuntcard.profile.serial import SerialError, with_serial

    with failing(SerialError, prefix="--serial "):
        return with_serial(profile, serial)


@contextmanager
def _stored_card(name: str, options: CardOptions) -> Iterator[Card]:
    from stuntcard.applets.registry import AppletChoiceError
    from stuntcard.running.making import stored_card
    from stuntcard.store.errors import CardInUseError, StoreError

    if options.serial is not None:
        fail(_SERIAL_OF_ITS_OWN)
    with (
        failing(AppletChoiceError, prefix=f"--applet {options.applet}: "),
        failing(StoreError),
        failing(CardInUseError, code=ExitCode.UNAVAILABLE),
        stored_card(name, options.applet) as card,
    ):
        yield card


def _run_options(options: CardOptions, profile: Profile) -> RunOptions:
    from stuntcard.running.choices import RunOptions

    return RunOptions(_trace_choice(options), _rules(options.fault, profile) if options.fault else ())


def _trace_choice(options: CardOptions) -> TraceChoice | None:
    from stuntcard.running.choices import TraceChoice

    if options.trace is None:
        if options.unmasked:
            fail("--unmasked says how to record, but nothing is recorded; give --trace FILE too")
        return None
    return TraceChoice(options.trace, options.unmasked)


def _rules(texts: Sequence[str], profile: Profile) -> list[Rule]:
    from stuntcard.faults.rules import FaultError, check_names
    from stuntcard.faults.text import parse_rule

    rules = []
    for text in texts:
        with failing(FaultError, prefix=f'--fault "{text}": '):
            rules.append(parse_rule(text))
            check_names(rules[-1], profile)
    return rules


# A card in trouble


def _run_scenario(card: str | None, name: str, choice: ReaderChoice, options: CardOptions) -> None:
    from stuntcard.running.scenarios import profile_meant, ready_scenario, run_scenario

    _leave_its_card_alone(options)
    trace = _trace_choice(options)
    with scenario_refusals():
        ready = ready_scenario(name, profile_meant(card), options.language, options.fault or ())
        run_scenario(ready, choice, trace)


def _exec_scenario(words: list[str], name: str, state_out: Path | None, options: CardOptions) -> int:
    from stuntcard.running.scenarios import exec_scenario, profile_and_program, ready_scenario

    _leave_its_card_alone(options)
    trace = _trace_choice(options)
    with scenario_refusals():
        profile, program = profile_and_program(words, name, options.language)
        ready = ready_scenario(name, profile, options.language, options.fault or ())
        return exec_scenario(ready, program, state_out, trace)


def _leave_its_card_alone(options: CardOptions) -> None:
    if options.serial is not None:
        fail(_SERIAL_OF_ITS_OWN)
    if options.applet is not None:
        fail(_APPLET_OF_A_SCENARIO)
