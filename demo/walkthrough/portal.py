"""A browser for the customer portal, for people who read in a terminal: pages as text, links and buttons by name."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from types import TracebackType
from typing import Self

import httpx

_PATIENCE = 60.0
_BREAKS = {"p", "h1", "h2", "section", "dl", "dt", "li", "option", "form", "br", "label", "select", "main"}


class PortalError(Exception):
    """The page is not what was looked for."""


@dataclass(slots=True)
class Form:
    """A form: where it goes, what it carries, and what stands on its button."""

    action: str
    method: str
    values: dict[str, str] = field(default_factory=dict)
    button: str = ""


class Page(HTMLParser):
    """What a page shows in its main part."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.links: dict[str, str] = {}
        """By what stands on them, and where they lead."""
        self.forms: list[Form] = []
        self._lines: list[str] = [""]
        self._in_main = False
        self._link: tuple[str, list[str]] | None = None
        self._button: list[str] | None = None
        self.feed(html)
        self.close()

    @property
    def text(self) -> str:
        """The page, a line for each piece of it."""
        return "\n".join(line for line in (" ".join(line.split()) for line in self._lines) if line)

    def link(self, words: str) -> str:
        """Where a link leads. Raises PortalError."""
        if words not in self.links:
            raise PortalError(f"the page has no link {words}")
        return self.links[words]

    def form(self, action_ends: str) -> Form | None:
        """The form that goes to an address with this end."""
        return next((form for form in self.forms if form.action.endswith(action_ends)), None)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begins an element."""
        given = {name: value or "" for name, value in attrs}
        self._in_main = self._in_main or tag == "main"
        if not self._in_main:
            return
        if tag in _BREAKS:
            self._lines.append("")
        match tag:
            case "a":
                self._link = (given.get("href", ""), [])
                if "button" in given.get("class", ""):
                    self._lines.append("")
            case "form":
                self.forms.append(Form(given.get("action", ""), given.get("method", "get")))
            case "input" | "select" if self.forms:
                self.forms[-1].values[given.get("name", "")] = given.get("value", "")
                if given.get("type") != "hidden" and tag == "input":
                    self._say(f"[{given.get('value') or '…'}]")
            case "option":
                self._say("- ")
            case "button":
                self._button = []

    def handle_endtag(self, tag: str) -> None:
        """Ends an element."""
        if tag == "main":
            self._in_main = False
        if tag == "dt":
            self._say(": ")
        if tag == "a" and self._link is not None:
            address, words = self._link
            self.links["".join(words).strip()] = address
            self._link = None
        if tag == "button" and self._button is not None:
            name = " ".join("".join(self._button).split())
            self._button = None
            if self.forms:
                self.forms[-1].button = name
            self._lines.append(f"[ {name} ]")

    def handle_data(self, data: str) -> None:
        """A piece of text."""
        if self._link is not None:
            self._link[1].append(data)
        if self._button is not None:
            self._button.append(data)
        elif self._in_main:
            self._say(data)

    def _say(self, text: str) -> None:
        self._lines[-1] += text


class Portal:
    """An authorised person's browser."""

    def __init__(self, url: str, language: str) -> None:
        # No proxy has a part in what stays on this machine.
        self._client = httpx.Client(
            base_url=url, timeout=_PATIENCE, trust_env=False, follow_redirects=True,
            headers={"Accept-Language": language},
        )  # fmt: skip

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    def open(self, path: str) -> Page:
        """Opens a page. Raises PortalError."""
        return self._page("GET", path)

    def send(self, form: Form | None, **values: str) -> Page:
        """Presses a form's button. Raises PortalError."""
        if form is None:
            raise PortalError("the page does not have this button")
        given = {**form.values, **values}
        if form.method == "get":
            return self._page("GET", form.action, parameters=given)
        return self._page("POST", form.action, data=given)

    def _page(
        self, method: str, path: str, parameters: dict[str, str] | None = None, data: dict[str, str] | None = None
    ) -> Page:
        try:
            answer = self._client.request(method, path, params=parameters, data=data)
        except httpx.HTTPError as error:
            raise PortalError(f"the portal does not answer: {error}") from error
        page = Page(answer.text)
        if answer.status_code != httpx.codes.OK:
            raise PortalError(f"the portal answers {answer.status_code}: {page.text}")
        return page
