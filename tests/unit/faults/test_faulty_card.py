"""What faults make of commands: exact answers, and exactly what the card kept."""

from __future__ import annotations

import threading

import pytest
from stuntcard.applets.registry import APPLETS
from stuntcard.card.card import Card
from stuntcard.faults.faulty_card import FaultyCard
from stuntcard.faults.rules import Faults
from stuntcard.faults.text import parse_rule
from stuntcard.readers.slot import Slot
from stuntcard.readers.slot_control import SlotControl
from stuntcard.trace.events import TraceHeader
from stuntcard.trace.record import RecordingCard, Tape, now

from tests.unit.card.cards import BLOCKED, FACTORY, OK, PIN, PUK, QPIN, Client, new_card, proid_q
from tests.unit.store.cards import Recorder

PATIENCE = 60
VERIFY_WRONG = bytes.fromhex("00200001" + "10" + b"wrong".ljust(16, b"\xff").hex())


class Desk(Client):
    """A card with faults in a reader, and a client that speaks to it through both."""

    def __init__(self, *rules: str, card: Card | None = None) -> None:
        self.faults = Faults()
        self.slot_control = SlotControl(Slot())
        self.inner = card or new_card()
        self.faulty = FaultyCard(self.inner, self.faults, self.slot_control)
        self.slot_control.insert(self.faulty)
        super().__init__(self.inner)
        for rule in rules:
            self.set(rule)

    def set(self, rule: str) -> int:
        return self.faults.set(parse_rule(rule))

    def send(self, raw: str) -> str:
        return self.faulty.transmit(bytes.fromhex(raw)).hex().upper()

    def tries(self, code: str = "pin") -> int:
        return self.inner.state.codes[code].tries_left


def test_without_rules_everything_passes() -> None:
    desk = Desk()
    assert desk.verify(PIN) == OK
    assert desk.faulty.atr == desk.inner.atr
    assert desk.faulty.power_on() == desk.inner.atr
    assert desk.faulty.reset() == desk.inner.atr
    desk.faulty.power_off()


# The answer to reset


def test_a_card_that_is_mute_at_its_first_power_on() -> None:
    desk = Desk("nth=1 act=mute")
    assert desk.faulty.power_on() == b""
    assert desk.faulty.reset() == desk.inner.atr
    assert desk.verify(PIN) == OK


def test_a_broken_answer_to_reset_strikes_no_command() -> None:
    desk = Desk("act=atr:3BFF")
    assert desk.faulty.reset() == bytes.fromhex("3BFF")
    assert desk.verify(PIN) == OK
    assert [fault.matched for fault in desk.faults.listed()] == [1]


# A status word


def test_a_status_word_before_the_command_took_effect() -> None:
    desk = Desk("ins=verify act=status:6F00")
    assert desk.verify(PIN, "wrong") == "6F00"
    assert desk.tries() == 3
    desk.faults.clear()
    assert desk.verify(PIN, "wrong") == "63C2"


def test_a_status_word_after_the_command_took_effect() -> None:
    desk = Desk("ins=verify act=status:6F00 when=after")
    assert desk.verify(PIN, "wrong") == "6F00"
    assert desk.tries() == 2


def test_a_status_word_with_its_data() -> None:
    desk = Desk("ins=read-binary nth=1 act=status:6282 keep-data")
    desk.select("3F002F00")
    content = desk.send("00B0000010")
    assert (len(content), content[-4:]) == (36, "6282")
    assert desk.send("00B0000010") == content[:-4] + OK


def test_a_status_word_with_its_data_where_there_is_none_is_alone() -> None:
    desk = Desk("ins=verify act=status:6281 keep-data")
    assert desk.verify(PIN, "wrong") == "6281"
    assert desk.tries() == 2


def test_the_third_one_only() -> None:
    desk = Desk("ins=20 nth=3 act=status:6581")
    assert [desk.verify(PIN) for _ in range(5)] == [OK, OK, "6581", OK, OK]


def test_the_data_of_an_answer_that_was_replaced_can_not_be_fetched_afterwards() -> None:
    desk = Desk()
    assert desk.send("00A40000023F00")[:2] == "61"
    desk.set("ins=A4 act=status:6F00 when=after")
    assert desk.send("00A40000023F00") == "6F00"
    assert desk.send("00C0000000") == "6985"


