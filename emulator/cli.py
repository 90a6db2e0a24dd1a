"""The command line. Each command imports what it needs when it runs, so that `exec` starts fast."""

from __future__ import annotations

import gc
from enum import IntEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

if TYPE_CHECKING:
    from emulator.profile.model import Profile


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
JsonOption = Annotated[bool, typer.Option("--json", help="Write JSON, for scripts.")]


def main() -> None:
    """The entry point of the `stuntcard` command."""
    # Start-up makes many objects that stay and hardly any garbage; looking for it takes a tenth of the time.
    gc.disable()
    app()


def _fail(message: str, code: ExitCode = ExitCode.BAD_INPUT) -> NoReturn:
    typer.echo(message, err=True)
    raise typer.Exit(code)


def _load(name: str) -> Profile:
    from emulator.profile.load import ProfileError, load_profile

    try:
        return load_profile(name)
    except ProfileError as error:
        _fail(f"{error}\n{error.file} can't be used; correct it and try again.")
    except FileNotFoundError as error:
        _fail(f"{error}" if error.errno is None else f"{name}: there is no such file")
    except OSError as error:
        _fail(f"{name}: can't be read: {error.strerror}")


@app.command("list")
def list_profiles(as_json: JsonOption = False) -> None:
    """List the cards there are.

    Example: stuntcard list
    """
    from emulator.profile.load import profile_names

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
def show(profile: ProfileArgument, as_json: JsonOption = False) -> None:
    """Show what a card is: its codes, areas and rules, and where each value comes from.

    Example: stuntcard show proid-q
    """
    loaded = _load(profile)
    if as_json:
        typer.echo(loaded.model_dump_json(indent=2, by_alias=True))
        return
    from emulator.show import print_profile

    print_profile(loaded)


@app.command()
def run(
    profile: ProfileArgument,
    reader: Annotated[
        str, typer.Option(help="pcsc (an own PC/SC socket) or vpcd[:HOST[:PORT]] (a pcscd with vsmartcard-vpcd).")
    ] = "pcsc",
) -> None:
    """Run a fresh card until Ctrl-C, and say how programs reach it.

    Example: stuntcard run proid-q --reader vpcd
    """
    from emulator.running import ReaderChoiceError, parse_reader, run_card

    try:
        choice = parse_reader(reader)
    except ReaderChoiceError as error:
        _fail(str(error))
    try:
        run_card(_load(profile), choice)
    except OSError as error:
        _fail(f"the card can't be served: {error}", ExitCode.UNAVAILABLE)


@app.command("exec", no_args_is_help=True)
def execute(
    profile: ProfileArgument,
    command: Annotated[list[str], typer.Argument(help="The program to run, and its arguments.", metavar="-- COMMAND…")],
    state_out: Annotated[
        Path | None, typer.Option(help="Write the card's final state to this file, as JSON.", metavar="FILE")
    ] = None,
) -> None:
    """Run COMMAND with a fresh card in its only reader, and hand on its exit status.

    Example: stuntcard exec proid-q -- pkcs11-tool -L
    """
    from emulator.running import exec_with_card

    try:
        status = exec_with_card(_load(profile), command, state_out)
    except OSError as error:
        _fail(f"the card can't be served: {error}", ExitCode.UNAVAILABLE)
    raise typer.Exit(status)


@app.command()
def status(as_json: JsonOption = False) -> None:
    """Show the cards that run now, with every code's state and tries.

    Example: stuntcard status --json
    """
    import json

    from emulator.control import running_cards

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
    from emulator.show import print_status

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
    from emulator.actor_command import actor_command

    raise typer.Exit(actor_command(card, actor, act, context.args))


@profile_app.command()
def check(file: Annotated[Path, typer.Argument(help="A profile, as a YAML file.")]) -> None:
    """Check a profile, and tell all that is wrong with it, with line and column.

    Example: stuntcard profile check my-card.yaml
    """
    from emulator.profile.load import ProfileError, read_profile

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

    from emulator.profile.model import Profile

    typer.echo(json.dumps(Profile.model_json_schema(by_alias=True), indent=2))


if __name__ == "__main__":
    main()
