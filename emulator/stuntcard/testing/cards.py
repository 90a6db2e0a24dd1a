"""Gives cards to tests, and takes them away."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from stuntcard.running.desk import desk_laid, served_to_pcsc
from stuntcard.running.making import ReaderOnDesk, reader_made
from stuntcard.running.plan import ReaderPlan, plan_of, with_names
from stuntcard.testing.card import EmulatedCard, Fault, checked
from stuntcard.testing.desk import CardOnDesk, EmulatedDesk
from stuntcard.testing.session import Session
from stuntcard.words.faults import struck_line


class FaultNeverStruckWarning(UserWarning):
    """A fault that was still set at a test's end, and never struck: what it should have shown was not tested."""


class Stuntcard:
    """Gives emulated cards, as many as are asked for, and takes them away at its end."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self.cards: list[EmulatedCard] = []
        """All that were given."""

    def __enter__(self) -> Stuntcard:
        return self

    def __repr__(self) -> str:
        return f"<Stuntcard with {', '.join(card.name for card in self.cards) or 'no card yet'}>"

    def write_traces(self, folder: Path, name: str) -> None:
        """Writes what was said to each card to a file of this name and the card's own. Raises OSError."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for number, card in enumerate(self.cards):
            if card.trace:
                again = "" if card.name not in [one.name for one in self.cards[:number]] else f"-{number}"
                card.trace(folder / f"{name}-{card.name}{again}.trace")

    def __exit__(self, *_: object) -> None:
        never = [(card, fault) for card in self.cards for fault in card.faults if not fault.struck]
        self._stack.close()
        for card, fault in never:
            warnings.warn(f"{card.name}: {struck_line(fault)}", FaultNeverStruckWarning, stacklevel=2)

    def __call__(
        self,
        profile: str | None = None,
        *,
        scenario: str | None = None,
        faults: Sequence[Fault] = (),
        applet: str | None = None,
        pinpad: bool = False,
        keys: Sequence[str] = (),
    ) -> EmulatedCard:
        """A card in a reader of its own.

        `profile`: an id such as "proid-q", or a YAML file's path; `scenario`: a name or a path. One of both has to be
        given. `applet`, `pinpad`, `keys`: as for CardOnDesk. Raises ScenarioRefusedError, ProfileError,
        ScenarioFileError, FaultError, AppletChoiceError, PlanError for keys that are none, or OSError when there is no
        such profile, or no socket can be had.
        """
        if profile is None and scenario is None:
            raise TypeError("which card? Give a profile's id, such as 'proid-q', or scenario=NAME")
        card = CardOnDesk(profile, scenario=scenario, faults=faults, applet=applet, pinpad=pinpad, keys=keys)
        return self._laid([card.plan()]).cards[0]

    def desk(self, *cards: str | CardOnDesk, file: str | Path | None = None) -> EmulatedDesk:
        """Several readers before the same programs: those of a desk's file, if one is given, and these.

        Each of `cards` is what `stuntcard exec` takes ("proid-q", "anna=tokenme", "card:mine", "empty"), or a
        CardOnDesk. Raises what a card alone does, DeskFileError, PlanError, or ValueError for two of one name.
        """
        planned = [*_read(file)] if file is not None else []
        planned += [plan_of(card) if isinstance(card, str) else card.plan() for card in cards]
        return self._laid(with_names(planned))

    def _laid(self, plans: Sequence[ReaderPlan]) -> EmulatedDesk:
        made: list[ReaderOnDesk] = []
        sessions: list[Session] = []
        for plan in plans:
            names = [one.name for one in made]
            one = self._stack.enter_context(reader_made(replace(plan, faults=()), names))
            sessions.append(Session(one.scenario.exchanges if one.scenario is not None else None))
            rules = tuple(checked(fault, one.card.profile) for fault in plan.faults) if one.card is not None else ()
            options = replace(one.options, faults=(*one.options.faults, *rules), recorder=sessions[-1])
            made.append(replace(one, options=options))
        desk = self._stack.enter_context(desk_laid(made))
        self._stack.enter_context(served_to_pcsc(desk))
        self._stack.callback(desk.let_go)
        cards = [
            EmulatedCard(reader, desk.socket, session, one)
            for reader, session, one in zip(desk.readers, sessions, made, strict=True)
        ]
        self.cards += cards
        return EmulatedDesk(cards, desk.socket)


def _read(file: str | Path) -> tuple[ReaderPlan, ...]:
    from stuntcard.running.desk_file import read_desk

    return read_desk(Path(file))
