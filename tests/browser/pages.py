"""A browser as its user has it: pages are looked at, keys are pressed, and nothing reaches past what a person can do.

Chromium runs without its window, each browser with a profile of its own.
"""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cardtools.common.messages import Language
from PIL import Image
from selenium import webdriver
from selenium.common.exceptions import NoSuchElementException, WebDriverException
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement

from tests.browser.ports import held_port

AXE = Path(__file__).parents[1] / "fixtures" / "axe-core" / "axe.min.js"
PATIENCE = 120.0
"""Seconds; a machine with much other work takes its time."""
_STARTS = 3
NARROW = 320
"""CSS pixels: what 1280 are at 400 % (WCAG 2.2, 1.4.10)."""
_LOOK_AGAIN = 0.02
_CHROMIUM = ("chromium", "chromium-browser", "google-chrome")

_FOCUSED = """
const one = document.activeElement;
if (one === document.body) return "";
const label = one.labels && one.labels.length ? one.labels[0].firstChild.textContent : "";
return (one.getAttribute("aria-label") || label || one.textContent || "").replace(/\\s+/g, " ").trim();
"""
_DOCUMENT = "return document.readyState === 'complete' ? performance.timeOrigin : null"
_AXE = """
const done = arguments[arguments.length - 1];
// What is replaced while it is judged may seem to lack what it has; so the page is judged once it stands still.
async function judged() {
  for (;;) {
    const changes = new MutationObserver(() => {});
    changes.observe(document.body, { childList: true, subtree: true });
    const found = await axe.run(document);
    const still = changes.takeRecords().length === 0;
    changes.disconnect();
    if (still) return found;
  }
}
judged().then(done, (error) => done(String(error)));
"""


class NotThereError(AssertionError):
    """What was waited for did not come, or no key leads there."""


@dataclass(frozen=True, slots=True)
class Browser:
    """One browser."""

    driver: webdriver.Chrome

    # Going and looking

    def go(self, address: str) -> None:
        self.driver.get(address)

    @property
    def address(self) -> str:
        return str(self.driver.current_url)

    @property
    def document(self) -> float | None:
        """Which page it is, another one each time that one is loaded; None until it is whole."""
        found: float | None = self.driver.execute_script(_DOCUMENT)
        return found

    # Each of these is one step: a live page may replace its elements between finding and reading them.

    def text(self, selector: str = "main") -> str:
        """What can be read in an element."""
        found = self.driver.execute_script("return document.querySelector(arguments[0])?.innerText ?? null", selector)
        if found is None:
            raise NotThereError(f"no {selector} on {self.address}")
        return str(found)

    def links(self, selector: str) -> list[str]:
        """Where the links lead that a selector finds."""
        script = "return [...document.querySelectorAll(arguments[0])].map((one) => one.href)"
        return list(self.driver.execute_script(script, selector))

    def unfold(self) -> None:
        """Opens all that is folded."""
        self.driver.execute_script("for (const one of document.querySelectorAll('details')) one.open = true")

    def source(self) -> str:
        return str(self.driver.page_source)

    def wait(self, holds: Callable[[], bool], what: str, patience: float = PATIENCE) -> float:
        """Looks until something holds; gives how many seconds that took."""
        began = time.monotonic()
        while time.monotonic() - began < patience:
            try:
                if holds():
                    return time.monotonic() - began
            except (WebDriverException, NotThereError):
                # The page may be in the middle of becoming another.
                pass
            time.sleep(_LOOK_AGAIN)
        raise NotThereError(f"{what}: not within {patience} s{self._seen()}")

    def _seen(self) -> str:
        """What is there instead of what was looked for."""
        with suppress(WebDriverException, NotThereError):
            return f" on {self.address}:\n{self.text('body')}"
        return ", and the page can't be read"

    def wait_text(self, wanted: str, selector: str = "main", patience: float = PATIENCE) -> float:
        return self.wait(lambda: wanted in self.text(selector), f"{wanted!r} in {selector}", patience)

    # The keyboard, and nothing else

    def press(self, *keys: str) -> None:
        ActionChains(self.driver).send_keys(*keys).perform()

    @property
    def focused(self) -> str:
        """What the element with the focus is called."""
        return str(self.driver.execute_script(_FOCUSED))

    def tab_to(self, name: str) -> None:
        """Presses Tab until the focus is on what is called so, or begins so."""
        began = time.monotonic()
        while time.monotonic() - began < PATIENCE:
            if self.focused.startswith(name):
                return
            self.press(Keys.TAB)
        raise NotThereError(f"no Tab leads to {name!r}{self._seen()}")

    def choose(self, name: str) -> None:
        """Tabs to a link or button, and presses Enter; the page that comes is there when this ends."""
        self.tab_to(name)
        self._leave(name, lambda: self.press(Keys.ENTER))

    def fill(self, name: str, value: str) -> None:
        """Tabs to a field, and types."""
        self.tab_to(name)
        self.press(value)

    def open_fold(self, name: str) -> None:
        """Tabs to what folds something, and opens it by the space bar."""
        script = "return document.activeElement.closest('details')?.open ?? false"

        def opened() -> bool:
            self.tab_to(name)
            # A part of the page that becomes another between the key's way down and up swallows it.
            if not self.driver.execute_script(script):
                self.press(" ")
            return bool(self.driver.execute_script(script))

        self.wait(opened, f"{name!r} is open")

    def _leave(self, name: str, act: Callable[[], None]) -> None:
        """Does what leads to another page, and waits for that: a form may be sent only after its click is over."""
        before = self.document
        act()
        self.wait(lambda: self.document not in (None, before), f"a page after {name!r}")

    # The mouse

    def follow(self, name: str) -> None:
        """Clicks on a link; the page that comes is there when this ends."""
        self._click(By.PARTIAL_LINK_TEXT, name)

    def press_button(self, name: str) -> None:
        """Clicks on a button; the page that comes is there when this ends."""
        self._click(By.XPATH, f"//button[normalize-space()='{name}']")

    def type_into(self, selector: str, value: str) -> None:
        self._found(By.CSS_SELECTOR, selector).send_keys(value)

    def _found(self, by: str, name: str) -> WebElement:
        try:
            return self.driver.find_element(by, name)
        except NoSuchElementException as error:
            raise NotThereError(f"no {name!r}{self._seen()}") from error

    def _click(self, by: str, name: str) -> None:
        self._leave(name, self._found(by, name).click)

    # How it looks

    def violations(self) -> list[str]:
        """What axe finds against the page, by rule and place."""
        self.driver.execute_script(AXE.read_text(encoding="utf-8"))
        found: Any = self.driver.execute_async_script(_AXE)
        assert isinstance(found, dict), found
        return [
            f"{one['id']}: {json.dumps(node['target'])} {node.get('failureSummary', '')}"
            for one in found["violations"]
            for node in one["nodes"]
        ]

    def colours(self, scheme: str) -> None:
        """Light or dark, as the user's system says."""
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})

    def narrow(self, width: int) -> None:
        """So many CSS pixels."""
        sizes = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": False}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", sizes)
        self.wait(lambda: self._width() == width, f"a page of {width} pixels")

    def whole_again(self) -> None:
        """As wide as it was at first."""
        narrow = self._width()
        self.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
        self.wait(lambda: self._width() > narrow, "the whole page")

    def _width(self) -> int:
        return int(self.driver.execute_script("return innerWidth"))

    @property
    def outline(self) -> str:
        """How the element with the focus is outlined."""
        return str(self.driver.execute_script("return getComputedStyle(document.activeElement).outlineStyle"))

    @property
    def scrolls_sideways(self) -> bool:
        script = "const r = document.documentElement; return r.scrollWidth > r.clientWidth;"
        return bool(self.driver.execute_script(script))

    def picture(self, file: Path) -> None:
        """Keeps a picture of what is to be seen."""
        assert self.driver.save_screenshot(str(file))

    @property
    def complaints(self) -> list[str]:
        """What the browser itself has against the page, as its policy's breaches."""
        found = self.driver.get_log("browser")  # type: ignore[no-untyped-call]
        return [entry["message"] for entry in found if entry["level"] in ("WARNING", "SEVERE")]


