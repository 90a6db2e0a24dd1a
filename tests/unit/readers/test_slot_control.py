"""A card and a reader moved, now or later."""

from __future__ import annotations

import threading

from stuntcard.card.card import Card
from stuntcard.readers.slot import Slot
from stuntcard.readers.slot_control import SlotControl

from tests.unit.card.cards import Client, new_card

PATIENCE = 60


def in_its_reader() -> tuple[Card, SlotControl]:
    """A card that was put in."""
    card, slot_control = new_card(), SlotControl(Slot())
    slot_control.insert(card)
    return card, slot_control


class Watcher:
    """Tells when a slot changes."""

    def __init__(self, slot: Slot) -> None:
        self._changed = threading.Condition()
        self._slot = slot
        slot.on_change(self._note)

    def _note(self) -> None:
        with self._changed:
            self._changed.notify_all()

    def sees(self, card_there: bool) -> bool:
        with self._changed:
            return self._changed.wait_for(lambda: (self._slot.card is not None) is card_there, PATIENCE)


def test_in_and_out_and_in_again() -> None:
    card, slot_control = new_card(), SlotControl(Slot())
    assert not slot_control.insert(), "there is no card yet"
    assert slot_control.insert(card)
    assert slot_control.slot.card is card
    assert not slot_control.insert(), "it lies there already"
    assert slot_control.remove()
    assert slot_control.slot.card is None
    assert not slot_control.remove()
    assert slot_control.insert()
    assert slot_control.slot.card is card


def test_a_card_taken_out_forgets_the_codes_given() -> None:
    card, slot_control = in_its_reader()
    Client(card).verify(1)
    assert card.state.verified == {"pin"}
    slot_control.remove()
    assert card.state.verified == frozenset()


def test_back_after_a_while() -> None:
    _, slot_control = in_its_reader()
    watcher = Watcher(slot_control.slot)
    slot_control.remove(back_after=0.01)
    assert watcher.sees(card_there=True)
    slot_control.unplug(back_after=0.01)
    assert watcher.sees(card_there=True)
    assert slot_control.slot.plugged


def test_what_is_done_meanwhile_takes_the_place_of_what_was_to_come() -> None:
    _, slot_control = in_its_reader()
    slot_control.remove(back_after=3600)
    slot_control.remove()
    slot_control.unplug(back_after=3600)
    slot_control.plug()
    slot_control.remove(back_after=3600)
    slot_control.rest()
    timers = [thread for thread in threading.enumerate() if isinstance(thread, threading.Timer)]
    for timer in timers:
        timer.join(PATIENCE)
    assert not any(timer.is_alive() for timer in timers)
    assert slot_control.slot.card is None


def test_a_card_in_an_unplugged_reader_can_not_be_reached_and_has_no_power() -> None:
    card, slot_control = in_its_reader()
    Client(card).verify(1)
    slot_control.unplug()
    assert (slot_control.card_in, slot_control.slot.card, slot_control.slot.plugged) == (True, None, False)
    assert card.state.verified == frozenset()
    slot_control.plug()
    assert slot_control.slot.card is card


def test_a_card_may_be_changed_for_another_while_the_reader_is_unplugged() -> None:
    _, slot_control = in_its_reader()
    slot_control.unplug()
    slot_control.remove()
    other = new_card()
    slot_control.insert(other)
    assert slot_control.slot.card is None
    slot_control.plug()
    assert slot_control.slot.card is other


def test_a_reset_ends_the_session() -> None:
    card, slot_control = in_its_reader()
    Client(card).verify(1)
    slot_control.reset()
    assert card.state.verified == frozenset()
    assert slot_control.slot.resets == 1
