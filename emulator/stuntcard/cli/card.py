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
from stuntcard.cli.groups import new_group
from stuntcard.cli.loading import failing_to_read
from stuntcard.cli.options import JsonOption, LanguageOption, StoredCardArgument

if TYPE_CHECKING:
    from stuntcard.card.content import Content
    from stuntcard.messages import Messages
    from stuntcard.store.database import Durability, StoredCard
    from stuntcard.store.library import ListedCard

card_app = new_group("Keep cards on disk; `run card:NAME` and `exec card:NAME` put them into a reader.", mainly="show")
snapshot_app = new_group("Keep a stored card as it stands now, and bring it back.", mainly="list")

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
    language: LanguageOption = "",
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
            fail(_texts(language).text("stored-serial-of-scenario"))
        stored = _in_trouble(scenario, profile, Durability(durability))
    elif profile is not None:
        stored = _from_the_factory(profile, Durability(durability), serial)
    else:
        fail(_texts(language).text("stored-which"))
    with _store_problems(language):
        add_card(name, stored)
    key = "stored-made" if scenario is None else "stored-made-in-trouble"
    typer.echo(_texts(language).text(key, name=name, card=stored.profile.name, scenario=scenario or ""))


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
def list_cards(language: LanguageOption = "", as_json: JsonOption = False) -> None:
    """List the stored cards.

    Example: stuntcard card list
    """
    from stuntcard.store.leftovers import clear_away
    from stuntcard.store.library import list_cards

    with _store_problems(language):
        for path in clear_away():
            typer.echo(_texts(language).text("stored-cleared", path=str(path)), err=True)
        entries = list_cards()
    if as_json:
        typer.echo(json.dumps([_as_data(entry) for entry in entries], indent=2))
        return
    messages = _texts(language)
    if not entries:
        typer.echo(messages.text("stored-none"))
    else:
        columns = ("stored-name", "stored-profile", "stored-serial", "stored-durability")
        typer.echo("{:20} {:12} {:16} {}".format(*map(messages.text, columns)))
    for entry in entries:
        typer.echo(f"{entry.name:20} {_in_a_line(entry, messages)}")


@card_app.command()
def show(
    name: StoredCardArgument,
    unmasked: Annotated[bool, typer.Option("--unmasked", help="Tell the values of its codes too.")] = False,
    language: LanguageOption = "",
    as_json: JsonOption = False,
) -> None:
    """Show a stored card: every code's state and tries, areas and keys. It may run meanwhile.

    Example: stuntcard card show mine
    """
    from stuntcard.card.view import view
    from stuntcard.store.library import read_card, user_of_card

    with _store_problems(language):
        stored, user = read_card(name), user_of_card(name)
    seen = asdict(view(stored.profile, stored.content))
    if as_json:
        about: dict[str, object] = {
            "name": name,
            "durability": stored.durability,
            "made": stored.made,
            "in_use_by": asdict(user) if user else None,
        }
        if unmasked:
            about["values"] = _values(stored.content)
        typer.echo(json.dumps({**about, **seen}, indent=2, ensure_ascii=False))
        return
    from stuntcard.cli.printing import print_state

    messages = _texts(language)
    also = [messages.text("stored-about", name=name, durability=stored.durability, made=stored.made)]
    if user:
        also.append(messages.text("stored-used", program=user.command, process=user.pid))
    print_state(seen, str(seen["profile"]), messages, "".join(f"\n{line}" for line in also))
    if not unmasked:
        typer.echo(messages.text("stored-values-hidden", name=name))
        return
    typer.echo(messages.text("stored-values"))
    for code, value in _values(stored.content).items():
        typer.echo(f"  {messages.of(stored.profile.codes[code].name)}: {value}")


@card_app.command()
def copy(name: StoredCardArgument, to: NewNameArgument, language: LanguageOption = "") -> None:
    """Make a second card that is as this one stands now. It may run meanwhile.

    Example: stuntcard card copy mine mine-2
    """
    from stuntcard.store.library import copy_card

    with _store_problems(language):
        copy_card(name, to)
    typer.echo(_texts(language).text("stored-copied", to=to, name=name))


@card_app.command("export")
def export(
    name: StoredCardArgument,
    file: Annotated[Path, typer.Argument(help="A new file; it must not be there yet.", metavar="FILE")],
    language: LanguageOption = "",
) -> None:
    """Write a card to one JSON file, codes and private keys included. It may run meanwhile.

    Example: stuntcard card export mine mine.json
    """
    from stuntcard.store.library import read_card
    from stuntcard.store.portable import export_card

    with _store_problems(language):
        export_card(read_card(name), file)
    typer.echo(_texts(language).text("stored-exported", name=name, file=str(file)))
    typer.echo(_texts(language).text("stored-export-warning", file=str(file)), err=True)


@card_app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="A file that `stuntcard card export` wrote.", metavar="FILE")],
    name: NewNameArgument,
    language: LanguageOption = "",
) -> None:
    """Keep the card of an exported file under a new name.

    Example: stuntcard card import mine.json mine
    """
    from stuntcard.store.library import add_card
    from stuntcard.store.portable import import_card

    with _store_problems(language):
        stored = import_card(file)
        add_card(name, stored)
    typer.echo(_texts(language).text("stored-imported", name=name, card=stored.profile.name, file=str(file)))


