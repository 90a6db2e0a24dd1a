"""More windows of one browser than it has connections to a server: each is shown, and lives while it can be seen."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import pytest
from cardtools.common.messages import Language

from tests.browser.conftest import NewBrowser
from tests.browser.pages import Browser
from tests.browser.running_console import RunningConsole
from tests.browser.running_serve import serving
from tests.browser.trainees import Words, trainer_of

Kind = Literal["tab", "window"]
WINDOWS = 10
"""A browser has six connections to one server (HTTP/1.1)."""


def opened(browser: Browser, address: str, kind: Kind) -> list[str]:
    """Tabs or windows of that page, and which they are."""
    handles = []
    for _ in range(WINDOWS):
        browser.driver.switch_to.new_window(kind)
        browser.go(address)
        handles.append(browser.driver.current_window_handle)
    return handles


def is_seen(browser: Browser) -> bool:
    return not browser.driver.execute_script("return document.hidden")


@pytest.mark.parametrize("kind", ["tab", "window"])
def test_a_trainer_looks_at_many_desks_and_each_lives(
    console: RunningConsole, new_browser: NewBrowser, kind: Kind
) -> None:
    browser, words = trainer_of(console, new_browser).browser, Words(Language.ENGLISH)
    browser.choose("Begin: The PIN is blocked")
    *others, last = opened(browser, browser.address, kind)
    browser.choose(words("hint-next"))
    assert browser.text(".hints") != ""
    for other in others if kind == "window" else others[:1]:
        browser.driver.switch_to.window(other)
        assert is_seen(browser) or kind == "tab"
        browser.wait(lambda: browser.text(".hints") != "", "the hint that was taken in another window")
    browser.driver.switch_to.window(last)
    assert browser.complaints == []


@pytest.mark.parametrize("kind", ["tab", "window"])
def test_a_live_page_hears_what_happens_or_afterwards_what_it_missed(
    private: dict[str, str], tmp_path: Path, new_browser: NewBrowser, kind: Kind
) -> None:
    with serving({**private, "STUNTCARD_HOME": str(tmp_path / "home")}, "anna=proid-q") as serve:
        browser = new_browser()
        browser.go(serve.link)
        browser.wait(lambda: browser.address == f"{serve.url}/", "all cards")
        handles = opened(browser, f"{serve.url}/cards/anna", kind)
        serve.call("POST", "/api/v1/cards/anna/reset")
        serve.call("POST", "/api/v1/cards/anna/remove")
        for handle in reversed(handles):
            browser.driver.switch_to.window(handle)
            assert is_seen(browser) or kind == "tab"
            browser.wait_text("out of the reader", "#reader")
            browser.wait_text("POWER OFF", "#conversation")
            assert browser.text("#conversation").count("POWER OFF") == 1
        assert browser.complaints == []
