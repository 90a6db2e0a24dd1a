"""Prints profiles and cards for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from stuntcard.card.view import ALIVE, DEAD
from stuntcard.control.client import RunningCard
from stuntcard.messages import Messages
from stuntcard.profile.model import CodeStatus, Profile
from stuntcard.words.profile import describe
from stuntcard.words.sections import Section, sourced

_STATES = {
    CodeStatus.NOT_SET: "stands-not-set",
    CodeStatus.SET: "stands-set",
    CodeStatus.BLOCKED: "stands-blocked",
}
_LIVES = {ALIVE: "stands-operational", DEAD: "stands-dead"}


def print_profile(profile: Profile, messages: Messages) -> None:
    """A card model: its texts, codes, areas, rules, actors, keys and claims, and where the values come from."""
    console = Console(highlight=False)
    console.print(f"[bold]{escape(profile.name)}[/bold] ({profile.id})")
    console.print(escape(messages.of(profile.about)))
    for note in profile.notes:
        console.print(f"- {escape(sourced(messages.of(note.text), messages, note))}")
    console.print(f"ATR {profile.atr.value}")
    for section in describe(profile, messages):
        _print_section(console, section)


def print_status(card: RunningCard, messages: Messages) -> None:
    """A running card: where it is, and every code's state and tries."""
    where = f"\n  export PCSCLITE_CSOCK_NAME={card.pcsc_socket}" if card.pcsc_socket is not None else ""
    if not card.status:
        print_empty(card.name, messages, where)
        return
    print_state(card.status, card.name, messages, where)


def print_empty(name: str, messages: Messages, also: str = "") -> None:
    """A reader without a card."""
    about = messages.text("stands-empty", reader=f"[bold]{escape(name)}[/bold]")
    Console(highlight=False).print(f"{about}{escape(also)}", soft_wrap=True)


def print_state(status: Mapping[str, Any], name: str, messages: Messages, also: str = "") -> None:
    """A card's view: every code's state and tries; `also` stands behind the first line."""
    console = Console(highlight=False)
    of = "" if name == status["profile"] else f" ({status['profile']})"
    life = messages.text(_LIVES[status["life_cycle"]])
    card = f"[bold]{escape(name)}[/bold]{of}"
    about = messages.text("stands", card=card, life=life, serial=status["serial"])
    console.print(f"{about}{escape(also)}", soft_wrap=True)
    columns = ("stands-code", "stands-state", "stands-tries", "stands-must-change")
    table = Table(*(messages.text(column) for column in columns))
    for code in status["codes"].values():
        tries = f"{code['tries_left']} / {code['tries_limit']} / {code['tries_max']}"
        must_change = messages.text("show-yes" if code["must_change"] else "show-no")
        table.add_row(_name(code, messages), messages.text(_STATES[CodeStatus(code["state"])]), tries, must_change)
    console.print(table)
    for line in _room(status, messages):
        console.print(f"  {line}")


def _room(status: Mapping[str, Any], messages: Messages) -> Iterator[str]:
    """How much of the areas and of the memory is taken."""
    for area in status["areas"].values():
        key = "stands-used" if area["places"] is None else "stands-places"
        yield messages.text(key, area=_name(area, messages), used=area["used"], places=area["places"])
    if memory := status["memory"]:
        key = "stands-memory-full" if memory["used"] >= memory["size"] else "stands-memory"
        yield messages.text(key, used=memory["used"], size=memory["size"])


def _name(seen: Mapping[str, Any], messages: Messages) -> str:
    name: str = seen.get("names", {}).get(messages.language, seen["name"])
    return name


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
