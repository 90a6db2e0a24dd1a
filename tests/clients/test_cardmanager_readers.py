"""Several readers: the right one is that whose card shows the application that is wanted."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from stuntcard.profile.load import load_profile
from stuntcard.readers.slot import Slot
from stuntcard.running.making import fresh_card

from tests.clients.cardmanager import USAGE, CardManager, nothing_sent
from tests.clients.desk import WatchedCard, desk_before

pytestmark = pytest.mark.own_module

BOTH = "Left 00 00 (ProID+Q); Right 01 00 (ZZZS-PK: HPC-Entry, HPC-Qualified, HIC-Portal)"


@pytest.fixture
def manager() -> Iterator[CardManager]:
    """The card manager before two readers; its desk's card is the ZZZS-PK in the right one."""
    watched = WatchedCard(fresh_card(load_profile("zzzs-pk")))
    slots = {"Left 00 00": Slot(fresh_card(load_profile("proid-q"))), "Right 01 00": Slot(watched)}
    with desk_before(slots, watched) as desk:
        yield CardManager(desk)


@pytest.mark.fact("PK-16")
def test_the_reader_that_shows_the_application_is_the_right_one(manager: CardManager) -> None:
    manager("change", "pep-pin", "--reader", "HPC-Entry", lines=["1234", "4321", "4321"])
    assert manager.desk.card.content.values["pep-pin"] == b"4321"
    manager("set-first", "kpep-pin", "--reader", "hpc-qualified", lines=["12345678", "654321", "654321"])
    assert manager.desk.card.content.values["kpep-pin"] == b"654321"
    assert manager("devices", "--reader", "HIC-Portal").startswith(
        "ZZZS-PK, number 5354554E54000004, in the reader Right"
    )


@pytest.mark.fact("PK-16")
def test_without_a_reader_it_is_told_what_each_shows_or_one_is_chosen(manager: CardManager) -> None:
    told = manager.refused("change", "pep-pin", status=USAGE)
    assert told.startswith(f"There is more than one card: {BOTH}. Say with --reader which is meant")
    assert "no reader called “HPC”" in manager.refused("show", "--reader", "HPC", status=USAGE)
    chosen = manager.answered("2", "show")
    assert chosen.told.rstrip() == (
        "1  Left 00 00  ProID+Q\n2  Right 01 00  ZZZS-PK: HPC-Entry, HPC-Qualified, HIC-Portal\n"
        "Which card is meant? Number:"
    )
    assert chosen.shown.lstrip().startswith("ZZZS-PK, number 5354554E54000004")
    assert "3 is none of the numbers" in manager.answered("3", "show").told
    assert nothing_sent(manager.desk)
