"""More tabs of one browser than it has connections to a server: each is shown, and lives when it is looked at."""

from __future__ import annotations

from pathlib import Path

from cardtools.common.messages import Language

from tests.browser.conftest import NewBrowser
from tests.browser.pages import Browser
from tests.browser.running_console import RunningConsole
from tests.browser.running_serve import serving
from tests.browser.trainees import Words, trainer_of

TABS = 8
"""A browser has six connections to one server (HTTP/1.1)."""


def opened(browser: Browser, address: str) -> list[str]:
    """Tabs of that page, and which they are."""
    handles = []
    for _ in range(TABS):
        browser.driver.switch_to.new_window("tab")
        browser.go(address)
        handles.append(browser.driver.current_window_handle)
    return handles


def test_a_trainer_looks_at_many_desks_and_each_lives(console: RunningConsole, new_browser: NewBrowser) -> None:
    browser, words = trainer_of(console, new_browser).browser, Words(Language.ENGLISH)
    browser.choose("Begin: The PIN is blocked")
    first, *_, last = opened(browser, browser.address)
    browser.choose(words("hint-next"))
    assert browser.text(".hints") != ""
    browser.driver.switch_to.window(first)
    browser.wait(lambda: browser.text(".hints") != "", "the hint that was taken in another tab")
    browser.driver.switch_to.window(last)
    assert browser.complaints == []


def test_a_live_page_hears_afterwards_what_it_missed(
    private: dict[str, str], tmp_path: Path, new_browser: NewBrowser
) -> None:
    with serving({**private, "STUNTCARD_HOME": str(tmp_path / "home")}, "anna=proid-q") as serve:
        browser = new_browser()
        browser.go(serve.link)
        browser.wait(lambda: browser.address == f"{serve.url}/", "all cards")
        first, *_ = opened(browser, f"{serve.url}/cards/anna")
        serve.call("POST", "/api/v1/cards/anna/reset")
        serve.call("POST", "/api/v1/cards/anna/remove")
        browser.wait_text("out of the reader", "#reader")
        browser.driver.switch_to.window(first)
        browser.wait_text("out of the reader", "#reader")
        browser.wait_text("POWER OFF", "#conversation")
