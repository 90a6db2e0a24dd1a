"""Logging in to the portal, and out."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from cardtools.ca.app import create_app
from cardtools.ca.office import roles
from cardtools.ca.office.roles import Role
from cardtools.ca.portal.routes import LOG_IN_COOKIE
from cardtools.ca.settings import Rate
from cardtools.ca.web.guard import SESSION_COOKIE

from tests.unit.cardtools.ca.cards import Issuer
from tests.unit.cardtools.ca.portal.browser import Browser
from tests.unit.cardtools.ca.running_ca import JANA, NO_LIMITS, RunningCa, running_ca, settings_for


def test_nothing_is_shown_to_strangers(ca: RunningCa, browser: Browser) -> None:
    serial = ca.issued(card=ca.card())["serial"]
    for path in ("/portal?find=Jana", f"/portal/applicants/{serial}", f"/portal/certificates/{serial}/revoke"):
        assert "Your token" in browser.open(path).text
        assert JANA.name not in browser.page.text
    for path in (f"/portal/certificates/{serial}/revoke", "/portal/cards/proid-q/0001/undo-bond", "/portal/log-out"):
        assert browser.post_foreign(path, reason="unspecified", csrf="guessed").status_code == 403
        assert "not logged in any more" in browser.text()
    assert not ca.is_revoked(serial)


def test_the_session_cookie(browser: Browser) -> None:
    browser.log_in()
    [set_cookie] = [
        line
        for answer in browser.page.history
        for line in answer.headers.get_list("set-cookie")
        if line.startswith(SESSION_COOKIE)
    ]
    assert re.fullmatch(SESSION_COOKIE + r"=\S{43}; HttpOnly; Path=/portal; SameSite=strict", set_cookie)
    assert LOG_IN_COOKIE not in browser.http.cookies


def test_where_the_ca_is_reached_by_https_cookies_go_nowhere_else(tmp_path: Path) -> None:
    url = "https://ca.example.org"
    app = create_app(settings_for(tmp_path, Issuer(), url))

    async def first_page() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=url) as client:
            return await client.get("/portal")

    assert asyncio.run(first_page()).headers["set-cookie"].endswith("; Secure")


def test_logging_out(ca: RunningCa, adam: Browser) -> None:
    kept = adam.http.cookies[SESSION_COOKIE]
    adam.post("/portal/log-out")
    assert "Your token" in adam.text()
    adam.http.cookies.set(SESSION_COOKIE, kept, path="/portal")
    assert "Your token" in adam.open("/portal").text
    assert ca.audit()[-1] == ("authorised Adam", "log out", "portal", "done")


def test_logging_in_anew_ends_the_session_before(adam: Browser) -> None:
    before = adam.http.cookies[SESSION_COOKIE]
    secret = "x" * 43
    adam.http.cookies.set(LOG_IN_COOKIE, secret, path="/portal")
    token = adam._ca.authorised["Authorization"].removeprefix("Bearer ")
    adam.http.post("/portal/log-in", data={"csrf": secret, "token": token})
    assert adam.http.cookies[SESSION_COOKIE] != before
    other = httpx.get(f"{adam._ca.url}/portal", cookies={SESSION_COOKIE: before})
    assert "token" in other.text


@pytest.mark.parametrize("wrong", ["", "nobody's", "ž", "x" * 5000])
def test_a_wrong_token(ca: RunningCa, browser: Browser, wrong: str) -> None:
    assert browser.post("/portal/log-in", token=wrong).status_code == 403
    assert "not one of an authorised person" in browser.text()
    assert SESSION_COOKIE not in browser.http.cookies
    assert ca.audit()[-1] == ("client 127.0.0.1", "log in", "", "not-allowed")


def test_an_operators_token_is_not_for_the_portal(ca: RunningCa, browser: Browser) -> None:
    assert browser.log_in(ca.operator["Authorization"].removeprefix("Bearer ")).status_code == 403
    assert SESSION_COOKIE not in browser.http.cookies
    assert ca.audit()[-1] == ("operator Olga", "log in", "portal", "not-allowed")


def test_tokens_can_not_be_tried_without_end(tmp_path: Path) -> None:
    limits = replace(NO_LIMITS, wrong_tokens=Rate(at_once=3, per_second=0.001))
    with running_ca(tmp_path, limits=limits) as ca:
        browser = Browser(ca)
        for _ in range(3):
            assert browser.log_in("wrong").status_code == 403
        answer = browser.log_in("wrong")
        assert answer.status_code == 429
        assert int(answer.headers["Retry-After"]) > 100
        assert "too many attempts" in browser.text()


def test_a_session_ends_by_itself(ca: RunningCa, adam: Browser) -> None:
    ca.clock.forward(minutes=20)
    assert "Find an applicant" in adam.open("/portal").text
    ca.clock.forward(minutes=31)
    assert "Your token" in adam.open("/portal").text


def test_a_token_taken_back_ends_the_session(ca: RunningCa, adam: Browser) -> None:
    roles.remove(ca.service, "Adam", "test")
    roles.add(ca.service, "Adam", Role.AUTHORISED, "test")
    assert "Your token" in adam.open("/portal").text