@card_app.command()
def reset(name: StoredCardArgument, yes: YesOption = False, language: LanguageOption = "") -> None:
    """Make a card as it left the factory: its keys, files and codes are lost. Snapshots stay.

    Example: stuntcard card reset mine --yes
    """
    from stuntcard.store.library import read_card, reset_card

    with _store_problems(language):
        read_card(name)
    messages = _texts(language)
    _ask(messages.text("stored-ask-reset", name=name), yes, messages)
    with _store_problems(language):
        reset_card(name)
    typer.echo(messages.text("stored-reset", name=name))


@card_app.command()
def delete(name: StoredCardArgument, yes: YesOption = False, language: LanguageOption = "") -> None:
    """Delete a card and its snapshots.

    Example: stuntcard card delete mine --yes
    """
    from stuntcard.store.library import delete_card, list_snapshots

    with _store_problems(language):
        count = len(list_snapshots(name))
    messages = _texts(language)
    if count:
        question = messages.counted("stored-ask-delete-with", count, name=name)
    else:
        question = messages.text("stored-ask-delete", name=name)
    _ask(question, yes, messages)
    with _store_problems(language):
        delete_card(name)
    typer.echo(messages.text("stored-deleted", name=name))


@snapshot_app.command()
def save(
    card: StoredCardArgument,
    snapshot: Annotated[str | None, typer.Argument(help="The snapshot's name; without one, the time.")] = None,
    language: LanguageOption = "",
) -> None:
    """Keep a card as it stands now. It may run meanwhile.

    Example: stuntcard snapshot save mine before-the-test
    """
    from stuntcard.store.library import save_snapshot

    with _store_problems(language):
        name = save_snapshot(card, snapshot)
    typer.echo(_texts(language).text("snapshot-saved", snapshot=name, card=card))


@snapshot_app.command("list")
def list_snapshots(card: StoredCardArgument, language: LanguageOption = "", as_json: JsonOption = False) -> None:
    """List a card's snapshots, the oldest first.

    Example: stuntcard snapshot list mine
    """
    from stuntcard.store.library import list_snapshots

    with _store_problems(language):
        snapshots = list_snapshots(card)
    if as_json:
        typer.echo(json.dumps([{"name": name, "saved": saved.isoformat()} for name, saved in snapshots], indent=2))
        return
    if not snapshots:
        typer.echo(_texts(language).text("snapshot-none", card=card))
    for name, saved in snapshots:
        typer.echo(f"{name:28} {saved:%Y-%m-%d %H:%M:%S}")


@snapshot_app.command()
def restore(
    card: StoredCardArgument,
    snapshot: Annotated[str | None, typer.Argument(help="Which one; without one, the latest.")] = None,
    yes: YesOption = False,
    language: LanguageOption = "",
) -> None:
    """Make a card as it was in a snapshot. What came since is lost.

    Example: stuntcard snapshot restore mine before-the-test
    """
    from stuntcard.store.library import list_snapshots, restore_snapshot

    with _store_problems(language):
        known = [name for name, _ in list_snapshots(card)]
    messages = _texts(language)
    if known and snapshot in (None, *known):  # else there is nothing to lose, and it is said why
        key = "snapshot-ask" if snapshot is not None else "snapshot-ask-latest"
        _ask(messages.text(key, card=card, snapshot=snapshot or ""), yes, messages)
    with _store_problems(language):
        name, aside = restore_snapshot(card, snapshot)
    typer.echo(messages.text("snapshot-restored", card=card, snapshot=name))
    if aside is not None:
        typer.echo(messages.text("snapshot-aside", path=str(aside)), err=True)


@contextmanager
def _store_problems(language: str) -> Iterator[None]:
    """Ends the command when the store can't do it."""
    from stuntcard.store.errors import CardInUseError, StoreError

    with failing(StoreError, language=language), failing(CardInUseError, code=ExitCode.UNAVAILABLE, language=language):
        yield


def _texts(language: str) -> Messages:
    from stuntcard.messages import messages_in

    return messages_in(language)


def _ask(question: str, yes: bool, messages: Messages) -> None:
    if yes:
        return
    if not sys.stdin.isatty():
        fail(messages.text("ask-nobody", question=question))
    if not typer.confirm(question):
        fail(messages.text("ask-nothing-done"), ExitCode.REFUSED)


def _values(content: Content) -> dict[str, str]:
    return {code: value.decode(errors="backslashreplace") for code, value in content.values.items()}


def _in_a_line(entry: ListedCard, messages: Messages) -> str:
    if entry.stored is None:
        return messages.text("stored-unusable", problem=str(entry.problem))
    profile = entry.stored.profile
    said = [f"{profile.id:12} {profile.token.serial:16} {entry.stored.durability}"]
    if entry.stored.content.state.dead:
        said.append(messages.text("stored-dead"))
    if entry.user:
        said.append(messages.text("stored-used", program=entry.user.command, process=entry.user.pid))
    return ", ".join(said)


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
