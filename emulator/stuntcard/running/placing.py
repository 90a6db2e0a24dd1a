"""Puts a card into a slot, with what records it and what its faults come from in between."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stuntcard.card.card import Card
from stuntcard.faults.injector import FaultInjector
from stuntcard.profile.model import Profile
from stuntcard.readers.slot import CardInterface, Slot
from stuntcard.readers.slot_control import SlotControl
from stuntcard.running.choices import RunOptions, TraceChoice

if TYPE_CHECKING:
    from stuntcard.faults.rules import Faults
    from stuntcard.trace.record import Recorder


@dataclass(slots=True)
class PlacedCard:
    """A card on its way into a reader, with whatever may happen to it there."""

    injector: FaultInjector
    slot_control: SlotControl
    outermost: CardInterface
    """What the reader sees of it: the card with all of that before it."""

    @property
    def slot(self) -> Slot:
        """Where the card lies."""
        return self.slot_control.slot

    @property
    def faults(self) -> Faults:
        """What may strike the card."""
        return self.injector.faults()

    def belong_to(self, slot_control: SlotControl) -> None:
        """Another reader is the one that faults move it in and out of, from now on."""
        self.injector.lie_in(slot_control)
        self.slot_control = slot_control

    def let_go(self) -> None:
        """Ends what a fault keeps waiting, or would put back later."""
        self.injector.let_go()


@contextmanager
def placed(card: Card, options: RunOptions, slot_control: SlotControl | None = None) -> Iterator[PlacedCard]:
    """The card in a slot, which is a new one if none is given: behind it what records it, then its faults."""
    slot_control = slot_control or SlotControl(Slot())
    injector = FaultInjector(card, slot_control, options.faults)
    with _recorded(injector, card.profile, options.trace) as seen:
        outermost = _heard(seen, injector, options.recorder)
        slot_control.insert(outermost)
        yield PlacedCard(injector, slot_control, outermost)


@contextmanager
def _recorded(card: FaultInjector, profile: Profile, trace: TraceChoice | None) -> Iterator[CardInterface]:
    """The card, or what records it to a file."""
    if trace is None:
        yield card
        return
    from stuntcard.trace.events import TraceHeader
    from stuntcard.trace.record import RecordingCard, TraceFile, now

    header = TraceHeader(profile.id, card.atr, now(), not trace.unmasked, code_names(profile))
    with TraceFile(trace.path, header) as file:
        yield RecordingCard(card, file, card.struck)


def _heard(card: CardInterface, injector: FaultInjector, recorder: Recorder | None) -> CardInterface:
    """The card, or what tells the recorder all that is said."""
    if recorder is None:
        return card
    from stuntcard.trace.record import RecordingCard

    return RecordingCard(card, recorder, injector.struck)


def code_names(profile: Profile) -> dict[int, str]:
    """The names of codes by the references that commands give."""
    return {reference: code.name.en for code in profile.codes_on_chip.values() for reference in code.references}
