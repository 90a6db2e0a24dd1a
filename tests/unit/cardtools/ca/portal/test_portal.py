"""The portal, as the authorised person's browser meets it."""

from __future__ import annotations

import base64
import hashlib
import html
import re

import httpx
import pytest
from cardtools.ca.portal.routes import LOG_IN_COOKIE
from cardtools.ca.web.guard import SESSION_COOKIE
from cardtools.common.protocol import Applicant, CertificateProfile

from tests.unit.cardtools.ca.portal.browser import Browser
from tests.unit.cardtools.ca.running_ca import JANA, PETR, RunningCa

_UNDO = "Ask the CA to undo the bond"
_UNDO_PATH = "/portal/cards/proid-q/0001/undo-bond"


# Handing a card over


@pytest.mark.fact("PQ-25")
def test_handing_over_a_card(ca: RunningCa, adam: Browser) -> None:
    card = ca.card()
    qualified = ca.issued(card=card)["serial"]
    commercial = ca.issued(card=card, area="general", profile=CertificateProfile.COMMERCIAL)["serial"]
    adam.open("/portal?find=nov%C3%A1kov%C3%A1")
    assert "1 applicant found Jana Nováková jana@example.org 2 certificates, ProID+Q no. 0001" in adam.text()

    adam.revoke(qualified)
    assert "The certificate is revoked." in adam.text()
    assert _UNDO not in adam.page.text
    assert f"The bond can be undone once these certificates on the card are revoked: {commercial}" in adam.text()

    adam.revoke(commercial)
    assert _UNDO in adam.page.text
    assert f'action="{_UNDO_PATH}"' in adam.page.text

    adam.post(_UNDO_PATH)
    assert adam.page.status_code == 200
    assert "The request to undo the bond was sent." in adam.text()
    assert "No card is bound to this applicant." in adam.text()
    assert ca.ask(card=card, who=PETR).status_code == 201
    who = "authorised Adam"
    assert [entry for entry in ca.audit() if entry[0] == who] == [
        (who, "log in", "portal", "done"),
        (who, "revoke", qualified, "done"),
        (who, "revoke", commercial, "done"),
        (who, "ask to undo bond", "proid-q/0001", "done"),
        (who, "undo bond", "proid-q/0001", "done"),
    ]
    assert ca.service.audit.entries()[-1].who != who


@pytest.mark.fact("PQ-25")
def test_the_bond_is_not_undone_while_a_certificate_is_valid(ca: RunningCa, adam: Browser) -> None:
    """Whoever sends the form without the button meets the CA itself."""
    card = ca.card()
    serial = ca.issued(card=card)["serial"]
    adam.open(f"/portal/applicants/{serial}")
    assert _UNDO not in adam.page.text
    assert adam.post(_UNDO_PATH).status_code == 409
    assert "the card still has valid certificates" in adam.text()
    assert ca.bond(card).json()["name"] == JANA.name
    assert ca.audit()[-1] == ("authorised Adam", "ask to undo bond", "proid-q/0001", "still-valid-certificates")


@pytest.mark.fact("PQ-23", "PQ-25")
def test_a_bond_is_undone_once(ca: RunningCa, adam: Browser) -> None:
    adam.revoke(ca.issued(card=ca.card())["serial"])
    form = {"csrf": adam.csrf()}
    assert adam.http.post(_UNDO_PATH, data=form).status_code == 200
    again = adam.http.post(_UNDO_PATH, data=form)
    assert again.status_code == 404
    assert "not bound to anybody" in again.text


@pytest.mark.fact("PQ-24")
def test_a_seal_has_no_bond_to_undo(ca: RunningCa, adam: Browser) -> None:
    town = Applicant(name="Městský úřad", e_mail="posta@example.org")
    seal = ca.issued(card=ca.card(), profile=CertificateProfile.SEAL, who=town)["serial"]
    adam.open(f"/portal/applicants/{seal}")
    assert "No card is bound to this applicant." in adam.text()
    assert "qualified certificate for seals" in adam.text()


# Revoking


