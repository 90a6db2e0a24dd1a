"""The commands `run` and `exec`: cards in readers, for whoever comes, or for one program."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from errno import ENXIO
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from typer._click.exceptions import NoSuchOption  # Click, as Typer brings it along
from typer.core import TyperCommand

from stuntcard.cli.exit import ExitCode, fail, failing
from stuntcard.cli.loading import scenario_refusals
from stuntcard.cli.options import CardArguments, CardOptions, with_options

if TYPE_CHECKING:
    from typer._click.core import Context  # Click, as Typer brings it along

    from stuntcard.running.making import ReaderOnDesk
    from stuntcard.running.plan import ReaderPlan

_EXAMPLE = "stuntcard exec proid-q -- pkcs11-tool -L"
_WHICH_PROGRAM = f"Which program shall use the card? Give the COMMAND behind --, as in: {_EXAMPLE}"
_NOT_MET = 1
PROGRAM = "stuntcard.program"


class WithProgram(TyperCommand):
    """A command that keeps what stands behind the first `--` for itself: a program and its arguments."""

    def parse_args(self, ctx: Context, args: list[str]) -> list[str]:
        """As usual, but for what stands behind `--`."""
        if "--" in args:
            where = args.index("--")
            ctx.meta[PROGRAM] = args[where + 1 :]
            return super().parse_args(ctx, args[:where])
        card, *rest = args or [""]
        try:
            return super().parse_args(ctx, args)
        except NoSuchOption as error:
            if not rest or rest[0].startswith("-"):  # no program is there that it could be of
                raise
            from shlex import join

            example = _EXAMPLE if card.startswith("-") else f"{_path(ctx)} {card} -- {join(rest)}"
            fail(f"{error.format_message()}. If it is your program's, put -- before that, as in: {example}")


def _path(ctx: Context) -> str:
    """The command's name with those of its groups, however the whole was called."""
    names = [str(ctx.info_name)]
    while ctx.parent is not None and ctx.parent.parent is not None:
        ctx = ctx.parent
        names.insert(0, str(ctx.info_name))
    return " ".join(["stuntcard", *names])


def add_to(app: typer.Typer) -> None:
    """Adds both commands to the others."""
    app.command()(run)
    add_exec_to(app)


def add_exec_to(app: typer.Typer) -> None:
    """Adds `exec` alone."""
    usage = "[OPTIONS] [CARD]... -- COMMAND..."
    app.command("exec", no_args_is_help=True, cls=WithProgram, options_metavar=usage)(execute)


@with_options
def run(
    cards: CardArguments = None,
    reader: Annotated[
        str,
        typer.Option(
            help="pcsc (an own PC/SC socket) or vpcd[:HOST[:PORT]] (a pcscd with vsmartcard-vpcd; more cards take the "
            "ports that follow)."
        ),
    ] = "pcsc",
    in_background: Annotated[
        bool,
        typer.Option(
            "--detach", "-d", help="Return once programs can come, and go on in the background; see `stuntcard stop`."
        ),
    ] = False,
    *,
    options: CardOptions,
) -> None:
    """Run fresh cards, stored ones, or ones in trouble, until Ctrl-C, and say how programs reach them.

    Of several cards, an option is for the one whose name stands before its value, as in --trace anna:FILE.

    Example: stuntcard run proid-q --reader vpcd
    """
    from stuntcard.cli.desk import plans_meant, readers_made
    from stuntcard.running.choices import PcscChoice, ReaderChoiceError, parse_reader

    with failing(ReaderChoiceError):
        choice = parse_reader(reader)
    plans = plans_meant(cards or (), options)
    if choice != PcscChoice():
        _must_be_possible_with_vpcd(plans)
    _files_must_be_writable(plans)
    ready = _detached() if in_background else _nothing_more
    with _served(), readers_made(plans, options.language) as readers:
        from stuntcard.messages import messages_in
        from stuntcard.running.serving import run_desk

        _tell_scenarios(readers)
        run_desk(readers, choice, messages_in(options.language), options.socket, ready)


def _must_be_possible_with_vpcd(plans: Sequence[ReaderPlan]) -> None:
    if any(plan.pinpad for plan in plans):
        fail("vpcd knows no PIN pads; leave --pinpad and --keys out, or run with --reader pcsc")
    if any(plan.reader_name is not None for plan in plans):
        fail("vpcd names its readers itself; leave --reader-name out, or run with --reader pcsc")


