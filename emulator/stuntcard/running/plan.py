"""What shall be on a desk: readers, each with a card or empty, and what happens to them. Nothing of it is made yet."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from stuntcard.running.choices import TraceChoice

STORED = "card:"
"""What stands before a stored card's name where a profile's id could stand, too."""
EMPTY = "empty"
"""What stands in a card's place for a reader without one."""
READERS_MAX = 16
"""So many readers clients of pcsc-lite see at most."""
NAME = r"[A-Za-z0-9][A-Za-z0-9._-]{0,31}"
"""What somebody may call a card."""


class PlanError(ValueError):
    """Things that don't go together in one reader; says which, and what to do."""


@dataclass(frozen=True, slots=True)
class ReaderPlan:
    """What shall be in one reader."""

    card: str | None = None
    """A profile's id or its file's path, `card:NAME`, or `empty`; None: the scenario's own card."""
    name: str | None = None
    """What it is called while it runs; None: by its profile's id, once that is known."""
    named: bool = False
    """Whether somebody chose this name; then the reader's own has it too."""
    scenario: str | None = None
    applet: str | None = None
    serial: str | None = None
    faults: tuple[str | Mapping[str, str | int | float], ...] = ()
    trace: TraceChoice | None = None
    state_out: Path | None = None
    keep: str | None = None
    """The name under which the card is kept from the start, as a stored one."""
    pinpad: bool = False
    keys: Path | Sequence[str] | None = None
    """What is typed at the PIN pad by itself, a line each time: as it stands, or in a private file; `-` for the
    standard input."""
    beside: int = 0
    """So many fresh cards of the same profile stand before it; it has another serial number than they."""
    reader_name: str | None = None
    """What PC/SC programs call the reader, if that shall have nothing to do with the card's name."""


def plan_of(word: str) -> ReaderPlan:
    """The plan in a word: a card, or `NAME=CARD`."""
    name, equals, card = word.partition("=")
    if equals and re.fullmatch(NAME, name):
        return ReaderPlan(card, name, named=True)
    return ReaderPlan(word)


def with_names(plans: Sequence[ReaderPlan]) -> tuple[ReaderPlan, ...]:
    """The plans, each with a name of its own where its card has one: proid-q, and for the second such proid-q-2.

    They are counted, too, so that fresh cards of one profile have serial numbers of their own.

    Raises ValueError where two were given the same name.
    """
    chosen = [plan.name for plan in plans if plan.name is not None]
    twice = sorted({name for name in chosen if chosen.count(name) > 1})
    if twice:
        raise ValueError(f"two cards are called {twice[0]}; give each a name of its own")
    taken, done = set(chosen), list[ReaderPlan]()
    for plan in plans:
        name = plan.name
        if name is None and plan.card is not None:
            name = unique_name(_own_name(plan.card), taken)
            taken.add(name)
        beside = sum(1 for one in done if plan.card is not None and one.card == plan.card)
        done.append(replace(plan, name=name, beside=beside))
    return tuple(done)


def unique_name(name: str, taken: Collection[str]) -> str:
    """This name, or with the first number behind it that makes it one of its own."""
    found, number = name, 1
    while found in taken:
        number += 1
        found = f"{name}-{number}"
    return found


def _own_name(card: str) -> str:
    """What a card is called: a stored one by its own name, one of a profile by that."""
    name = card.removeprefix(STORED)
    if name == card and Path(card).suffix in {".yaml", ".yml"}:
        name = Path(card).stem
    # Patterns take their time to be compiled, and most names need none.
    plain = name.replace("-", "").isalnum() and name.isascii()
    return (name if plain else re.sub(r"[^A-Za-z0-9._-]|^[^A-Za-z0-9]", "_", name))[:32] or "_"
