"""A browser at the portal."""

from __future__ import annotations

import html
import re

import httpx

from tests.unit.cardtools.ca.running_ca import RunningCa


class Browser:
    """A browser: it keeps cookies, follows redirects, and fills in the forms of the page it shows."""

    def __init__(self, ca: RunningCa, language: str = "en") -> None:
        self._ca = ca
        self.http = httpx.Client(
            base_url=ca.url, follow_redirects=True, timeout=30, headers={"Accept-Language": language}
        )
        self.page = self.http.get("/portal")

    def open(self, path: str) -> httpx.Response:
        self.page = self.http.get(path)
        return self.page

    def text(self) -> str:
        """What a person reads on the page."""
        body = self.page.text.partition("<main>")[2]
        return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", body)).split())

    def csrf(self) -> str:
        """The secret in the forms of the page."""
        found = re.search(r'name="csrf" value="([^"]+)"', self.page.text)
        assert found, self.page.text
        return found[1]

    def post(self, path: str, **fields: str) -> httpx.Response:
        """Sends a form of the page."""
        self.page = self.http.post(path, data={"csrf": self.csrf(), **fields})
        return self.page

    def post_foreign(self, path: str, **fields: str) -> httpx.Response:
        """What another site's page would send."""
        self.page = self.http.post(path, data=fields)
        return self.page

    def log_in(self, token: str | None = None) -> httpx.Response:
        self.open("/portal")
        return self.post("/portal/log-in", token=token or self._ca.authorised["Authorization"].removeprefix("Bearer "))

    def revoke(self, serial: str, reason: str = "cessationOfOperation") -> httpx.Response:
        path = f"/portal/certificates/{serial}/revoke"
        assert f'href="{path}"' in self.open(f"/portal/applicants/{serial}").text
        self.open(path)
        return self.post(path, reason=reason)
