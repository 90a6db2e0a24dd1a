"""The commands `card` and `snapshot`: cards that last. In a module that `exec` does not load."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

if TYPE_CHECKING:
    from stuntcard.store.library import ListedCard

REFUSED = 1
BAD_INPUT = 2
UNAVAILABLE = 69

card_app = typer.Typer(
    no_args_is_help=True, help="Keep cards on disk; `run card:NAME` and `exec card:NAME` put them into a reader."
)
snapshot_app = typer.Typer(no_args_is_help=True, help="Keep a stored card as it stands now, and bring it back.")

NameArgument = Annotated[str, typer.Argument(help="A stored card; see `stuntcard card list`.")]
NewNameArgument = Annotated[str, typer.Argument(help="The new card's name: letters, digits, - and _.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Write JSON, for scripts.")]
YesOption = Annotated[bool, typer.Option("--yes", help="Don't ask.")]


def add_to(app: typer.Typer) -> None:
    """Adds the commands to the others."""
    app.add_typer(card_app, name="card")
    app.add_typer(snapshot_app, name="snapshot")


@card_app.command()
def new(
    name: NewNameArgument,
    profile: Annotated[str, typer.Argument(help="A profile's id (see `stuntcard list`), or a YAML file's path.")],
    durability: Annotated[
        str,
        typer.Option(
            help="full: what was answered survives power loss; fast: it survives a crash of the program.",
            metavar="full|fast",
        ),
    ] = "full",
    serial: Annotated[
        str | None,
        typer.Option(help="Its serial number; without one, the profile's with a random end.", metavar="HEX"),
    ] = None,
) -> None:
    """Make a card of a profile, as it leaves the factory, and keep it.

    Example: stuntcard card new mine proid-q
    """
    from stuntcard.profile.load import ProfileError, profile_path, read_profile_text
    from stuntcard.profile.serial import SerialError
    from stuntcard.store.database import Durability
    from stuntcard.store.library import add_card, factory_card

    if durability not in set(Durability):
        _fail(f"--durability {durability}: expected full or fast")
    try:
        path = profile_path(profile)
        stored = factory_card(read_profile_text(path), str(path), Durability(durability), serial)
    except SerialError as error:
        _fail(f"--serial {error}")
    except ProfileError as error:
        _fail(f"{error}\n{error.file} can't be used; correct it and try again.")
    except FileNotFoundError as error:
        _fail(f"{error}" if error.errno is None else f"{profile}: there is no such file; see `stuntcard list`")
    except OSError as error:
        _fail(f"{profile}: can't be read: {error.strerror}")
    with _told():
        add_card(name, stored)
    typer.echo(f"{name}: a new {stored.profile.name}. Put it into a reader: stuntcard run card:{name}")


@card_app.command("list")
def list_cards(as_json: JsonOption = False) -> None:
    """List the stored cards.

    Example: stuntcard card list
    """
    from stuntcard.store.library import list_cards

    with _told():
        entries = list_cards()
    if as_json:
        import json

        typer.echo(json.dumps([_as_data(entry) for entry in entries], indent=2))
        return
    if not entries:
        typer.echo("there is no stored card; make one: stuntcard card new mine proid-q")
    for entry in entries:
        typer.echo(f"{entry.name:20} {_in_a_line(entry)}")


@card_app.command()
def show(name: NameArgument, as_json: JsonOption = False) -> None:
    """Show a stored card: every code's state and tries, areas and keys. It may run meanwhile.

    Example: stuntcard card show mine
    """
    from dataclasses import asdict

    from stuntcard.card.view import view
    from stuntcard.store.library import holder_of_card, read_card

    with _told():
        stored, holder = read_card(name), holder_of_card(name)
    seen = asdict(view(stored.profile, stored.content))
    if as_json:
        import json

        about = {
            "name": name,
            "durability": stored.durability,
            "made": stored.made,
            "in_use_by": asdict(holder) if holder else None,
        }
        typer.echo(json.dumps({**about, **seen}, indent=2, ensure_ascii=False))
        return
    from stuntcard.cli.printing import print_state

    used = f"\nin use by {holder.command} (process {holder.pid})" if holder else ""
    print_state(seen, f"\nstored as {name}, durability {stored.durability}, made {stored.made}{used}")


@card_app.command()
def copy(name: NameArgument, to: NewNameArgument) -> None:
    """Make a second card that is as this one stands now. It may run meanwhile.

    Example: stuntcard card copy mine mine-2
    """
    from stuntcard.store.library import copy_card

    with _told():
        copy_card(name, to)
    typer.echo(f"{to}: a copy of {name}")


@card_app.command("export")
def export(
    name: NameArgument,
    file: Annotated[Path, typer.Argument(help="A new file; it must not be there yet.", metavar="FILE")],
) -> None:
    """Write a card to one JSON file, codes and private keys included. It may run meanwhile.

    Example: stuntcard card export mine mine.json
    """
    from stuntcard.store.library import read_card
    from stuntcard.store.portable import export_card

    with _told():
        export_card(read_card(name), file)
    typer.echo(f"{name} is in {file}")
    typer.echo(
        f"Warning: {file} holds the card's codes and private keys, readable by whoever gets it; keep it to yourself.",
        err=True,
    )


@card_app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="A file that `stuntcard card export` wrote.", metavar="FILE")],
    name: NewNameArgument,
) -> None:
    """Keep the card of an exported file under a new name.

    Example: stuntcard card import mine.json mine
    """
    from stuntcard.store.library import add_card
    from stuntcard.store.portable import import_card

    with _told():
        stored = import_card(file)
        add_card(name, stored)
    typer.echo(f"{name}: the {stored.profile.name} of {file}")


@card_app.command()
def reset(name: NameArgument, yes: YesOption = False) -> None:
    """Make a card as it left the factory: its keys, files and codes are lost. Snapshots stay.

    Example: stuntcard card reset mine --yes
    """
    from stuntcard.store.library import read_card, reset_card

    with _told():
        read_card(name)
    _ask(f"Make {name} as it left the factory, and lose its keys, files and codes?", yes)
    with _told():
        reset_card(name)
    typer.echo(f"{name} is as it left the factory")


@card_app.command()
def delete(name: NameArgument, yes: YesOption = False) -> None:
    """Delete a card and its snapshots.

    Example: stuntcard card delete mine --yes
    """
    from stuntcard.store.library import delete_card, list_snapshots

    with _told():
        count = len(list_snapshots(name))
    _ask(f"Delete {name} and its {count} snapshots?" if count else f"Delete {name}?", yes)
    with _told():
        delete_card(name)
    typer.echo(f"{name} is deleted")


@snapshot_app.command()
def save(
    card: NameArgument,
    snapshot: Annotated[str | None, typer.Argument(help="The snapshot's name; without one, the time.")] = None,
) -> None:
    """Keep a card as it stands now. It may run meanwhile.

    Example: stuntcard snapshot save mine before-the-test
    """
    from stuntcard.store.library import save_snapshot

    with _told():
        name = save_snapshot(card, snapshot)
    typer.echo(f"{name}: a snapshot of {card}. Bring it back: stuntcard snapshot restore {card} {name}")


@snapshot_app.command("list")
def list_snapshots(card: NameArgument, as_json: JsonOption = False) -> None:
    """List a card's snapshots, the oldest first.

    Example: stuntcard snapshot list mine
    """
    from stuntcard.store.library import list_snapshots

    with _told():
        snapshots = list_snapshots(card)
    if as_json:
        import json

        typer.echo(json.dumps([{"name": name, "saved": saved.isoformat()} for name, saved in snapshots], indent=2))
        return
    if not snapshots:
        typer.echo(f"{card} has no snapshot; save one: stuntcard snapshot save {card}")
    for name, saved in snapshots:
        typer.echo(f"{name:28} {saved:%Y-%m-%d %H:%M:%S}")


@snapshot_app.command()
def restore(
    card: NameArgument,
    snapshot: Annotated[str | None, typer.Argument(help="Which one; without one, the latest.")] = None,
) -> None:
    """Make a card as it was in a snapshot. What came since is lost.

    Example: stuntcard snapshot restore mine before-the-test
    """
    from stuntcard.store.library import restore_snapshot

    with _told():
        name, aside = restore_snapshot(card, snapshot)
    typer.echo(f"{card} is as it was in {name}")
    if aside is not None:
        typer.echo(f"The damaged file is kept as {aside}; delete it when nobody needs it.", err=True)


@contextmanager
def _told() -> Iterator[None]:
    """Tells what went wrong, and ends with an exit status that says so."""
    from stuntcard.store.errors import CardInUseError, StoreError

    try:
        yield
    except CardInUseError as error:
        _fail(str(error), UNAVAILABLE)
    except StoreError as error:
        _fail(str(error))


def _fail(message: str, status: int = BAD_INPUT) -> NoReturn:
    typer.echo(message, err=True)
    raise typer.Exit(status)


def _ask(question: str, yes: bool) -> None:
    if yes:
        return
    if not sys.stdin.isatty():
        _fail(f"{question} Nobody is there to answer, so nothing was done; say --yes to do it without asking.")
    if not typer.confirm(question):
        _fail("nothing was done", REFUSED)


def _in_a_line(entry: ListedCard) -> str:
    if entry.stored is None:
        return f"can't be used: {entry.problem}"
    dead = ", dead" if entry.stored.content.state.dead else ""
    used = f", in use by {entry.holder.command} (process {entry.holder.pid})" if entry.holder else ""
    profile = entry.stored.profile
    return f"{profile.id:12} {profile.token.serial:16} {entry.stored.durability}{dead}{used}"


def _as_data(entry: ListedCard) -> dict[str, object]:
    from dataclasses import asdict

    stored = entry.stored
    return {
        "name": entry.name,
        "file": str(entry.path),
        "profile": stored.profile.id if stored else None,
        "serial": stored.profile.token.serial if stored else None,
        "durability": stored.durability.value if stored else None,
        "made": stored.made if stored else None,
        "dead": stored.content.state.dead if stored else None,
        "in_use_by": asdict(entry.holder) if entry.holder else None,
        "problem": entry.problem,
    }