def test_nothing_is_revoked_before_it_is_confirmed(ca: RunningCa, adam: Browser) -> None:
    serial = ca.issued()["serial"]
    adam.open(f"/portal/certificates/{serial}/revoke")
    assert "Really revoke this certificate?" in adam.text()
    assert "can't be made valid again" in adam.text()
    assert not ca.is_revoked(serial)
    adam.post(f"/portal/certificates/{serial}/revoke", reason="keyCompromise")
    assert ca.is_revoked(serial)
    assert ca.service.audit.entries()[-1].detail == "Jana Nováková, keyCompromise"
    assert adam.open(f"/portal/certificates/{serial}/revoke").status_code == 409
    assert "the certificate is revoked or has expired" in adam.text()


@pytest.mark.parametrize("reason", ["", "boredom"])
def test_a_reason_that_is_none(ca: RunningCa, adam: Browser, reason: str) -> None:
    serial = ca.issued()["serial"]
    adam.open(f"/portal/certificates/{serial}/revoke")
    assert adam.post(f"/portal/certificates/{serial}/revoke", reason=reason).status_code == 400
    assert "nothing was changed" in adam.text()
    assert not ca.is_revoked(serial)


def test_what_has_expired(ca: RunningCa, browser: Browser) -> None:
    serial = ca.issued(card=ca.card())["serial"]
    ca.clock.forward(days=366)
    browser.log_in()
    browser.open(f"/portal/applicants/{serial}")
    assert "State expired" in browser.text()
    assert "Revoke" not in browser.text()
    assert _UNDO in browser.page.text


# Finding


def test_finding_an_applicant(ca: RunningCa, adam: Browser) -> None:
    jana = ca.issued(card=ca.card("00A1"))["serial"]
    petr = ca.issued(profile=CertificateProfile.COMMERCIAL, card=ca.card("00A2"), who=PETR)
    with_colons = ":".join(re.findall("..?", jana.lower()))
    for words, found in (
        ("Jana", [JANA.name]),
        ("nováková  ", [JANA.name]),
        ("PETR@example", [PETR.name]),
        (with_colons, [JANA.name]),
        (petr["serial"], [PETR.name]),
        ("00A1", [JANA.name]),
        ("00 a2", [PETR.name]),
        ("example.org", [PETR.name, JANA.name]),
        ("nobody", []),
    ):
        adam.page = adam.http.get("/portal", params={"find": words})
        assert re.findall(r'<a href="/portal/applicants/[0-9A-F]+">([^<]+)</a>', adam.page.text) == found, words
    assert "Nobody fits." in adam.text()
    assert "found" not in adam.open("/portal?find=").text


def test_the_applicants_name_is_only_a_name(ca: RunningCa, adam: Browser) -> None:
    """A name that is a program runs nowhere: it is escaped, and no script would run anyhow."""
    name = '<script>alert("1")</script>'
    who = Applicant(name=name, e_mail="'onload=x@example.org", organisation='"onload=x <b>&amp;')
    serial = ca.issued(card=ca.card(), who=who)["serial"]
    for path in (
        "/portal?find=script",
        "/portal?find=%22%3E%3Cscript%3E",
        f"/portal/applicants/{serial}",
        f"/portal/certificates/{serial}/revoke",
    ):
        page = adam.open(path)
        assert page.status_code == 200
        assert "<script" not in page.text
        assert '"onload' not in page.text
        assert "<b>" not in page.text
    assert html.escape(name, quote=False) in adam.page.text.replace("&#34;", '"')


# Other sites, and what every page carries


def test_a_form_from_another_site(ca: RunningCa, adam: Browser) -> None:
    """The browser would send the cookie; the form's secret is what another site does not have."""
    card = ca.card()
    revoked, valid = (ca.issued(card=card)["serial"] for _ in range(2))
    ca.revoke(revoked)
    for path in (f"/portal/certificates/{valid}/revoke", _UNDO_PATH, "/portal/log-out"):
        for fields in ({}, {"csrf": ""}, {"csrf": "guessed"}):
            answer = adam.post_foreign(path, reason="unspecified", **fields)
            assert answer.status_code == 403, path
            assert "did not come from this page" in adam.text()
    assert not ca.is_revoked(valid)
    assert ca.bond(card).status_code == 200
    assert "Find an applicant" in adam.open("/portal").text


