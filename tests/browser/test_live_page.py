"""The live page in a real browser: it lives, it can be used by keyboard alone, and axe has nothing against it."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.conftest import NewBrowser
from tests.browser.pages import NARROW, Browser
from tests.browser.running_serve import RunningServe, serving

WORDS = {
    "en": ("Take out", "out of the reader", "blocked", "Anna"),
    "cs": ("Vyjmout", "mimo čtečku", "zablokován", "Anna"),
    "sl": ("Izvleci", "zunaj čitalnika", "blokirana", "Anna"),
}


@pytest.fixture
def serve(private: dict[str, str], tmp_path: Path) -> Iterator[RunningServe]:
    """A server with a card whose owner has an exercise to do, and two that nothing is wrong with."""
    with serving({**private, "STUNTCARD_HOME": str(tmp_path / "home")}, "petr=eobcanka", "eva=zzzs-pk") as running:
        running.call("PUT", "/api/v1/cards/anna", {"exercise": "proid-q-pin-blocked", "label": "Anna"})
        yield running


def at_card(browser: Browser, serve: RunningServe, card: str, language: str = "en") -> Browser:
    enter(browser, serve, serve.call("POST", "/api/v1/links")["url"])
    browser.go(f"{serve.url}/cards/{card}?language={language}")
    return browser


def enter(browser: Browser, serve: RunningServe, link: str) -> None:
    """Follows a link, which leads on to all cards by itself."""
    browser.go(link)
    browser.wait(lambda: browser.address == f"{serve.url}/" and browser.document is not None, "all cards")


def reads_a_pin(serve: RunningServe, card: str) -> None:
    """A program that speaks PC/SC, and knows nothing of pages."""
    told = serve.call("GET", f"/api/v1/cards/{card}")
    environment = {**os.environ, **told["environment"]}
    subprocess.run(["pkcs11-tool", "-L"], env=environment, check=True, capture_output=True, timeout=60)


def test_a_command_shows_by_itself_and_so_does_what_it_did(serve: RunningServe, new_browser: NewBrowser) -> None:
    browser = at_card(new_browser(), serve, "petr")
    shown = browser.document
    assert browser.text("#conversation") == ""
    reads_a_pin(serve, "petr")
    browser.wait_text("SELECT", "#conversation")
    serve.call("POST", "/api/v1/cards/petr/set", {"wanted": ["pin=blocked"]})
    browser.wait_text("blocked", "#codes")
    serve.call("POST", "/api/v1/cards/petr/remove")
    browser.wait_text("out of the reader", "#reader")
    assert browser.document == shown
    assert browser.complaints == []


@pytest.mark.parametrize("language", WORDS)
def test_a_card_is_moved_by_keyboard_alone(serve: RunningServe, new_browser: NewBrowser, language: str) -> None:
    take_out, is_out, _, _ = WORDS[language]
    browser = at_card(new_browser(language), serve, "anna", language)
    browser.choose(take_out)
    browser.wait_text(is_out, "#reader")
    assert serve.call("GET", "/api/v1/cards/anna")["place"] == "out"


@pytest.mark.parametrize("language", WORDS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_has_nothing_against_any_page(
    serve: RunningServe, new_browser: NewBrowser, language: str, scheme: str
) -> None:
    browser = new_browser(language)
    browser.colours(scheme)
    browser.go(f"{serve.url}/enter")
    assert browser.violations() == []
    serve.call("POST", "/api/v1/cards/anna/faults", {"rule": "ins=20 act=status:6F00"})
    serve.call("POST", "/api/v1/cards/anna/snapshots", {"name": "before"})
    reads_a_pin(serve, "anna")
    for card in ("anna", "petr", "eva"):
        at_card(browser, serve, card, language)
        browser.unfold()
        assert browser.violations() == []
    browser.go(f"{serve.url}/?language={language}")
    assert browser.violations() == []
    browser.go(f"{serve.url}/cards/nobody?language={language}")
    assert browser.violations() == []


@pytest.mark.parametrize("card", ["anna", "petr"])
def test_at_400_percent_nothing_is_cut_off(serve: RunningServe, new_browser: NewBrowser, card: str) -> None:
    browser = at_card(new_browser(), serve, card)
    browser.narrow(NARROW)
    assert not browser.scrolls_sideways
    browser.go(f"{serve.url}/")
    assert not browser.scrolls_sideways


def test_without_scripts_all_that_can_be_done_can_be_done(serve: RunningServe, new_browser: NewBrowser) -> None:
    browser = at_card(new_browser(scripts=False), serve, "petr")
    browser.choose("Take out")
    browser.wait_text("out of the reader", "#reader")
    browser.fill("What shall be so", "pin=blocked")
    browser.choose("Bring it there")
    browser.wait_text("blocked", "#codes")


def test_where_windows_can_not_share_a_stream_each_listens_itself(serve: RunningServe, new_browser: NewBrowser) -> None:
    browser = new_browser()
    browser.driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": "delete window.SharedWorker"})
    at_card(browser, serve, "petr")
    assert browser.driver.execute_script("return window.SharedWorker === undefined")
    serve.call("POST", "/api/v1/cards/petr/remove")
    browser.wait_text("out of the reader", "#reader")


def test_a_part_that_somebody_is_in_is_left_alone_until_they_leave_it(
    serve: RunningServe, new_browser: NewBrowser
) -> None:
    browser = at_card(new_browser(), serve, "petr")
    serve.call("POST", "/api/v1/cards/petr/faults", {"rule": "ins=20 act=status:6F00"})
    browser.wait_text("ins=", "#faults")
    browser.tab_to("Clear")
    serve.call("POST", "/api/v1/cards/petr/set", {"wanted": ["pin=blocked"]})
    browser.wait_text("blocked", "#codes")
    assert browser.focused.startswith("Clear")


def test_the_conversation_can_be_paused_and_filtered(serve: RunningServe, new_browser: NewBrowser) -> None:
    browser = at_card(new_browser(), serve, "petr")
    browser.tab_to("Pause")
    browser.press(" ")
    reads_a_pin(serve, "petr")
    # What is told afterwards is shown; so all of that was told, too.
    serve.call("POST", "/api/v1/cards/petr/set", {"wanted": ["pin=blocked"]})
    browser.wait_text("blocked", "#codes")
    assert browser.text("#conversation") == ""
    browser.press(" ")
    browser.wait_text("SELECT", "#conversation")
    # What a fault struck is told as it comes, and to whoever comes later.
    serve.call("POST", "/api/v1/cards/petr/faults", {"rule": "ins=A4 act=delay:0.001"})
    reads_a_pin(serve, "petr")
    browser.wait_text("fault ", "#conversation")
    at_card(browser, serve, "petr")
    browser.wait_text("fault ", "#conversation")
