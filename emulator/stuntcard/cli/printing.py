"""Prints profiles and cards for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from stuntcard.control.client import RunningCard
from stuntcard.profile.model import Profile
from stuntcard.words.profile import Section, describe, sourced

_NO_BOUND = "no bound but the memory"


def print_profile(profile: Profile) -> None:
    """A card model: its texts, codes, areas, rules, actors, keys and claims, and where the values come from."""
    console = Console(highlight=False)
    console.print(f"[bold]{escape(profile.name)}[/bold] ({profile.id})")
    console.print(escape(profile.about.en))
    for note in profile.notes:
        console.print(f"- {escape(sourced(note.text.en, note))}")
    console.print(f"ATR {profile.atr.value}")
    for section in describe(profile):
        _print_section(console, section)


def print_status(card: RunningCard) -> None:
    """A running card: where it is, and every code's state and tries."""
    where = f"\n  export PCSCLITE_CSOCK_NAME={card.pcsc_socket}" if card.pcsc_socket is not None else ""
    if not card.status:
        print_empty(card.name, where)
        return
    print_state(card.status, card.name, where)


def print_empty(name: str, also: str = "") -> None:
    """A reader without a card."""
    about = f"[bold]{escape(name)}[/bold]: no card in the reader{escape(also)}"
    Console(highlight=False).print(about, soft_wrap=True)


def print_state(status: Mapping[str, Any], name: str, also: str = "") -> None:
    """A card's view: every code's state and tries; `also` stands behind the first line."""
    console = Console(highlight=False)
    of = "" if name == status["profile"] else f" ({status['profile']})"
    about = f"[bold]{escape(name)}[/bold]{of}: {status['life_cycle']}, serial number {status['serial']}"
    console.print(f"{about}{escape(also)}", soft_wrap=True)
    table = Table("code", "state", "tries left / set / most", "must be changed")
    for code in status["codes"].values():
        tries = f"{code['tries_left']} / {code['tries_limit']} / {code['tries_max']}"
        table.add_row(code["name"], code["state"], tries, "yes" if code["must_change"] else "no")
    console.print(table)
    for area in status["areas"].values():
        of = _NO_BOUND if area["places"] is None else f"{area['used']} of {area['places']} places used"
        taken = f"{area['used']} used, " if area["places"] is None else ""
        console.print(f"  {area['name']}: {taken}{of}")
    if memory := status["memory"]:
        full = ", full" if memory["used"] >= memory["size"] else ""
        console.print(f"  memory: {memory['used']} of {memory['size']} bytes used{full}")


def _print_section(console: Console, section: Section) -> None:
    console.print(f"\n[bold]{_plain(section.title)}[/bold]")
    if section.header:
        table = Table(*map(_plain, section.header))
        for row in section.rows:
            table.add_row(*map(_plain, row))
        console.print(table)
    for line in section.lines:
        console.print(f"- {_plain(line)}")


def _plain(text: str) -> str:
    """A text of the description as the terminal shows it: without Markdown's quotes for code."""
    return escape(text.replace("`", ""))
