"""The commands `card` and `snapshot`: cards that last."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from stuntcard.cli.completion import complete_profile, complete_scenario
from stuntcard.cli.exit import ExitCode, fail, failing
from stuntcard.cli.loading import failing_to_read
from stuntcard.cli.options import JsonOption, StoredCardArgument

if TYPE_CHECKING:
    from stuntcard.store.database import Durability, StoredCard
    from stuntcard.store.library import ListedCard

card_app = typer.Typer(
    no_args_is_help=True, help="Keep cards on disk; `run card:NAME` and `exec card:NAME` put them into a reader."
)
snapshot_app = typer.Typer(no_args_is_help=True, help="Keep a stored card as it stands now, and bring it back.")

OptionalProfileArgument = Annotated[
    str | None,
    typer.Argument(
        help="A profile's id (see `stuntcard list`), or a YAML file's path; not needed with --scenario.",
        autocompletion=complete_profile,
    ),
]
ScenarioOption = Annotated[
    str | None,
    typer.Option(
        help="A card in this trouble; see `stuntcard scenario list`.", metavar="NAME", autocompletion=complete_scenario
    ),
]
NewNameArgument = Annotated[str, typer.Argument(help="The new card's name: letters, digits, - and _.")]
YesOption = Annotated[bool, typer.Option("--yes", help="Don't ask.")]


def add_to(app: typer.Typer) -> None:
    """Adds the commands to the others."""
    app.add_typer(card_app, name="card")
    app.add_typer(snapshot_app, name="snapshot")


@card_app.command()
def new(
    name: NewNameArgument,
    profile: OptionalProfileArgument = None,
    scenario: ScenarioOption = None,
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
    """Make a card of a profile, as it leaves the factory, or one in a scenario's trouble, and keep it.

    Example: stuntcard card new mine proid-q
    """
    from stuntcard.store.database import Durability
    from stuntcard.store.library import add_card

    if durability not in set(Durability):
        fail(f"--durability {durability}: expected full or fast")
    if scenario is not None:
        if serial is not None:
            fail("--serial is for a card as it leaves the factory; one of a scenario has its own")
        stored = _in_trouble(scenario, profile, Durability(durability))
    elif profile is not None:
        stored = _from_the_factory(profile, Durability(durability), serial)
    else:
        fail("Which card? Give a profile (see `stuntcard list`), or --scenario NAME.")
    with _store_problems():
        add_card(name, stored)
    trouble = f" in the trouble of {scenario}" if scenario is not None else ""
    typer.echo(f"{name}: a new {stored.profile.name}{trouble}. Put it into a reader: stuntcard run card:{name}")


def _from_the_factory(profile: str, durability: Durability, serial: str | None) -> StoredCard:
    from stuntcard.profile.load import profile_path, read_profile_text
    from stuntcard.profile.serial import SerialError
    from stuntcard.store.library import factory_card

    with failing_to_read(profile, "; see `stuntcard list`"), failing(SerialError, prefix="--serial "):
        path = profile_path(profile)
        return factory_card(read_profile_text(path), str(path), durability, serial)


def _in_trouble(scenario: str, profile: str | None, durability: Durability) -> StoredCard:
    """The card of a scenario; what would strike it there is no part of it."""
    from stuntcard.cli.loading import scenario_refusals
    from stuntcard.profile.load import read_profile_text
    from stuntcard.running.scenarios import profile_meant, ready_scenario
    from stuntcard.store.database import StoredCard, now

    with scenario_refusals():
        ready = ready_scenario(scenario, profile_meant(profile))
    with failing_to_read(ready.named.scenario.profile):
        text = read_profile_text(ready.named.profile_file)
    return StoredCard(text, ready.named.profile, ready.built.card.content, durability, now())


@card_app.command("list")
def list_cards(as_json: JsonOption = False) -> None:
    """List the stored cards.

    Example: stuntcard card list
    """
    from stuntcard.store.leftovers import clear_away
    from stuntcard.store.library import list_cards

    with _store_problems():
        for path in clear_away():
            typer.echo(f"{path}: a program that was killed had left it, half-made; it was cleared away.", err=True)
        entries = list_cards()
    if as_json:
        typer.echo(json.dumps([_as_data(entry) for entry in entries], indent=2))
        return
    if not entries:
        typer.echo("there is no stored card; make one: stuntcard card new mine proid-q")
    else:
        typer.echo(f"{'NAME':20} {'PROFILE':12} {'SERIAL NUMBER':16} DURABILITY")
    for entry in entries:
        typer.echo(f"{entry.name:20} {_in_a_line(entry)}")


@card_app.command()
def show(name: StoredCardArgument, as_json: JsonOption = False) -> None:
    """Show a stored card: every code's state and tries, areas and keys. It may run meanwhile.

    Example: stuntcard card show mine
    """
    from stuntcard.card.view import view
    from stuntcard.store.library import read_card, user_of_card

    with _store_problems():
        stored, user = read_card(name), user_of_card(name)
    seen = asdict(view(stored.profile, stored.content))
    if as_json:
        about = {
            "name": name,
            "durability": stored.durability,
            "made": stored.made,
            "in_use_by": asdict(user) if user else None,
        }
        typer.echo(json.dumps({**about, **seen}, indent=2, ensure_ascii=False))
        return
    from stuntcard.cli.printing import print_state
    from stuntcard.messages import Messages
    from stuntcard.profile.model import Language

    used = f"\nin use by {user.command} (process {user.pid})" if user else ""
    print_state(
        seen,
        str(seen["profile"]),
        Messages(Language.ENGLISH),
        f"\nstored as {name}, durability {stored.durability}, made {stored.made}{used}",
    )


@card_app.command()
def copy(name: StoredCardArgument, to: NewNameArgument) -> None:
    """Make a second card that is as this one stands now. It may run meanwhile.

    Example: stuntcard card copy mine mine-2
    """
    from stuntcard.store.library import copy_card

    with _store_problems():
        copy_card(name, to)
    typer.echo(f"{to}: a copy of {name}")


@card_app.command("export")
def export(
    name: StoredCardArgument,
    file: Annotated[Path, typer.Argument(help="A new file; it must not be there yet.", metavar="FILE")],
) -> None:
    """Write a card to one JSON file, codes and private keys included. It may run meanwhile.

    Example: stuntcard card export mine mine.json
    """
    from stuntcard.store.library import read_card
    from stuntcard.store.portable import export_card

    with _store_problems():
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

    with _store_problems():
        stored = import_card(file)
        add_card(name, stored)
    typer.echo(f"{name}: the {stored.profile.name} of {file}")


@card_app.command()
def reset(name: StoredCardArgument, yes: YesOption = False) -> None:
    """Make a card as it left the factory: its keys, files and codes are lost. Snapshots stay.

    Example: stuntcard card reset mine --yes
    """
    from stuntcard.store.library import read_card, reset_card

    with _store_problems():
        read_card(name)
    _ask(f"Make {name} as it left the factory, and lose its keys, files and codes?", yes)
    with _store_problems():
        reset_card(name)
    typer.echo(f"{name} is as it left the factory")


@card_app.command()
def delete(name: StoredCardArgument, yes: YesOption = False) -> None:
    """Delete a card and its snapshots.

    Example: stuntcard card delete mine --yes
    """
    from stuntcard.store.library import delete_card, list_snapshots

    with _store_problems():
        count = len(list_snapshots(name))
    _ask(f"Delete {name} and its {count} snapshots?" if count else f"Delete {name}?", yes)
    with _store_problems():
        delete_card(name)
    typer.echo(f"{name} is deleted")


@snapshot_app.command()
def save(
    card: StoredCardArgument,
    snapshot: Annotated[str | None, typer.Argument(help="The snapshot's name; without one, the time.")] = None,
) -> None:
    """Keep a card as it stands now. It may run meanwhile.

    Example: stuntcard snapshot save mine before-the-test
    """
    from stuntcard.store.library import save_snapshot

    with _store_problems():
        name = save_snapshot(card, snapshot)
    typer.echo(f"{name}: a snapshot of {card}. Bring it back: stuntcard snapshot restore {card} {name}")


@snapshot_app.command("list")
def list_snapshots(card: StoredCardArgument, as_json: JsonOption = False) -> None:
    """List a card's snapshots, the oldest first.

    Example: stuntcard snapshot list mine
    """
    from stuntcard.store.library import list_snapshots

    with _store_problems():
        snapshots = list_snapshots(card)
    if as_json:
        typer.echo(json.dumps([{"name": name, "saved": saved.isoformat()} for name, saved in snapshots], indent=2))
        return
    if not snapshots:
        typer.echo(f"{card} has no snapshot; save one: stuntcard snapshot save {card}")
    for name, saved in snapshots:
        typer.echo(f"{name:28} {saved:%Y-%m-%d %H:%M:%S}")


@snapshot_app.command()
def restore(
    card: StoredCardArgument,
    snapshot: Annotated[str | None, typer.Argument(help="Which one; without one, the latest.")] = None,
    yes: YesOption = False,
) -> None:
    """Make a card as it was in a snapshot. What came since is lost.

    Example: stuntcard snapshot restore mine before-the-test
    """
    from stuntcard.store.library import list_snapshots, restore_snapshot

    with _store_problems():
        known = [name for name, _ in list_snapshots(card)]
    if known and snapshot in (None, *known):  # else there is nothing to lose, and it is said why
        _ask(f"Make {card} as it was in {snapshot or 'its latest snapshot'}? What came since is lost.", yes)
    with _store_problems():
        name, aside = restore_snapshot(card, snapshot)
    typer.echo(f"{card} is as it was in {name}")
    if aside is not None:
        typer.echo(f"The damaged file is kept as {aside}; delete it when nobody needs it.", err=True)


@contextmanager
def _store_problems() -> Iterator[None]:
    """Ends the command when the store can't do it."""
    from stuntcard.store.errors import CardInUseError, StoreError

    with failing(StoreError), failing(CardInUseError, code=ExitCode.UNAVAILABLE):
        yield


def _ask(question: str, yes: bool) -> None:
    if yes:
        return
    if not sys.stdin.isatty():
        fail(f"{question} Nobody is there to answer, so nothing was done; say --yes to do it without asking.")
    if not typer.confirm(question):
        fail("nothing was done", ExitCode.REFUSED)


def _in_a_line(entry: ListedCard) -> str:
    if entry.stored is None:
        return f"can't be used: {entry.problem}"
    dead = ", dead" if entry.stored.content.state.dead else ""
    used = f", in use by {entry.user.command} (process {entry.user.pid})" if entry.user else ""
    profile = entry.stored.profile
    return f"{profile.id:12} {profile.token.serial:16} {entry.stored.durability}{dead}{used}"


def _as_data(entry: ListedCard) -> dict[str, object]:
    stored = entry.stored
    return {
        "name": entry.name,
        "file": str(entry.path),
        "profile": stored.profile.id if stored else None,
        "serial": stored.profile.token.serial if stored else None,
        "durability": stored.durability.value if stored else None,
        "made": stored.made if stored else None,
        "dead": stored.content.state.dead if stored else None,
        "in_use_by": asdict(entry.user) if entry.user else None,
        "problem": entry.problem,
    }
