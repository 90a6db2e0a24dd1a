"""The pytest plugin: the fixture `stuntcard`. Whoever does not ask for it shall not wait for Stuntcard to load."""

from __future__ import annotations

import sys
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from stuntcard.testing import Stuntcard

_LONGEST_NAME = 150


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds what may be asked of the fixture."""
    parser.getgroup("stuntcard").addoption(
        "--stuntcard-traces",
        metavar="DIR",
        type=Path,
        help="write what programs and each test's cards say to each other to files in this directory, masked",
    )


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A test that failed shows its cards: in what is printed, and as a property in JUnit's XML.

    A name that there is not is told where it stands in the test, without our own calls below.
    """
    testing = sys.modules.get("stuntcard.testing")
    found = call.excinfo
    if found is not None and testing is not None and not item.config.getoption("fulltrace", default=False):
        from stuntcard.testing.mistakes import is_mistake, told_where_it_stands

        if is_mistake(found.value):
            call.excinfo = pytest.ExceptionInfo.from_exception(told_where_it_stands(found.value))
    report = yield
    cards = getattr(item, "funcargs", {}).get("stuntcard")
    # A project may have a fixture of the same name, which gives something else.
    if report.when == "call" and report.failed and testing is not None and isinstance(cards, testing.Stuntcard):
        shown = "\n".join(card.report for card in cards.cards)
        if shown:
            report.sections.append(("Stuntcard's cards", shown))
            item.user_properties.append(("stuntcard", shown))  # which the report of the teardown brings to the XML
    return report


@pytest.fixture
def stuntcard(request: pytest.FixtureRequest) -> Iterator[Stuntcard]:
    """Gives emulated cards: `card = stuntcard("proid-q", scenario="puk-last-try")`; they go when the test ends."""
    from stuntcard.testing import Stuntcard

    with Stuntcard() as cards:
        yield cards
        folder: Path | None = request.config.getoption("stuntcard_traces")
        if folder is not None:
            cards.write_traces(folder, _file_name(request.node.nodeid))


def _file_name(test: str) -> str:
    """A test's id as a file's name; a long one keeps its end, which tells tests apart."""
    return "".join(one if one.isalnum() or one in "._-" else "-" for one in test)[-_LONGEST_NAME:].lstrip("-.")
