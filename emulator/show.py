"""Prints profiles and cards for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from emulator.control import RunningCard
from emulator.profile.model import Code, Profile, Sourced

_NO_BOUND = "no bound but the memory"


def print_profile(profile: Profile) -> None:
    """A card model: its texts, codes, areas, and where the values come from."""
    console = Console(highlight=False)
    console.print(f"[bold]{profile.name}[/bold] ({profile.id})")
    console.print(profile.about.en)
    for note in profile.notes:
        console.print(f"- {note.text.en} {_provenance(note)}")
    console.print(f"ATR {profile.atr.value}")
    console.print(_codes(profile))
    console.print(_areas(profile))
    for end in profile.ends:
        codes = " and ".join(profile.codes[code].name for code in end.when_blocked)
        console.print(f"When {codes} are blocked at the same time, the {end.part} is lost for good {_provenance(end)}")
    console.print(f"A dead card answers: {profile.dead.answer} {_provenance(profile.dead)}")


def print_status(card: RunningCard) -> None:
    """A running card: where it is, and every code's state and tries."""
    where = f"\n  export PCSCLITE_CSOCK_NAME={card.pcsc_socket}" if card.pcsc_socket is not None else ""
    print_state(card.status, where)


def print_state(status: Mapping[str, Any], also: str = "") -> None:
    """A card's view: every code's state and tries; `also` stands behind the first line."""
    console = Console(highlight=False)
    console.print(f"[bold]{status['profile']}[/bold]: {status['life_cycle']}{escape(also)}", soft_wrap=True)
    table = Table("code", "state", "tries left / set / most", "must be changed")
    for code in status["codes"].values():
        tries = f"{code['tries_left']} / {code['tries_limit']} / {code['tries_max']}"
        table.add_row(code["name"], code["state"], tries, "yes" if code["must_change"] else "no")
    console.print(table)
    for area in status["areas"].values():
        places = _NO_BOUND if area["places"] is None else f"{area['used']} of {area['places']} places used"
        console.print(f"  {area['name']}: {places}")


def _codes(profile: Profile) -> Table:
    table = Table("code", "length", "tries", "holds", "factory value", "set or unblocked by")
    for code in profile.codes.values():
        table.add_row(
            code.name,
            f"{code.length.min} to {code.length.max} {code.characters.set} {_provenance(code.length)}",
            f"{code.tries.limit}, at most {code.tries.max} {_provenance(code.tries)}",
            f"{code.holds.for_} {_provenance(code.holds)}",
            _factory_value(code),
            ", ".join(f"{profile.codes[reset.code].name} {_provenance(reset)}" for reset in code.reset_by) or "nothing",
        )
    return table


def _factory_value(code: Code) -> str:
    if code.factory is None:
        return "not set"
    must = ", must be changed" if code.factory.must_change else ""
    return f"{code.factory.value}{must} {_provenance(code.factory)}"


def _areas(profile: Profile) -> Table:
    table = Table("area", "places", "to make a key", "to use a key")
    for area in profile.areas.values():
        places = _NO_BOUND if area.places is None else f"{area.places.count} {_provenance(area.places)}"
        making = " and ".join(profile.codes[code].name for code in area.create_with) or "not possible"
        table.add_row(area.name, places, making, f"{profile.codes[area.guard].name} {_provenance(area)}")
    return table


def _provenance(block: Sourced) -> str:
    sources = ", ".join(block.source)
    assumed = "assumed" if block.assumed else ""
    return "".join(("\\[", ", ".join(filter(None, (sources, assumed))), "]")) if sources or assumed else ""
