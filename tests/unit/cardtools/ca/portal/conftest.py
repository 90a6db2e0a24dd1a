"""Browsers for the tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.unit.cardtools.ca.portal.browser import Browser
from tests.unit.cardtools.ca.running_ca import RunningCa


@pytest.fixture
def browser(ca: RunningCa) -> Iterator[Browser]:
    """A browser at the log-in page."""
    browser = Browser(ca)
    yield browser
    browser.http.close()


@pytest.fixture
def adam(browser: Browser) -> Browser:
    """The browser of Adam, who has logged in."""
    assert browser.log_in().status_code == 200
    return browser
