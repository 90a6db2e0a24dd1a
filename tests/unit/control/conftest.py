"""What all tests of running cards share."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from stuntcard.card.card import Card

from tests.unit.card.cards import new_card
from tests.unit.control.running_cards import Live, answering, running_card


@pytest.fixture(autouse=True)
def own_runtime_directory(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Each test has running cards of its own, in a path short enough for a Unix socket."""
    with tempfile.TemporaryDirectory(prefix="sc-") as directory:
        monkeypatch.setenv("XDG_RUNTIME_DIR", directory)
        yield Path(directory) / "stuntcard"


@pytest.fixture
def card() -> Card:
    return new_card()


@pytest.fixture
def control(card: Card) -> Iterator[Path]:
    """The control socket of a card that lies in no reader."""
    with answering(card) as path:
        yield path


@pytest.fixture
def live() -> Iterator[Live]:
    """A card in a reader that it can be taken out of."""
    with running_card("proid-q") as live:
        yield live
