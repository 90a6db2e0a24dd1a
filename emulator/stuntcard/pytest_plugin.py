"""The pytest plugin: the fixture `stuntcard`. Whoever does not ask for it shall not wait for Stuntcard to load."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from stuntcard.testing import Stuntcard


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A test that failed shows its cards: in what is printed, and as a property in JUnit's XML."""
    report = yield
    cards = getattr(item, "funcargs", {}).get("stuntcard")
    if report.when == "call" and report.failed and cards is not None and cards.cards:
        shown = "\n".join(card.report for card in cards.cards)
        report.sections.append(("Stuntcard's cards", shown))
        item.user_properties.append(("stuntcard", shown))  # which the report of the teardown brings to the XML
    return report


@pytest.fixture
def stuntcard() -> Iterator[Stuntcard]:
    """Gives emulated cards: `card = stuntcard("proid-q", scenario="puk-last-try")`; they go when the test ends."""
    from stuntcard.testing import Stuntcard

    with Stuntcard() as cards:
        yield cards
