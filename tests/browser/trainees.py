"""People in a class: each in a browser of their own."""

from __future__ import annotations

from dataclasses import dataclass

from cardtools.common.messages import Language, Messages

from tests.browser.conftest import NewBrowser
from tests.browser.pages import Browser
from tests.browser.running_console import RunningConsole


@dataclass(frozen=True, slots=True)
class Words:
    """What stands on the pages in a language."""

    language: Language

    def __call__(self, key: str, **values: str | int) -> str:
        return Messages(self.language, "console").text(key, **values)

    def name(self, name: str) -> str:
        """A name that a card gives, as it stands on the pages."""
        return Messages(self.language, "console").name(name)


@dataclass(frozen=True, slots=True)
class Trainer:
    """The trainer, at the board or the first page."""

    browser: Browser

    def links(self) -> dict[str, str]:
        """The trainees' links on the board, by name."""
        script = (
            "return [...document.querySelectorAll('section dl > div')]"
            ".map((row) => [row.querySelector('dt').innerText, row.querySelector('a').href])"
        )
        return dict(self.browser.driver.execute_script(script))

    def row(self, name: str) -> str:
        """A trainee's row on the board, without the minutes, which pass."""
        script = (
            "return [...document.querySelectorAll('.board tbody tr')].map((row) => [...row.cells]"
            ".filter((cell) => cell.cellIndex !== 4).map((cell) => cell.innerText).join(' '))"
            ".find((text) => text.startsWith(arguments[0])) ?? ''"
        )
        return " ".join(str(self.browser.driver.execute_script(script, name)).split())

    def wait_row(self, name: str, wanted: str) -> None:
        self.browser.wait(lambda: wanted in self.row(name), f"{wanted!r} in the row of {name}")


def trainer_of(console: RunningConsole, new_browser: NewBrowser, language: str = "en") -> Trainer:
    """The trainer, who followed the link that the console wrote."""
    browser = new_browser(language)
    browser.go(console.link)
    return Trainer(browser)


@dataclass(frozen=True, slots=True)
class Trainee:
    """A trainee at the desk, with the keyboard alone."""

    browser: Browser
    words: Words

    @property
    def card(self) -> str:
        """The emulator's name of the card."""
        reader = self.browser.text(".tree small")
        return reader.split()[1]

    def told(self, code: str) -> str:
        """A code's value, as it stands on the page since the story or a call told it."""
        script = (
            "const named = [...document.querySelectorAll('.codes-told div, .told')]"
            ".find((one) => one.innerText.trim().startsWith(arguments[0] + ' ')"
            " || one.innerText.trim().startsWith(arguments[0] + '\\n'));"
            "return named.querySelector('code').innerText"
        )
        return str(self.browser.driver.execute_script(script, code))

    def act(self, act: str, at: str, typed: dict[str, str]) -> None:
        """Does an act with what is chosen in the tree, and comes back to the card."""
        title = self.words(f"act-{act}")
        self.browser.choose(at)
        self.browser.choose(title)
        for name, value in typed.items():
            self.browser.fill(name, value)
        self.browser.choose(title)

    def wait_for(self, progress: str) -> float:
        """Waits until the exercise stands so."""
        return self.browser.wait_text(self.words(f"progress-{progress}"), "#state")


def new_pin(words: Words, code: str, value: str) -> dict[str, str]:
    """What is typed for a new value."""
    manager = Messages(words.language, "manager")
    return {manager.text("prompt-new", code=code): value, manager.text("prompt-again", code=code): value}