def test_a_chained_command_is_struck_as_one_and_the_next_begins_anew() -> None:
    desk = Desk("ins=24 nth=1 act=status:6F00")
    first, last = bytes(16), bytes(16)
    assert desk.send(f"10240001{len(first):02X}{first.hex()}") == OK
    assert desk.send(f"00240001{len(last):02X}{last.hex()}") == "6F00"
    assert desk.verify(PIN) == OK


# Time


def test_a_delay_counts_with_the_first_of_the_others() -> None:
    desk = Desk("act=delay:1ms", "ins=20 act=status:6F00", "ins=20 act=status:6581", "act=slow:1 when=after")
    assert desk.verify(PIN) == "6F00"
    assert desk.query(PIN)[:2] == "6F"
    assert [fault.struck for fault in desk.faults.listed()] == [2, 2, 2, 2]


def test_a_card_that_stays_silent() -> None:
    desk = Desk("ins=20 act=no-answer:1ms")
    assert desk.verify(PIN, "wrong") == ""
    assert desk.tries() == 3
    desk.faults.clear()
    desk.set("ins=20 act=no-answer:1ms when=after")
    assert desk.verify(PIN, "wrong") == ""
    assert desk.tries() == 2


@pytest.mark.parametrize("act", ["delay:3600", "no-answer:3600", "delay:3600 when=after"])
def test_taking_the_card_out_ends_the_wait(act: str) -> None:
    desk = Desk(f"ins=20 act={act}")
    answers: list[bytes] = []
    waiting = threading.Thread(target=lambda: answers.append(desk.faulty.transmit(VERIFY_WRONG)))
    waiting.start()
    while not desk.faults.listed()[0].struck:
        waiting.join(0.001)
    while waiting.is_alive():
        desk.slot_control.remove()
        desk.slot_control.insert()
        waiting.join(0.01)
    assert answers == [b""]
    assert desk.tries() == (2 if "after" in act else 3), "a command that waited outside the card never reached it"


def test_an_emulator_that_stops_waits_for_no_fault() -> None:
    desk = Desk("ins=20 act=no-answer:3600")
    waiting = threading.Thread(target=lambda: desk.faulty.transmit(VERIFY_WRONG))
    waiting.start()
    while waiting.is_alive():
        desk.faulty.let_go()
        waiting.join(0.01)


# The answer


def test_a_corrupted_answer_differs_in_one_bit() -> None:
    desk = Desk("ins=20 act=corrupt seed=5")
    spoiled = int(desk.verify(PIN), 16)
    assert (spoiled ^ 0x9000).bit_count() == 1
    assert desk.inner.state.verified == {"pin"}, "the command took effect"
    again = Desk("ins=20 act=corrupt seed=5")
    assert int(again.verify(PIN), 16) == spoiled


@pytest.mark.parametrize(("length", "expected"), [(0, ""), (1, "90"), (2, "9000"), (9, "9000")])
def test_a_cut_answer(length: int, expected: str) -> None:
    assert Desk(f"ins=20 act=cut:{length}").verify(PIN) == expected


# The card and the reader


@pytest.mark.parametrize(("when", "tries"), [("before", 3), ("after", 2)])
def test_the_card_is_taken_out_in_the_midst_of_a_command(when: str, tries: int) -> None:
    desk = Desk(f"ins=20 nth=1 act=remove when={when}")
    assert desk.verify(PIN, "wrong") == ""
    assert (desk.slot_control.card_in, desk.slot_control.slot.card) == (False, None)
    assert desk.tries() == tries
    desk.slot_control.insert()
    assert desk.slot_control.slot.card is desk.faulty


@pytest.mark.parametrize("act", ["remove:0.01", "unplug:0.01"])
def test_it_is_put_back_after_a_while(act: str) -> None:
    desk = Desk(f"ins=20 nth=1 act={act}")
    back = threading.Event()
    desk.slot_control.slot.on_change(lambda: back.set() if desk.slot_control.slot.card is not None else None)
    assert desk.verify(PIN) == ""
    assert back.wait(PATIENCE)
    assert desk.verify(PIN) == OK


def test_the_reader_goes() -> None:
    desk = Desk("ins=20 nth=1 act=unplug")
    assert desk.verify(PIN) == ""
    assert not desk.slot_control.slot.plugged


