"""The hand that moves a card and a reader, now or later."""

from __future__ import annotations

import threading

from stuntcard.readers.slot import Slot
from stuntcard.readers.slot_control import Hand

from tests.unit.card.cards import Client, new_card

PATIENCE = 30


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
    card, hand = new_card(), Hand(Slot())
    assert not hand.insert(), "there is no card yet"
    assert hand.insert(card)
    assert hand.slot.card is card
    assert not hand.insert(), "it lies there already"
    assert hand.remove()
    assert hand.slot.card is None
    assert not hand.remove()
    assert hand.insert()
    assert hand.slot.card is card


def test_a_card_taken_out_forgets_the_codes_given() -> None:
    card, hand = new_card(), Hand(Slot())
    hand.insert(card)
    Client(card).verify(1)
    assert card.state.verified == {"pin"}
    hand.remove()
    assert card.state.verified == frozenset()


def test_back_after_a_while() -> None:
    card, hand = new_card(), Hand(Slot())
    hand.insert(card)
    watcher = Watcher(hand.slot)
    hand.remove(back_after=0.01)
    assert watcher.sees(card_there=True)
    hand.unplug(back_after=0.01)
    assert watcher.sees(card_there=True)
    assert hand.slot.plugged


def test_what_is_done_meanwhile_takes_the_place_of_what_was_to_come() -> None:
    card, hand = new_card(), Hand(Slot())
    hand.insert(card)
    hand.remove(back_after=3600)
    hand.remove()
    hand.unplug(back_after=3600)
    hand.plug()
    hand.remove(back_after=3600)
    hand.rest()
    timers = [thread for thread in threading.enumerate() if isinstance(thread, threading.Timer)]
    for timer in timers:
        timer.join(PATIENCE)
    assert not any(timer.is_alive() for timer in timers)
    assert hand.slot.card is None


def test_a_card_in_an_unplugged_reader_can_not_be_reached_and_has_no_power() -> None:
    card, hand = new_card(), Hand(Slot())
    hand.insert(card)
    Client(card).verify(1)
    hand.unplug()
    assert (hand.card_in, hand.slot.card, hand.slot.plugged) == (True, None, False)
    assert card.state.verified == frozenset()
    hand.plug()
    assert hand.slot.card is card


def test_a_card_may_be_changed_for_another_while_the_reader_is_unplugged() -> None:
    hand = Hand(Slot())
    hand.insert(new_card())
    hand.unplug()
    hand.remove()
    other = new_card()
    hand.insert(other)
    assert hand.slot.card is None
    hand.plug()
    assert hand.slot.card is other


def test_a_reset_ends_the_session() -> None:
    card, hand = new_card(), Hand(Slot())
    hand.insert(card)
    Client(card).verify(1)
    hand.reset()
    assert card.state.verified == frozenset()
    assert hand.slot.resets == 1