def _tell_scenarios(readers: Sequence[ReaderOnDesk]) -> None:
    for reader in readers:
        if reader.scenario is not None:
            from stuntcard.running.scenarios import told

            typer.echo(told(reader.scenario))


def _detached() -> Callable[[], None]:
    from stuntcard.cli.detach import detach

    return detach()


def _nothing_more() -> None:
    """Who stays at the terminal needs not be told that all is ready."""


@with_options
def execute(
    context: typer.Context,
    cards: CardArguments = None,
    state_out: Annotated[
        list[str] | None, typer.Option(help="Write the card's final state to this file, as JSON.", metavar="FILE")
    ] = None,
    *,
    options: CardOptions,
) -> None:
    """Run COMMAND with fresh cards, stored ones, or ones in trouble, and no other readers; hand on its exit status.

    With --scenario the card need not be named, and what should come of it is told afterwards: 1 if it did not come.

    Of several cards, an option is for the one whose name stands before its value, as in --trace anna:FILE.

    Example: stuntcard exec proid-q -- pkcs11-tool -L
    """
    from stuntcard.cli.desk import plans_meant, readers_made

    words, program = _cards_and_program(
        cards or [], context.meta.get(PROGRAM), needed=not (options.scenario or options.desk)
    )
    plans = plans_meant(words, options, state_out or ())
    if not program:
        _fail_without_program(plans, options.language)
    _files_must_be_writable(plans)
    with _served(), readers_made(plans, options.language) as readers:
        from stuntcard.running.program import exec_at_desk

        status = exec_at_desk(readers, program, options.socket)
        scenarios = [one.scenario for one in readers if one.scenario is not None]
        if scenarios:
            from stuntcard.running.scenarios import reported

            met = [reported(scenario) for scenario in scenarios]
            status = status or (0 if all(met) else _NOT_MET)
    _tell_kept(plans, options.language)
    raise typer.Exit(status)


def _tell_kept(plans: Sequence[ReaderPlan], language: str) -> None:
    kept = [plan.keep for plan in plans if plan.keep is not None]
    if kept:
        from stuntcard.messages import messages_in

        messages = messages_in(language)
        for name in kept:
            typer.echo(messages.text("served-kept", name=name), err=True)


def _cards_and_program(
    words: list[str], behind: list[str] | None, *, needed: bool
) -> tuple[Sequence[str], Sequence[str]]:
    """The cards, and the program with its arguments; where no `--` parts them, there is one card at most.

    `needed`: there has to be one.
    """
    if behind is not None:
        return words, behind
    from stuntcard.profile.load import profile_names
    from stuntcard.profile.places import SUFFIXES
    from stuntcard.running.plan import EMPTY, STORED

    named = bool(words) and (words[0] in profile_names() or words[0].endswith(SUFFIXES))
    cards = 1 if words and (needed or named) else 0
    if words[1:] and (words[1] in (*profile_names(), EMPTY) or words[1].startswith(STORED)):
        fail(f"which of these is the program? Put -- before it, as in: stuntcard exec {words[0]} {words[1]} -- COMMAND")
    return words[:cards], words[cards:]


def _fail_without_program(plans: Sequence[ReaderPlan], language: str) -> None:
    scenario = plans[0].scenario
    if scenario is None:
        fail(_WHICH_PROGRAM)
    from stuntcard.messages import messages_in

    with scenario_refusals():
        fail(messages_in(language).text("no-command", example=f"--scenario {scenario} -- pkcs11-tool -L"))


@contextmanager
def _served() -> Iterator[None]:
    """Says so when a card's sockets can't be had."""
    with failing(OSError, code=ExitCode.UNAVAILABLE, prefix="the card can't be served: "):
        yield


def _files_must_be_writable(plans: Sequence[ReaderPlan]) -> None:
    for plan in plans:
        _must_be_writable("--state-out", plan.state_out)
        _must_be_writable("--trace", plan.trace.path if plan.trace is not None else None)


def _must_be_writable(option: str, path: Path | None) -> None:
    """Says so before anything runs, and not when it is too late."""
    if path is None:
        return
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | os.O_NONBLOCK, 0o666))
    except OSError as error:
        reason = "it is a pipe that nobody reads" if error.errno == ENXIO else error.strerror
        fail(f"{option} {path}: can't be written: {reason}; choose another place")
