"""Several customers in one CA: each finds, revokes and hands over what is its own, and nothing of another's shows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from cardtools.ca.cli import app
from cardtools.ca.errors import RefusedError
from cardtools.ca.office import customers, roles
from cardtools.ca.office.roles import Role
from cardtools.common.protocol import Applicant, CertificateProfile
from typer.testing import CliRunner

from tests.unit.cardtools.ca.keys import new_key
from tests.unit.cardtools.ca.portal.browser import Browser
from tests.unit.cardtools.ca.running_ca import JANA, RunningCa, refused

LHOTA, PRAHA = "Obec Lhota", "Hlavní město Praha"
CLERK = Applicant(name="Klára Malá", e_mail="klara@lhota.example", organisation=LHOTA)
MAYOR = Applicant(name="Marek Velký", e_mail="marek@praha.example", organisation="hlavní  město praha")


@dataclass(frozen=True)
class Office:
    """Somebody authorised by a customer, with token and browser."""

    headers: dict[str, str]
    browser: Browser


@pytest.fixture
def offices(ca: RunningCa) -> Iterator[tuple[Office, Office, Office]]:
    """Of Lhota, of Praha, and of nobody by name."""
    found = []
    for name in (LHOTA, PRAHA, ""):
        if name:
            customers.add(ca.service, name, "test")
        token = roles.add(ca.service, f"of {name or 'nobody'}", Role.AUTHORISED, "test", name)
        browser = Browser(ca)
        browser.log_in(token)
        found.append(Office({"Authorization": f"Bearer {token}"}, browser))
    lhota, praha, nobody = found
    yield lhota, praha, nobody
    for office in found:
        office.browser.http.close()


def test_each_finds_its_own_and_no_others(ca: RunningCa, offices: tuple[Office, Office, Office]) -> None:
    lhota, praha, nobody = offices
    everybody = (CLERK, MAYOR, JANA)
    serials = {
        who.name: ca.issued(who=who, card=ca.card(f"000{number}"))["serial"] for number, who in enumerate(everybody)
    }
    for office, own in ((lhota, CLERK), (praha, MAYOR), (nobody, JANA)):
        for words in ("example", *serials, *serials.values(), "0000", "0001", "0002"):
            page = office.browser.http.get("/portal", params={"find": words}).text
            shown = page.partition("<main>")[2].partition("</form>")[2]
            for who in everybody:
                assert who is own or (who.name not in shown and serials[who.name] not in shown), words
        found = ca.http.get("/people", params={"find": "example"}, headers=office.headers).json()
        assert [person["applicant"]["name"] for person in found] == [own.name]
    assert len(ca.http.get("/people", params={"find": "example"}, headers=ca.operator).json()) == 3


def test_none_opens_revokes_or_hands_over_anothers(ca: RunningCa, offices: tuple[Office, Office, Office]) -> None:
    lhota, praha, nobody = offices
    card = ca.card()
    serial = ca.issued(who=CLERK, card=card)["serial"]
    bond = f"/cards/{card.profile}/{card.number}/bond"
    for stranger in (praha, nobody):
        assert refused(ca.http.post(f"/certificates/{serial}/revoke", headers=stranger.headers)) == (404, "not-found")
        assert refused(ca.http.get(bond, headers=stranger.headers)) == (404, "not-found")
        for path in (f"/portal/applicants/{serial}", f"/portal/certificates/{serial}/revoke"):
            assert stranger.browser.open(path).status_code == 404
            assert CLERK.name not in stranger.browser.page.text
        stranger.browser.open("/portal")
        assert stranger.browser.post(f"/portal/certificates/{serial}/revoke", reason="unspecified").status_code == 404
    assert not ca.is_revoked(serial)

    lhota.browser.revoke(serial)
    for stranger in (praha, nobody):
        assert refused(ca.http.post(f"{bond}/undo-requests", headers=stranger.headers)) == (404, "not-found")
    assert ca.http.post(f"{bond}/undo-requests", headers=lhota.headers).json()["state"] == "done"
    for office, numbers in ((lhota, [1]), (praha, []), (nobody, [])):
        listed = ca.http.get("/undo-requests", headers=office.headers).json()
        assert [request["number"] for request in listed] == numbers
        assert (CLERK.name in office.browser.open("/portal").text) is bool(numbers)


def test_who_works_for_two_is_seen_by_each_in_part(ca: RunningCa, offices: tuple[Office, Office, Office]) -> None:
    """The card is bound by Lhota's certificate; Praha's on it keeps the bond, of which Lhota hears, and no more."""
    lhota, praha, _ = offices
    card, also = ca.card(), CLERK.model_copy(update={"organisation": PRAHA})
    first, second = ca.issued(who=CLERK, card=card)["serial"], ca.issued(who=also, card=card)["serial"]
    bond = f"/cards/{card.profile}/{card.number}/bond"
    lhota.browser.revoke(first)
    assert second not in lhota.browser.page.text
    assert "a certificate of another customer on this card is still valid" in lhota.browser.text()
    answer = ca.http.post(f"{bond}/undo-requests", headers=lhota.headers)
    assert refused(answer) == (409, "still-valid-certificates")
    assert "still valid: 1 of another customer." in answer.json()["detail"]
    assert ca.http.get(bond, headers=lhota.headers).json()["certificates"] == [first]
    praha.browser.open(f"/portal/applicants/{second}")
    assert first not in praha.browser.page.text
    praha.browser.revoke(second)
    assert ca.http.post(f"{bond}/undo-requests", headers=lhota.headers).status_code == 201


def test_seals_and_follow_ons_stay_with_their_customer(ca: RunningCa, offices: tuple[Office, Office, Office]) -> None:
    lhota, _, _ = offices
    town = Applicant(name=LHOTA, e_mail="urad@lhota.example")
    seal = ca.issued(who=town, profile=CertificateProfile.SEAL)["serial"]
    key = new_key()
    renewed = ca.renew(ca.issued(key, who=CLERK)["serial"], key, new_key()).json()["serial"]
    for serial in (seal, renewed):
        assert lhota.browser.open(f"/portal/applicants/{serial}").status_code == 200


def test_what_was_asked_for_before_there_was_the_customer_stays(ca: RunningCa) -> None:
    serial = ca.issued(who=CLERK)["serial"]
    customers.add(ca.service, LHOTA, "test")
    later = ca.issued(who=CLERK)["serial"]
    found = ca.http.get("/people", params={"find": "klara"}, headers=ca.authorised).json()
    assert [certificate["serial"] for certificate in found[0]["certificates"]] == [serial]
    assert later != serial


def test_customers_on_the_command_line(ca: RunningCa) -> None:
    folder = str(ca.service.settings.folder)

    def told(*words: str, status: int = 0) -> str:
        result = CliRunner().invoke(app, list(words))
        assert result.exit_code == status, result.output
        return result.output

    told("customer", "add", folder, LHOTA)
    assert told("customer", "add", folder, LHOTA.upper(), status=1) == f"There is a customer {LHOTA.upper()} already.\n"
    assert told("customer", "list", folder) == f"{LHOTA}\n"
    told("token", "add", folder, "authorised", "Eva", "--customer", "obec lhota")
    assert f"authorised  Eva  {LHOTA}" in told("token", "list", folder).splitlines()
    said = told("token", "add", folder, "authorised", "Ota", "--customer", "Praha", status=1)
    assert "There is no customer Praha." in said
    told("authorise", folder, "eva@lhota.example", "--customer", LHOTA)
    with pytest.raises(RefusedError, match="can stand in a certificate"):
        customers.add(ca.service, " ", "test")