def test_what_lies_in_the_reader_comes_back_with_what_records_it() -> None:
    desk = Desk("ins=20 nth=1 act=remove")
    tape = Tape(TraceHeader("proid-q", desk.inner.atr, now()))
    recording = RecordingCard(desk.faulty, tape)
    desk.slot_control.insert(recording)
    recording.transmit(VERIFY_WRONG)
    desk.slot_control.insert()
    assert desk.slot_control.slot.card is recording


# Tearing


@pytest.mark.parametrize(("when", "old", "new"), [("before", OK, "63C2"), ("after", "63C2", OK)])
def test_torn_while_a_code_is_changed_either_the_old_or_the_new_one_works(when: str, old: str, new: str) -> None:
    desk = Desk()
    desk.verify(PIN)
    desk.set(f"ins=24 nth=1 act=tear when={when}")
    assert desk.change(PIN, FACTORY[PIN], "brand new") == ""
    assert desk.inner.state.verified == frozenset(), "the card started anew"
    assert desk.slot_control.slot.resets == 1
    for value, answer in ((FACTORY[PIN], old), ("brand new", new)):
        other = Desk(card=new_card(content=desk.inner.content))
        assert other.verify(PIN, value) == answer


def test_tearing_gives_no_try_back_but_the_one_that_it_tore() -> None:
    desk = Desk()
    desk.verify(PIN, "wrong")
    desk.set("ins=24 act=tear")
    assert desk.change(PIN, FACTORY[PIN], "brand new") == ""
    assert desk.tries() == 2
    desk.faults.clear()
    desk.set("ins=20 act=tear when=after")
    assert desk.verify(PIN, "wrong") == ""
    assert desk.tries() == 1


def test_torn_before_the_last_try_is_spent_and_after() -> None:
    desk = Desk()
    desk.block(PIN)
    desk.block(QPIN)
    for _ in range(4):
        desk.verify(PUK, "wrong")
    desk.set("ins=20 nth=1 act=tear")
    assert desk.verify(PUK, "wrong") == ""
    assert (desk.tries("puk"), desk.inner.state.dead) == (1, False)
    desk.set("ins=20 nth=1 act=tear when=after")
    assert desk.verify(PUK, "wrong") == ""
    assert desk.inner.state.dead


@pytest.mark.parametrize(("when", "used"), [("before", 0), ("after", 1)])
def test_torn_while_a_key_is_made(when: str, used: int) -> None:
    desk = Desk(f"ins=46 nth=1 act=tear when={when}")
    desk.verify(PIN)
    assert desk.make_key(1) in {"", OK[4:]}
    assert desk.used("general") == used
    desk.verify(PIN)
    assert desk.make_key(2) == OK
    assert desk.used("general") == used + 1


def test_a_torn_write_of_a_file_leaves_it_as_it_was() -> None:
    desk = Desk()
    desk.verify(PIN)
    before = desk.read("3F0050154402")
    desk.select("3F0050154402")
    desk.set("ins=D6 nth=1 act=tear")
    assert desk.send("00D6000002FFFF") == ""
    assert desk.read("3F0050154402") == before


@pytest.mark.parametrize(("when", "changed"), [("before", False), ("after", True)])
def test_what_a_keeper_holds_is_torn_too(when: str, changed: bool) -> None:
    keeper = Recorder()
    card = Card(proid_q(), APPLETS, keeper=keeper)
    desk = Desk(card=card)
    desk.set(f"ins=24 act=tear when={when}")
    desk.change(PIN, FACTORY[PIN], "brand new")
    values = {content.values["pin"] for _, content in keeper.kept}
    assert values == ({b"brand new"} if changed else set())
    assert card.content.values["pin"] == (b"brand new" if changed else FACTORY[PIN].encode())


def test_a_dead_card_can_be_torn_too() -> None:
    desk = Desk()
    for code in (PIN, PUK, QPIN):
        desk.block(code)
    before = desk.inner.content
    desk.set("act=tear")
    assert desk.verify(PIN) == ""
    assert desk.inner.content == before


# What a command is about


def test_blocking_is_not_hidden_by_a_replaced_answer() -> None:
    desk = Desk("ins=20 act=status:9000 when=after")
    for _ in range(3):
        assert desk.verify(PIN, "wrong") == OK
    desk.faults.clear()
    assert desk.verify(PIN) == BLOCKED
