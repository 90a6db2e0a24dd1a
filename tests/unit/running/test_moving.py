"""Cards that are moved, as they are, between the readers of a desk."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from stuntcard.control.errors import ControlError, SaidError
from stuntcard.messages import Messages
from stuntcard.profile.model import Language
from stuntcard.readers.slot import CardInterface
from stuntcard.running.choices import TraceChoice
from stuntcard.running.desk import Desk, DeskReader, desk_laid
from stuntcard.running.making import reader_made
from stuntcard.running.plan import ReaderPlan, plan_of, with_names
from stuntcard.store.library import add_card

from tests.unit.store.cards import stored_card

SELECT_ISOAPPLET = bytes.fromhex("00A404000CF276A288BCFBA69D34F31001")
ASK_PIN = bytes.fromhex("00200001")
VERIFY_PIN = bytes.fromhex("0020000108") + b"12345678"
WRONG_PIN = bytes.fromhex("0020000108") + b"11111111"


@pytest.fixture
def stack(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[ExitStack]:
    monkeypatch.setenv("STUNTCARD_HOME", str(tmp_path / "home"))
    with TemporaryDirectory(prefix="sc-") as short, ExitStack() as stack:
        monkeypatch.setenv("XDG_RUNTIME_DIR", short)  # a Unix socket has room for a short path only
        yield stack


def laid(stack: ExitStack, *plans: ReaderPlan) -> Desk:
    made = [stack.enter_context(reader_made(plan)) for plan in with_names(plans)]
    return stack.enter_context(desk_laid(made))


def in_reader(reader: DeskReader) -> CardInterface:
    card = reader.slot_control.slot.card
    assert card is not None
    return card


def answers(reader: DeskReader, *commands: bytes) -> list[str]:
    card = in_reader(reader)
    return [card.transmit(command)[-2:].hex() for command in commands]


def powered(reader: DeskReader) -> DeskReader:
    in_reader(reader).power_on()
    assert answers(reader, SELECT_ISOAPPLET)[0][:2] in ("90", "61")
    return reader


def test_tries_stay_and_codes_that_were_given_are_forgotten(stack: ExitStack) -> None:
    anna, empty = laid(stack, plan_of("anna=proid-q"), plan_of("empty")).readers
    card = anna.card
    assert answers(powered(anna), WRONG_PIN, VERIFY_PIN, ASK_PIN) == ["63c2", "9000", "9000"]
    assert answers(anna, WRONG_PIN) == ["63c2"]
    anna.move_to("empty")
    assert (anna.card, empty.card, anna.slot_control.slot.card) == (None, card, None)
    assert answers(powered(empty), ASK_PIN) == ["63c2"]
    empty.move_to("anna")
    assert answers(powered(anna), ASK_PIN, VERIFY_PIN, ASK_PIN) == ["63c2", "9000", "9000"]


def test_faults_and_the_trace_go_with_the_card(stack: ExitStack, tmp_path: Path) -> None:
    trace = tmp_path / "anna.jsonl"
    plan = ReaderPlan("proid-q", "anna", faults=("ins=20 nth=2 act=remove",), trace=TraceChoice(trace))
    anna, empty = laid(stack, plan, plan_of("empty")).readers
    assert answers(powered(anna), ASK_PIN) == ["63c3"]
    anna.move_to("empty")
    powered(empty)
    assert in_reader(empty).transmit(ASK_PIN) == b""
    assert not empty.slot_control.card_in
    faults = empty.faults()
    assert faults is not None
    assert [fault.struck for fault in faults.listed()] == [1]
    assert anna.faults() is None
    stack.close()
    assert trace.read_text(encoding="utf-8").count('"00200001"') == 2


def test_two_cards_change_places(stack: ExitStack) -> None:
    anna, bert = laid(stack, plan_of("anna=proid-q"), plan_of("bert=tokenme")).readers
    with pytest.raises(ControlError, match="a card lies in the reader bert; take it out first: stuntcard remove bert"):
        anna.move_to("bert")
    bert.slot_control.remove()
    anna.move_to("bert")
    assert bert.card is not None
    assert bert.card.profile.id == "proid-q"
    assert anna.slot_control.slot.card is None
    anna.slot_control.insert()
    assert anna.card is not None
    assert (anna.card.profile.id, in_reader(anna).atr) == ("tokenme", anna.card.atr)


def test_a_stored_card_is_kept_where_it_was_moved_to_and_free_once_another_lies_there(stack: ExitStack) -> None:
    add_card("mine", stored_card())
    mine, empty = laid(stack, plan_of("card:mine"), plan_of("empty")).readers
    mine.move_to("empty")
    assert answers(powered(empty), WRONG_PIN) == ["63c2"]
    with pytest.raises(ControlError, match="mine"):
        mine.exchange("card:mine")
    empty.exchange("tokenme")
    mine.exchange("card:mine")
    assert answers(powered(mine), ASK_PIN) == ["63c2"]


def test_what_can_not_be_moved_is_said(stack: ExitStack) -> None:
    anna, empty = laid(stack, plan_of("anna=proid-q"), plan_of("empty")).readers
    with pytest.raises(ControlError, match="the reader empty has no card that could be moved"):
        empty.move_to("anna")
    with pytest.raises(ControlError, match="no reader on this desk is called bert; there are: anna, empty"):
        anna.move_to("bert")
    with pytest.raises(ControlError, match="a card lies in the reader anna"):
        anna.move_to("anna")
    anna.slot_control.remove(900)
    empty.slot_control.unplug()
    anna.move_to("empty")
    assert in_reader(empty).atr


def test_why_a_stored_card_can_not_be_put_in_is_told_in_the_language_that_is_asked_for(stack: ExitStack) -> None:
    [anna] = laid(stack, plan_of("anna=proid-q")).readers
    with pytest.raises(SaidError) as caught:
        anna.exchange("card:nobody")
    said = caught.value.in_words(Messages(Language.SLOVENIAN))
    assert said.startswith("card:nobody: kartice ni mogoče vstaviti v čitalnik: ")
    assert "there is" not in said
