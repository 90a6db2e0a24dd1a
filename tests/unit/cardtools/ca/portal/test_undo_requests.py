"""A request to undo a bond, as the authorised person's browser shows it: sent, waiting, carried out or refused."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.unit.cardtools.ca.portal.browser import Browser
from tests.unit.cardtools.ca.running_ca import RunningCa

_BUTTON = "Ask the CA to undo the bond"
_PATH = "/portal/cards/proid-q/0001/undo-bond"


@pytest.fixture
def eva(manual_ca: RunningCa) -> Iterator[Browser]:
    """The browser of an authorised person, where an operator works by hand."""
    browser = Browser(manual_ca)
    browser.log_in()
    yield browser
    browser.http.close()


@pytest.mark.fact("PQ-25")
def test_where_a_request_stands(manual_ca: RunningCa, eva: Browser) -> None:
    card = manual_ca.card()
    serial = manual_ca.issued(card=card)["serial"]
    eva.open(f"/portal/applicants/{serial}")
    assert _BUTTON not in eva.text()
    eva.revoke(serial)
    assert _BUTTON in eva.text()

    eva.post(_PATH)
    assert "The request to undo the bond was sent. Below you see where it stands." in eva.text()
    assert "A request to undo the bond was sent, and waits for the CA." in eva.text()
    assert "State waits for the CA" in eva.text()
    assert _BUTTON not in eva.text()
    assert manual_ca.bond(card).status_code == 200
    assert "State waits for the CA" in eva.open("/portal").text.replace("</dt><dd>", " ").replace(
        '<span class="state sent-pending">', ""
    )

    manual_ca.operate("/undo-requests/1/carry-out")
    eva.open(f"/portal/applicants/{serial}")
    assert "No card is bound to this applicant." in eva.text()
    assert "State the bond is undone 20" in eva.text()
    assert "Jana Nováková" in eva.open("/portal").text


@pytest.mark.fact("PQ-25")
def test_a_request_that_is_refused(manual_ca: RunningCa, eva: Browser) -> None:
    serial = manual_ca.issued(card=manual_ca.card())["serial"]
    eva.revoke(serial)
    eva.post(_PATH)
    manual_ca.operate("/undo-requests/1/refuse", reason="Send the <b>card</b> first.")
    eva.open(f"/portal/applicants/{serial}")
    assert "State refused by the CA 20" in eva.text()
    assert "Send the &lt;b&gt;card&lt;/b&gt; first." in eva.page.text
    assert _BUTTON in eva.text()


def test_a_request_is_not_sent_twice(manual_ca: RunningCa, eva: Browser) -> None:
    eva.revoke(manual_ca.issued(card=manual_ca.card())["serial"])
    form = {"csrf": eva.csrf()}
    assert eva.http.post(_PATH, data=form).status_code == 200
    again = eva.http.post(_PATH, data=form)
    assert again.status_code == 409
    assert "the request was sent before" in again.text
