"""The pytest plugin: the fixture `stuntcard`. Whoever does not ask for it shall not wait for Stuntcard to load."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from stuntcard.testing import Stuntcard


@pytest.fixture
def stuntcard() -> Iterator[Stuntcard]:
    """Gives emulated cards: `card = stuntcard("proid-q", scenario="puk-last-try")`; they go when the test ends."""
    from stuntcard.testing import Stuntcard

    with Stuntcard() as cards:
        yield cards
