"""The command line. Each command imports what it needs when it runs, so that `exec` starts fast."""

from __future__ import annotations

import contextlib
import gc
import sys
from collections.abc import Iterator
from enum import IntEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

if TYPE_CHECKING:
    from stuntcard.card.card import Card
    from stuntcard.faults.rules import Rule
    from stuntcard.profile.model import Profile
    from stuntcard.running.running import TraceChoice


INTERRUPTED = 130
"""What a shell says of a program that Ctrl-C ended."""


class ExitCode(IntEnum):
    """What the command ends with; `exec` hands on its COMMAND's own."""

    BAD_INPUT = 2
    UNAVAILABLE = 69
    """EX_UNAVAILABLE of sysexits.h: a socket or a service can't be had."""


app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="A stunt double for smart cards: the card side of signature cards and tokens, in software.",
)
profile_app = typer.Typer(no_args_is_help=True, help="Check profiles, or write your own with an editor's help.")
app.add_typer(profile_app, name="profile")

ProfileArgument = Annotated[str, typer.Argument(help="A profile's id (see `stuntcard list`), or a YAML file's path.")]
CardArgument = Annotated[
    str | None, typer.Argument(help="A profile for a fresh card, or card:NAME for a stored one (see `stuntcard card`).")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Write JSON, for scripts.")]
TraceOption = Annotated[
    Path | None, typer.Option(help="Record the session to this file; see `stuntcard trace`.", metavar="FILE")
]
FaultOption = Annotated[
    list[str] | None,
    typer.Option(
        help='Have something go wrong, such as "ins=2A nth=3 act=status:6F00"; again for more.', metavar="RULE"
    ),
]
UnmaskedOption = Annotated[bool, typer.Option("--unmasked", help="Record codes and keys too.")]
_WHICH_CARD = "Which card? Give a profile (see `stuntcard list`), card:NAME, or --scenario NAME."
_WHICH_PROGRAM = (
    "Which program shall use the card? Give the COMMAND behind --, as in: stuntcard exec proid-q -- pkcs11-tool -L"
)
_APPLET_OF_A_SCENARIO = "--applet is for a profile or a stored card; a scenario's card is made with its own applets"
_SERIAL_OF_ITS_OWN = "--serial is for a fresh card of a profile; a stored card and one of a scenario have their own"
ScenarioOption = Annotated[
    str | None,
    typer.Option(help="A card in this trouble, and no fresh one; see `stuntcard scenario list`.", metavar="NAME"),
]
SerialOption = Annotated[
    str | None, typer.Option(help="A fresh card's serial number; without one, its profile's.", metavar="HEX")
]
AppletOption = Annotated[
    str | None,
    typer.Option(
        help="What programs see first: isoapplet, myeid, or oseid (myeid by another ATR); without it, the card's own.",
        metavar="NAME",
    ),
]
LanguageOption = Annotated[str, typer.Option(help="What a scenario tells, it tells in en, cs or sl.")]


def main() -> None:
    """The entry point of the `stuntcard` command."""
    # Start-up makes many objects that stay and hardly any garbage; looking for it takes a tenth of the time.
    gc.disable()
    try:
        _run()
    except KeyboardInterrupt:  # while something was still being loaded
        sys.exit(INTERRUPTED)


def _run() -> None:
    # Typer takes milliseconds to make each command ready, asked for or not, and `exec` shall not wait for these.
    if sys.argv[1:2] != ["exec"]:
        from stuntcard.cli import card as card_command
        from stuntcard.cli import live as live_command
        from stuntcard.cli import scenario as scenario_command
        from stuntcard.cli import trace as trace_command

        trace_command.add_to(app)
        card_command.add_to(app)
        live_command.add_to(app)
        scenario_command.add_to(app)
    app()


def _fail(message: str, code: ExitCode = ExitCode.BAD_INPUT) -> NoReturn:
    typer.echo(message, err=True)
    raise typer.Exit(code)


def _trace_choice(path: Path | None, unmasked: bool) -> TraceChoice | None:
    from stuntcard.running.running import TraceChoice

    if path is None and unmasked:
        _fail("--unmasked says how to record, but nothing is recorded; give --trace FILE too")
    return None if path is None else TraceChoice(path, unmasked)


def _rules(texts: list[str] | None, profile: Profile) -> list[Rule]:
    from stuntcard.faults.rules import FaultError, check_names
    from stuntcard.faults.text import parse_rule

    rules = []
    for text in texts or ():
        try:
            rules.append(parse_rule(text))
            check_names(rules[-1], profile)
        except FaultError as error:
            _fail(f'--fault "{text}": {error}')
    return rules


def _load(name: str) -> Profile:
    from stuntcard.profile.load import ProfileError, load_profile

    try:
        return load_profile(name)
    except ProfileError as error:
        _fail(f"{error}\n{error.file} can't be used; correct it and try again.")
    except FileNotFoundError as error:
        _fail(f"{error}" if error.errno is None else f"{name}: there is no such file")
    except OSError as error:
        _fail(f"{name}: can't be read: {error.strerror}")


def _numbered(profile: Profile, serial: str | None) -> Profile:
    """The model of a card with this serial number, if one is given."""
    if serial is None:
        return profile
    from stuntcard.profile.serial import SerialError, with_serial

    try:
        return with_serial(profile, serial)
    except SerialError as error:
        _fail(f"--serial {error}")


@contextlib.contextmanager
def _card(source: str, serial: str | None, applet: str | None) -> Iterator[tuple[Card, str]]:
    """A stored card or a fresh one, and its name."""
    from stuntcard.running.running import STORED, AppletChoiceError, fresh_card, stored_card

    if not source.startswith(STORED):
        profile = _numbered(_load(source), serial)
        try:
            fresh = fresh_card(profile, applet)
        except AppletChoiceError as error:
            _fail(f"--applet {applet}: {error}")
        yield fresh, profile.id
        return
    if serial is not None:
        _fail(_SERIAL_OF_ITS_OWN)
    from stuntcard.store.errors import CardInUseError, StoreError

    name = source.removeprefix(STORED)
    try:
        with stored_card(name, applet) as card:
            yield card, name
    except AppletChoiceError as error:
        _fail(f"--applet {applet}: {error}")
    except StoreError as error:
        _fail(str(error), ExitCode.UNAVAILABLE if isinstance(error, CardInUseError) else ExitCode.BAD_INPUT)


@contextlib.contextmanager
def _scenario_told() -> Iterator[None]:
    """Says why a scenario can't be run."""
    from stuntcard.profile.document import DocumentError
    from stuntcard.running.scenarios import ScenarioRefusedError

    try:
        yield
    except (ScenarioRefusedError, DocumentError) as error:
        _fail(str(error))


@app.command("list")
def list_profiles(as_json: JsonOption = False) -> None:
    """List the cards there are.

    Example: stuntcard list
    """
    from stuntcard.profile.load import profile_names

    profiles = [_load(name) for name in profile_names()]
    if as_json:
        import json

        typer.echo(
            json.dumps([{"id": p.id, "name": p.name, "about": p.about.model_dump()} for p in profiles], indent=2)
        )
        return
    for profile in profiles:
        typer.echo(f"{profile.id:12} {profile.name:12} {profile.about.en}")


@app.command()
def show(
    profile: ProfileArgument,
    as_json: JsonOption = False,
    markdown: Annotated[bool, typer.Option("--markdown", help="Write a Markdown page.")] = False,
    page: Annotated[
        Path | None,
        typer.Option(help="Write it into this Markdown page; your own words around its marks stay.", metavar="FILE"),
    ] = None,
    attestation_issuer: Annotated[
        bool,
        typer.Option(
            "--attestation-issuer", help="Write the certificate, in PEM, that the card's statements about keys rest on."
        ),
    ] = False,
) -> None:
    """Show what a card is: its codes, areas and rules, and where each value comes from.

    Example: stuntcard show proid-q
    """
    loaded = _load(profile)
    if attestation_issuer:
        from ssl import DER_cert_to_PEM_cert

        from stuntcard.card.attestation import issuer_certificate

        typer.echo(DER_cert_to_PEM_cert(issuer_certificate()), nl=False)
        return
    if as_json:
        typer.echo(loaded.model_dump_json(indent=2, by_alias=True))
        return
    if markdown or page is not None:
        _show_as_page(loaded, page)
        return
    from stuntcard.cli.printing import print_profile

    print_profile(loaded)


def _show_as_page(profile: Profile, file: Path | None) -> None:
    from stuntcard.words.card_page import PageError, new_page, updated_page

    if file is None:
        typer.echo(new_page(profile), nl=False)
        return
    try:
        text = updated_page(profile, file.read_text("utf-8")) if file.exists() else new_page(profile)
        file.write_text(text, "utf-8")
    except (PageError, UnicodeDecodeError) as error:
        _fail(f"{file}: {error}")
    except OSError as error:
        _fail(f"{file}: can't be written: {error.strerror}")


@app.command()
def run(
    card: CardArgument = None,
    reader: Annotated[
        str, typer.Option(help="pcsc (an own PC/SC socket) or vpcd[:HOST[:PORT]] (a pcscd with vsmartcard-vpcd).")
    ] = "pcsc",
    trace: TraceOption = None,
    unmasked: UnmaskedOption = False,
    fault: FaultOption = None,
    scenario: ScenarioOption = None,
    applet: AppletOption = None,
    language: LanguageOption = "en",
    serial: SerialOption = None,
) -> None:
    """Run a fresh card, a stored one, or one in trouble, until Ctrl-C, and say how programs reach it.

    Example: stuntcard run proid-q --reader vpcd
    """
    from stuntcard.running.running import ReaderChoiceError, parse_reader, run_card

    try:
        choice = parse_reader(reader)
    except ReaderChoiceError as error:
        _fail(str(error))
    try:
        if scenario is not None:
            if serial is not None or applet is not None:
                _fail(_SERIAL_OF_ITS_OWN if serial is not None else _APPLET_OF_A_SCENARIO)
            from stuntcard.running.scenarios import run_scenario

            with _scenario_told():
                run_scenario(card, scenario, choice, _trace_choice(trace, unmasked), language, fault or ())
            return
        if card is None:
            _fail(_WHICH_CARD)
        with _card(card, serial, applet) as (in_reader, name):
            rules = _rules(fault, in_reader.profile)
            run_card(in_reader, name, choice, _trace_choice(trace, unmasked), rules)
    except OSError as error:
        _fail(f"the card can't be served: {error}", ExitCode.UNAVAILABLE)


def _must_be_writable(option: str, path: Path | None) -> None:
    """Says so before anything runs, and not when it is too late."""
    if path is None:
        return
    try:
        path.touch()
    except OSError as error:
        _fail(f"{option} {path}: can't be written: {error.strerror}; choose another place")


@app.command("exec", no_args_is_help=True)
def execute(
    card: CardArgument = None,
    command: Annotated[
        list[str] | None, typer.Argument(help="The program to run, and its arguments.", metavar="-- COMMAND…")
    ] = None,
    state_out: Annotated[
        Path | None, typer.Option(help="Write the card's final state to this file, as JSON.", metavar="FILE")
    ] = None,
    trace: TraceOption = None,
    unmasked: UnmaskedOption = False,
    fault: FaultOption = None,
    scenario: ScenarioOption = None,
    applet: AppletOption = None,
    language: LanguageOption = "en",
    serial: SerialOption = None,
) -> None:
    """Run COMMAND with a fresh card, a stored one, or one in trouble, in its only reader; hand on its exit status.

    With --scenario the card need not be named, and what should come of it is told afterwards: 1 if it did not come.

    Example: stuntcard exec proid-q -- pkcs11-tool -L
    """
    from stuntcard.running.running import exec_with_card

    _must_be_writable("--state-out", state_out)
    _must_be_writable("--trace", trace)
    try:
        if scenario is not None:
            if serial is not None or applet is not None:
                _fail(_SERIAL_OF_ITS_OWN if serial is not None else _APPLET_OF_A_SCENARIO)
            from stuntcard.running.scenarios import exec_scenario

            words = [word for word in (card, *(command or ())) if word is not None]
            with _scenario_told():
                choice = _trace_choice(trace, unmasked)
                status = exec_scenario(words, scenario, state_out, choice, language, fault or ())
            raise typer.Exit(status)
        if card is None or not command:
            _fail(_WHICH_CARD if card is None else _WHICH_PROGRAM)
        with _card(card, serial, applet) as (in_reader, name):
            rules = _rules(fault, in_reader.profile)
            choice = _trace_choice(trace, unmasked)
            status = exec_with_card(in_reader, name, command, state_out, choice, faults=rules)
    except OSError as error:
        _fail(f"the card can't be served: {error}", ExitCode.UNAVAILABLE)
    raise typer.Exit(status)


@app.command()
def status(as_json: JsonOption = False) -> None:
    """Show the cards that run now, with every code's state and tries.

    Example: stuntcard status --json
    """
    import json

    from stuntcard.control.control import running_cards

    try:
        cards = running_cards()
    except OSError as error:
        _fail(str(error), ExitCode.UNAVAILABLE)
    if as_json:
        shown = [{"pcsc_socket": str(card.pcsc_socket) if card.pcsc_socket else None, **card.status} for card in cards]
        typer.echo(json.dumps(shown, indent=2))
        return
    if not cards:
        typer.echo("no card is running; start one with: stuntcard run proid-q")
        return
    from stuntcard.cli.printing import print_status

    for card in cards:
        print_status(card)


@app.command("actor", no_args_is_help=True, context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def actor_acts(
    context: typer.Context,
    card: Annotated[str, typer.Argument(help="A running card: its profile's id, as `stuntcard status` shows it.")],
    actor: Annotated[str, typer.Argument(help="Who acts: an actor of the card's profile, such as office.")],
    act: Annotated[str, typer.Argument(help="What the actor does, such as set-identification.")],
) -> None:
    """Have somebody off the card act on a running card: the office, the helpline.

    Values of codes are asked for; `--CODE VALUE` gives one on the command line, where other users may see it.

    Example: stuntcard actor eobcanka office set-identification --dok 1111 --iok 2222
    """
    from stuntcard.cli.actor import actor_command

    raise typer.Exit(actor_command(card, actor, act, context.args))


@app.command()
def advise(
    target: Annotated[
        str, typer.Argument(help="A running card's profile id, a state file of `exec --state-out`, or a profile.")
    ],
    state: Annotated[
        str | None,
        typer.Option(
            help="The card's state instead, several things with commas: pin=blocked, puk=1 (tries left), puk=not_set, "
            'cc=2 (keys with certificate), "cc=1+1 unpaired", part:pep=lost, card=dead. As much else works as can.',
            metavar="NAME=VALUE,…",
        ),
    ] = None,
    forgot: Annotated[
        list[str] | None, typer.Option(help="A code that the holder does not know any more.", metavar="CODE")
    ] = None,
    language: Annotated[str, typer.Option(help="en, cs or sl.")] = "en",
    as_json: JsonOption = False,
) -> None:
    """Tell what works on a card, the shortest ways back to what does not, and what each step costs or risks.

    Example: stuntcard advise proid-q --state pin=blocked,puk=1
    """
    from stuntcard.cli.advise import advise_command

    raise typer.Exit(advise_command(target, state, forgot or [], language, as_json))


@app.command("explore", no_args_is_help=True)
def explore_profiles(
    profiles: Annotated[list[str], typer.Argument(help="Profiles' ids, or YAML files' paths.")],
    as_json: JsonOption = False,
    graph: Annotated[
        Path | None, typer.Option(help="Draw into this file: .svg, .dot (Graphviz) or .mmd (Mermaid).", metavar="FILE")
    ] = None,
    of: Annotated[str, typer.Option(help="What to draw: code:NAME, part:NAME, or card.")] = "card",
) -> None:
    """Walk every state that cards can reach, tell what is lost for good, and prove their profiles' claims.

    Ends with 1 when a claim is broken, and shows the shortest way to where it is.

    Example: stuntcard explore zzzs-pk --graph pep.svg --of part:pep
    """
    from stuntcard.cli.explore import ExploreError, draw_command, explore_command

    loaded = [_load(name) for name in profiles]
    try:
        if graph is not None:
            if len(loaded) != 1:
                _fail("a picture is of one card; give one profile with --graph")
            draw_command(loaded[0], of, graph)
            return
        text, status = explore_command(loaded, as_json=as_json)
    except ExploreError as error:
        _fail(str(error))
    except OSError as error:
        _fail(f"{graph}: can't be written: {error.strerror}")
    typer.echo(text)
    raise typer.Exit(status)


@profile_app.command()
def check(file: Annotated[Path, typer.Argument(help="A profile, as a YAML file.")]) -> None:
    """Check a profile, and tell all that is wrong with it, with line and column.

    Example: stuntcard profile check my-card.yaml
    """
    from stuntcard.profile.load import ProfileError, read_profile

    try:
        profile = read_profile(file)
    except ProfileError as error:
        _fail(str(error))
    except OSError as error:
        _fail(f"{file}: can't be read: {error.strerror}")
    typer.echo(f"{file}: good; a profile of {profile.name}")


@profile_app.command()
def schema() -> None:
    """Write the JSON Schema of profiles, for editors that check and complete YAML.

    Example: stuntcard profile schema > profile.schema.json
    """
    import json

    from stuntcard.profile.model import Profile

    typer.echo(json.dumps(Profile.model_json_schema(by_alias=True), indent=2))


if __name__ == "__main__":
    main()
