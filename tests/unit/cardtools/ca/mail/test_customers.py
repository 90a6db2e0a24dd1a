"""A signed e-mail acts for one customer, and on nothing of another's."""

from __future__ import annotations

from cardtools.ca.mail import senders
from cardtools.ca.office import customers
from cardtools.common.protocol import Applicant

from tests.unit.cardtools.ca.mail.correspondents import ADAM, Office, naming
from tests.unit.cardtools.ca.running_ca import PETR

LHOTA = "Obec Lhota"
CLERK = Applicant(name="Klára Malá", e_mail="klara@lhota.example", organisation=LHOTA)
_NOT_FOUND = (404, "not-found")


def test_only_the_customers_own_is_revoked_and_handed_over(office: Office) -> None:
    """Adam acts for nobody by name; Petr, for Lhota."""
    customers.add(office.ca.service, LHOTA, "test")
    senders.authorise(office.ca.service, PETR.e_mail, "test", LHOTA)
    petr, card = office.signer(who=PETR), office.ca.card()
    serial = office.ca.issued(who=CLERK, card=card)["serial"]
    by_card = f"Applicant: {CLERK.name}\nCard: {card.number}\n"
    office.refuses(office.adam.sign(naming(serial, CLERK.name)), _NOT_FOUND, f"no certificate {serial}", serial)
    office.refuses(office.adam.sign(by_card), _NOT_FOUND, "is not bound to", serial)
    answer = office.send(petr.sign(by_card, sender=PETR.e_mail))
    assert answer.json()["revoked"] == [serial]
    assert office.ca.bond(card).status_code == 404


def test_what_another_customer_has_on_the_card_keeps_the_bond_untold(office: Office) -> None:
    customers.add(office.ca.service, LHOTA, "test")
    card, privately = office.ca.card(), CLERK.model_copy(update={"organisation": None})
    first = office.ca.issued(who=privately, card=card)["serial"]
    second = office.ca.issued(who=CLERK, card=card)["serial"]
    answer = office.send(office.adam.sign(f"Applicant: {CLERK.name}\nCard: {card.number}\n"))
    assert answer.json()["revoked"] == [first]
    assert answer.json()["still_bound"] == [{"card_profile": "proid-q", "card_number": card.number, "still_valid": []}]
    assert not office.ca.is_revoked(second)
    again = office.adam.sign(f"Applicant: {CLERK.name}\nCard: {card.number}\n\nOnce more.\n", sender=ADAM.e_mail)
    office.refuses(again, (409, "still-valid-certificates"), "one of another customer", second)
