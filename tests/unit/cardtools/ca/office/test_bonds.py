"""The bond between a card and its applicant."""

from __future__ import annotations

import pytest
from cardtools.ca.office import bonds
from cardtools.ca.store.people import person_of
from cardtools.common.protocol import Applicant, CertificateProfile

from tests.unit.cardtools.ca.keys import new_key
from tests.unit.cardtools.ca.running_ca import PETR, RunningCa, refused

_TO_ANOTHER = (409, "bound-to-another")


@pytest.mark.fact("PQ-23")
def test_the_first_qualified_certificate_binds_the_card(ca: RunningCa) -> None:
    card = ca.card()
    assert refused(ca.bond(card)) == (404, "not-found")
    certificate = ca.issued(card=card)
    bond = ca.bond(card).json()
    assert (bond["name"], bond["e_mail"]) == ("Jana Nováková", "jana@example.org")
    assert bond["certificates"] == [certificate["serial"]]
    assert not bond["may_be_undone"]


@pytest.mark.fact("PQ-23")
def test_a_bound_card_takes_no_certificate_of_another(ca: RunningCa) -> None:
    card = ca.card()
    ca.issued(card=card)
    assert refused(ca.ask(card=card, who=PETR)) == _TO_ANOTHER
    assert ca.ask(card=card).status_code == 201
    assert ca.ask(card=ca.card("0002"), who=PETR).status_code == 201


@pytest.mark.fact("PQ-23")
def test_the_bond_is_made_when_the_certificate_is_issued(manual_ca: RunningCa) -> None:
    card = manual_ca.card()
    first, second = manual_ca.ask(card=card).json()["id"], manual_ca.ask(card=card, who=PETR).json()["id"]
    assert refused(manual_ca.bond(card)) == (404, "not-found")
    manual_ca.issue(second)
    assert refused(manual_ca.operate(f"/requests/{first}/issue")) == _TO_ANOTHER
    assert manual_ca.http.get(f"/requests/{first}").json()["state"] == "pending"
    assert manual_ca.bond(card).json()["name"] == "Petr Dvořák"


@pytest.mark.fact("PQ-24")
def test_a_seal_makes_no_bond_and_meets_none(ca: RunningCa) -> None:
    card = ca.card()
    office, seal = Applicant(name="Městský úřad", e_mail="posta@example.org"), CertificateProfile.SEAL
    assert ca.issued(card=card, who=office, profile=seal)["on_device"]
    assert refused(ca.bond(card)) == (404, "not-found")
    ca.issued(card=card)
    assert ca.issued(card=card, who=office, profile=seal)["on_device"]
    assert ca.bond(card).json()["name"] == "Jana Nováková"


@pytest.mark.fact("PQ-23")
def test_cards_of_two_kinds_with_one_number_are_two_cards(ca: RunningCa) -> None:
    ca.issued(card=ca.card())
    token = ca.card(profile="tokenme")
    assert ca.ask(card=token, area="general", who=PETR).status_code == 201
    both = bonds.find_numbered(ca.service, "0001")
    assert [bound.bond.name for bound in both] == ["Jana Nováková", "Petr Dvořák"]


@pytest.mark.fact("PQ-26")
def test_the_bond_is_checked_for_a_renewal(ca: RunningCa) -> None:
    """Petr's certificate lies on his own card; he can't have its follow-on on Jana's."""
    janas, petrs, old, new = ca.card("0001"), ca.card("0002"), new_key(), new_key()
    ca.issued(card=janas)
    certificate = ca.issued(old, card=petrs, who=PETR)

    serial = certificate["serial"]
    assert refused(ca.renew(serial, old, new, janas)) == _TO_ANOTHER
    assert ca.renew(serial, old, new, petrs).status_code == 201


@pytest.mark.fact("PQ-25")
def test_a_card_is_handed_over_once_all_on_it_is_revoked(ca: RunningCa) -> None:
    card = ca.card()
    first = ca.issued(card=card)
    second = ca.issued(card=card, area="general", profile=CertificateProfile.COMMERCIAL)
    for serial in (first["serial"], second["serial"]):
        assert not ca.bond(card).json()["may_be_undone"]
        assert refused(ca.undo_bond(card)) == (409, "still-valid-certificates")
        ca.revoke(serial)
    assert ca.bond(card).json()["may_be_undone"]
    assert refused(ca.ask(card=card, who=PETR)) == _TO_ANOTHER
    assert ca.undo_bond(card).status_code == 204
    assert ca.issued(card=card, who=PETR)["on_device"]
    assert ca.bond(card).json()["name"] == "Petr Dvořák"


def test_what_has_expired_needs_no_revoking(ca: RunningCa) -> None:
    card = ca.card()
    ca.issued(card=card)
    ca.clock.forward(days=366)
    assert ca.bond(card).json()["may_be_undone"]
    assert ca.undo_bond(card).status_code == 204


def test_there_is_nothing_to_undo(ca: RunningCa) -> None:
    assert refused(ca.undo_bond(ca.card())) == (404, "not-found")


def test_the_bonds_of_a_person(ca: RunningCa) -> None:
    for number in ("0001", "0002"):
        ca.issued(card=ca.card(number))
    jana = person_of(Applicant(name="jana nováková", e_mail="jana@example.org"))
    assert [bound.bond.card.number for bound in bonds.of_person(ca.service, jana)] == ["0001", "0002"]
