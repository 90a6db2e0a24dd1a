"""What makes a card ready for a warranty claim (PQ-27)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from cardtools.card.status import CardStatus
from cardtools.manager.model.claim import readiness_of
from cardtools.manager.model.inventory import Container, Inventory
from cardtools.manager.model.refusals import ManagerError

from tests.unit.cardtools.manager.cards import card

KEY = Container(1, b"\x20", "cc", "", None, True, None, ())


def with_changed(status: CardStatus, *names: str) -> CardStatus:
    """The card after its holder has changed these codes."""
    codes = tuple(replace(code, must_change=False) if code.id in names else code for code in status.codes)
    return replace(status, codes=codes)


@pytest.mark.parametrize(
    ("status", "containers", "ready"),
    [
        (card("proid-q", "sss"), (), True),
        (card("proid-q", "sss"), (KEY,), False),
        (card("proid-q", "bss"), (), False),
        (with_changed(card("proid-q", "sss"), "puk"), (), None),
        (with_changed(card("proid-q", "sss"), "puk"), (KEY,), False),
    ],
)
def test_ready(status: CardStatus, containers: tuple[Container, ...], ready: bool | None) -> None:
    assert readiness_of(Inventory(status, containers)).ready is ready


def test_cards_without_such_conditions_are_told() -> None:
    with pytest.raises(ManagerError) as caught:
        readiness_of(Inventory(card("zzzs-pk", "ssss"), ()))
    assert (caught.value.key, caught.value.values["card"]) == ("no-warranty-rule", "ZZZS-PK")
