"""The CA's portal has the look that all pages share, and axe has nothing against any of its pages."""

from __future__ import annotations

from pathlib import Path

from cardtools.common.look import style

from tests.browser.conftest import NewBrowser
from tests.browser.pages import judge
from tests.unit.cardtools.ca.portal.browser import Browser as Client
from tests.unit.cardtools.ca.running_ca import RunningCa, running_ca


def a_customers_troubles(ca: RunningCa) -> tuple[str, str, str]:
    """Serials of three certificates: one is valid, one revoked, and on a card whose bond the CA did not undo, one too.

    The customer asked for that again, and waits.
    """
    valid = str(ca.issued(card=ca.card("0001"))["serial"])
    revoked, refused = (str(ca.issued(card=ca.card(number))["serial"]) for number in ("0002", "0003"))
    customer = Client(ca)
    customer.log_in()
    for serial, number in ((revoked, "0002"), (refused, "0003")):
        customer.revoke(serial)
        customer.post(f"/portal/cards/proid-q/{number}/undo-bond")
    ca.operate("/undo-requests/2/refuse", reason="Send the card first, to our office in Ljubljana.")
    customer.http.close()
    return valid, revoked, refused


def test_every_page_of_the_portal_passes_axe(tmp_path: Path, new_browser: NewBrowser) -> None:
    with running_ca(tmp_path) as ca:
        valid, revoked, refused = a_customers_troubles(ca)
        visitor, portal = new_browser(), f"{ca.url}/portal"
        judge(visitor, portal)
        assert style() in visitor.source()
        visitor.go(f"{portal}?language=en")
        visitor.type_into("input[name=token]", ca.authorised["Authorization"].removeprefix("Bearer "))
        visitor.driver.find_element("css selector", "main form button").click()
        visitor.wait_text("Jana Nováková")
        for page in (
            "", "?find=nov%C3%A1kov%C3%A1", "?find=nobody", f"/applicants/{valid}", f"/applicants/{revoked}",
            f"/applicants/{refused}", f"/certificates/{valid}/revoke", "/applicants/00", "/nowhere",
        ):  # fmt: skip
            judge(visitor, f"{portal}{page}")
        assert [one for one in visitor.complaints if "404" not in one] == []