def judge(browser: Browser, address: str) -> None:
    """Has axe judge a page in each language, light and dark, and sees that nothing scrolls sideways at 400 %."""
    joined = "&" if "?" in address else "?"
    for language in Language:
        for scheme in ("light", "dark"):
            browser.colours(scheme)
            browser.go(f"{address}{joined}language={language}")
            assert browser.violations() == [], f"{address} {language} {scheme}"
        browser.narrow(NARROW)
        assert not browser.scrolls_sideways, f"{address} {language}"
        browser.whole_again()
    browser.colours("light")
    browser.go(f"{address}{joined}language=en")


def keep_picture(browser: Browser, name: str) -> None:
    """Keeps a picture for the documentation, where STUNTCARD_PICTURES names a folder (`make console-pictures`)."""
    folder = os.environ.get("STUNTCARD_PICTURES")
    if folder is not None:
        file = Path(folder) / f"{name}.png"
        browser.picture(file)
        # A page has few colours; so a picture of it is small.
        Image.open(file).convert("RGB").quantize(64).save(file, optimize=True)


@contextmanager
def browser(profile: Path, language: str = "en", *, scripts: bool = True) -> Iterator[Browser]:
    """A browser with a profile of its own, whose user reads a language."""
    options = webdriver.ChromeOptions()
    binary = next((found for name in _CHROMIUM if (found := shutil.which(name))), None)
    assert binary is not None, "chromium is not installed; make setup installs it on Debian"
    options.binary_location = binary
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    for argument in (
        "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
        "--disable-background-networking", "--window-size=1280,900", f"--lang={language}",
        f"--accept-lang={language}", f"--user-data-dir={profile}",
    ):  # fmt: skip
        options.add_argument(argument)
    if not scripts:
        options.add_experimental_option("prefs", {"profile.managed_default_content_settings.javascript": 2})
    with _driver(options) as driver:
        driver.set_page_load_timeout(PATIENCE)
        driver.set_script_timeout(PATIENCE)
        yield Browser(driver)


@contextmanager
def _driver(options: webdriver.ChromeOptions) -> Iterator[webdriver.Chrome]:
    with held_port() as port:
        driver = _started(options, port)
        try:
            yield driver
        finally:
            driver.quit()


def _started(options: webdriver.ChromeOptions, port: int) -> webdriver.Chrome:
    """A machine with much other work may have no browser ready in the time that its driver gives it."""
    for _ in range(_STARTS - 1):
        with suppress(WebDriverException):
            return webdriver.Chrome(options, Service(shutil.which("chromedriver"), port))
    return webdriver.Chrome(options, Service(shutil.which("chromedriver"), port))