def test_nobody_is_logged_in_by_another_site(ca: RunningCa) -> None:
    token = ca.authorised["Authorization"].removeprefix("Bearer ")
    for cookies, csrf in (({}, ""), ({}, "made-up"), ({LOG_IN_COOKIE: "one"}, "other"), ({LOG_IN_COOKIE: ""}, "")):
        answer = httpx.post(f"{ca.url}/portal/log-in", data={"token": token, "csrf": csrf}, cookies=cookies)
        assert answer.status_code == 403
        assert SESSION_COOKIE not in answer.cookies


def test_what_every_answer_carries(ca: RunningCa, adam: Browser) -> None:
    serial = ca.issued()["serial"]
    adam.open(f"/portal/applicants/{serial}")
    answers = [
        adam.page,
        adam.http.get("/portal/nothing"),
        adam.http.post("/portal/log-out", follow_redirects=False),
        adam.http.post("/portal/log-out", data={"csrf": adam.csrf()}, follow_redirects=False),
        adam.http.get("/portal"),
    ]
    assert [answer.status_code for answer in answers] == [200, 404, 403, 303, 200]
    for answer in answers:
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["Cache-Control"] == "no-store"
    found = re.search("<style>(.*)</style>", adam.page.text, re.DOTALL)
    assert found
    digest = base64.b64encode(hashlib.sha256(found[1].encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in adam.page.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/portal/nothing", 404),
        ("GET", "/portal/log-in", 404),
        ("PUT", "/portal/log-in", 404),
        ("GET", "/portal/applicants/not-a-serial", 400),
        ("GET", "/portal/applicants/ABC", 404),
        ("GET", "/portal/certificates/ABC/revoke", 404),
        ("GET", f"/portal?find={'x' * 300}", 400),
        ("POST", "/portal/cards/proid-q/%3Cb%3E/undo-bond", 400),
    ],
)
def test_errors_are_pages(adam: Browser, method: str, path: str, status: int) -> None:
    answer = adam.http.request(method, path, data={"csrf": adam.csrf()} if method == "POST" else None)
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "That did not work" in answer.text
    assert 'href="/portal"' in answer.text


def test_a_broken_form(adam: Browser) -> None:
    answer = adam.http.post(
        "/portal/log-out", content=b"--b\r\nrubbish", headers={"Content-Type": "multipart/form-data; boundary=b"}
    )
    assert answer.status_code in (400, 403)
    assert "That did not work" in answer.text


def test_the_portal_is_not_for_programs(ca: RunningCa) -> None:
    paths = ca.http.get("/openapi.json").json()["paths"]
    assert [path for path in paths if "portal" in path] == []
    assert "message/rfc822" in paths["/mail"]["post"]["requestBody"]["content"]


# Languages


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ["Log in", "Find an applicant", "Ask the CA to undo the bond", "revoked"]),
        ("cs", ["Přihlášení", "Vyhledání žadatele", "Odeslat žádost o zrušení vazby", "zneplatněný"]),
        ("sl", ["Prijava", "Iskanje prosilca", "Pošlji zahtevek za razveljavitev vezi", "preklicano"]),
    ],
)
def test_the_portal_in_each_language(ca: RunningCa, language: str, words: list[str]) -> None:
    serial = ca.issued(card=ca.card())["serial"]
    browser = Browser(ca, language)
    read = [browser.text()]
    browser.log_in()
    read.append(browser.text())
    browser.revoke(serial)
    read += [browser.text(), browser.text()]
    assert f'<html lang="{language}">' in browser.page.text
    assert [word for word, text in zip(words, read, strict=True) if word not in text] == []


def test_a_language_chosen_stays(browser: Browser) -> None:
    assert '<html lang="en">' in browser.page.text
    assert '<html lang="sl">' in browser.open("/portal?language=sl").text
    assert '<html lang="sl">' in browser.open("/portal").text
    assert '<html lang="sl">' in browser.open("/portal?language=xx").text
    assert '<html lang="cs">' in browser.open("/portal?language=cs").text


def test_changing_the_language_keeps_what_was_looked_for(adam: Browser) -> None:
    page = adam.open("/portal?find=a%26b")
    assert 'href="?find=a%26b&amp;language=cs"' in page.text
