"""Requests and renewals, over HTTP as a client sends them."""

from __future__ import annotations

import re
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from cardtools.ca.errors import RefusedError
from cardtools.ca.office import challenges, requests
from cardtools.ca.office.service import open_service
from cardtools.ca.store.request_rows import RequestRecord
from cardtools.common.protocol import Applicant, CertificateProfile, CertificateRequest
from cardtools.common.terms import KeyOrigin
from cryptography.hazmat.primitives.asymmetric import ec

from tests.unit.cardtools.ca.cards import AttestingCard, Issuer
from tests.unit.cardtools.ca.keys import new_key, pkcs10, proof, public_der
from tests.unit.cardtools.ca.running_ca import (
    JANA,
    NO_LIMITS,
    RunningCa,
    certificate_of,
    refused,
    running_ca,
    settings_for,
)

_STATEMENT_REFUSED = (400, "statement-refused")


@pytest.mark.fact("PQ-18")
def test_a_first_request_is_answered_with_bp_and_ten_digits(manual_ca: RunningCa) -> None:
    answer = manual_ca.ask()
    assert answer.status_code == 201
    body = answer.json()
    assert re.fullmatch(r"BP\d{10}", body["id"])
    assert body == {
        "id": body["id"],
        "state": "pending",
        "profile": "qualified",
        "applicant": JANA.model_dump(),
        "on_device": False,
        "received": body["received"],
        "validity": "one-year",
        "reason": None,
        "serial": None,
    }
    assert manual_ca.http.get(f"/requests/{body['id']}").json() == body
    assert refused(manual_ca.http.get(f"/requests/{body['id']}/certificate")) == (409, "not-issued-yet")


def test_the_operator_issues(manual_ca: RunningCa) -> None:
    request = manual_ca.ask().json()["id"]
    issued = manual_ca.issue(request)
    assert issued["state"] == "issued"
    certificate = manual_ca.http.get(f"/requests/{request}/certificate").json()
    assert certificate["serial"] == issued["serial"]
    assert refused(manual_ca.operate(f"/requests/{request}/issue")) == (409, "already-done")


def test_the_operator_refuses_and_the_key_is_free_again(manual_ca: RunningCa) -> None:
    key = new_key()
    request = manual_ca.ask(key).json()["id"]
    answer = manual_ca.operate(f"/requests/{request}/refuse", reason="No contract.")
    assert (answer.json()["state"], answer.json()["reason"]) == ("refused", "No contract.")
    assert refused(manual_ca.http.get(f"/requests/{request}/certificate")) == (409, "not-issued-yet")
    assert refused(manual_ca.operate(f"/requests/{request}/issue")) == (409, "already-done")
    assert manual_ca.ask(key).status_code == 201


def test_requests_are_listed_by_state(manual_ca: RunningCa) -> None:
    first, second = manual_ca.ask().json()["id"], manual_ca.ask().json()["id"]
    manual_ca.issue(first)

    def listed(query: str) -> list[str]:
        return [request["id"] for request in manual_ca.listed(f"/requests{query}")]

    assert listed("") == [second, first]
    assert listed("?state=pending") == [second]
    assert listed("?state=issued") == [first]
    assert listed("?state=refused") == []


def test_an_automatic_ca_issues_at_once(ca: RunningCa) -> None:
    body = ca.ask().json()
    assert body["state"] == "issued"
    assert ca.http.get(f"/requests/{body['id']}/certificate").json()["serial"] == body["serial"]


def test_a_key_is_used_once(ca: RunningCa) -> None:
    key = new_key()
    ca.issued(key)
    assert refused(ca.ask(key)) == (409, "key-used-before")
    assert refused(ca.ask(key, profile=CertificateProfile.COMMERCIAL)) == (409, "key-used-before")


@pytest.mark.parametrize(
    ("pkcs10", "expected"),
    [("rubbish", (400, "bad-request")), ("", (422, "bad-request")), ("x" * 20_000, (422, "bad-request"))],
)
def test_bad_requests(quiet_ca: RunningCa, pkcs10: str, expected: tuple[int, str]) -> None:
    body = quiet_ca.body(new_key()) | {"pkcs10": pkcs10}
    assert refused(quiet_ca.http.post("/requests", json=body)) == expected


def test_a_key_that_is_not_taken(quiet_ca: RunningCa) -> None:
    assert refused(quiet_ca.ask(ec.generate_private_key(ec.SECP256K1()))) == (400, "key-not-taken")


def test_what_the_protocol_does_not_name_is_refused(quiet_ca: RunningCa) -> None:
    body = quiet_ca.body(new_key()) | {"on_device": True}
    assert refused(quiet_ca.http.post("/requests", json=body)) == (422, "bad-request")


# Statements of cards


@pytest.mark.fact("PQ-17", "PQ-21")
@pytest.mark.parametrize(
    ("area", "origin", "profile"),
    [
        ("general", KeyOrigin.MADE, CertificateProfile.QUALIFIED),
        ("cc", KeyOrigin.IMPORTED, CertificateProfile.QUALIFIED),
        ("cc", KeyOrigin.FACTORY, CertificateProfile.QUALIFIED),
        ("cc", KeyOrigin.FACTORY, CertificateProfile.SEAL),
        ("cc", KeyOrigin.MADE, CertificateProfile.COMMERCIAL),
    ],
)
def test_a_true_statement_that_is_not_enough_gives_no_mark_and_makes_no_bond(
    ca: RunningCa, area: str, origin: KeyOrigin, profile: CertificateProfile
) -> None:
    card = ca.card()
    assert not ca.issued(card=card, area=area, origin=origin, profile=profile)["on_device"]
    assert refused(ca.bond(card)) == (404, "not-found")


@pytest.mark.fact("PQ-17")
def test_a_card_that_is_no_qualified_device(ca: RunningCa) -> None:
    assert not ca.issued(card=ca.card(profile="zzzs-pk"))["on_device"]


@pytest.mark.fact("PQ-17")
def test_statements_that_are_refused_leave_nothing_but_an_entry_in_the_log(manual_ca: RunningCa) -> None:
    card, key, other = manual_ca.card(), new_key(), new_key()
    good = card.attest(public_der(key), manual_ca.nonce())
    forged = bytes.fromhex(good.statement).replace(b"cc", b"CC").hex()
    wrong = {
        "its signature does not hold": good.model_copy(update={"statement": forged}),
        "another key": card.attest(public_der(other), manual_ca.nonce()),
        "no issuer of cards": AttestingCard(Issuer()).attest(public_der(key), manual_ca.nonce()),
        "another card": card.signed(replace(card, number="0002").statement(public_der(key), manual_ca.nonce())),
        "its nonce": card.attest(public_der(key), bytes(32)),
        "can't be read": card.signed(b"\x00"),
    }
    for why, attestation in wrong.items():
        answer = manual_ca.http.post("/requests", json=manual_ca.body(key, attestation=attestation))
        assert refused(answer) == _STATEMENT_REFUSED
        assert why in answer.json()["detail"]
    assert manual_ca.listed("/requests") == []
    assert (
        manual_ca.audit()[-len(wrong) :] == [("client 127.0.0.1", "request", "Jana Nováková", "statement-refused")] * 6
    )
    assert manual_ca.http.post("/requests", json=manual_ca.body(key, attestation=good)).json()["on_device"]


def _answer_to(ca: RunningCa, nonce: bytes) -> httpx.Response:
    """What comes of a request with a card's statement over this nonce."""
    key = new_key()
    return ca.http.post("/requests", json=ca.body(key, attestation=ca.card().attest(public_der(key), nonce)))


@pytest.mark.fact("PQ-17")
def test_a_nonce_is_answered_once(manual_ca: RunningCa) -> None:
    nonce = manual_ca.nonce()
    assert _answer_to(manual_ca, nonce).json()["on_device"]
    assert refused(_answer_to(manual_ca, nonce)) == _STATEMENT_REFUSED


@pytest.mark.fact("PQ-17")
def test_a_nonce_expires(manual_ca: RunningCa) -> None:
    nonce = manual_ca.nonce()
    manual_ca.clock.forward(seconds=manual_ca.service.settings.challenge_seconds)
    assert refused(_answer_to(manual_ca, nonce)) == _STATEMENT_REFUSED


@pytest.mark.fact("PQ-17")
def test_what_was_answered_is_kept_until_it_expires(manual_ca: RunningCa) -> None:
    assert manual_ca.ask(card=manual_ca.card()).status_code == 201
    assert _kept_nonces(manual_ca) == 1
    manual_ca.clock.forward(seconds=manual_ca.service.settings.challenge_seconds)
    assert manual_ca.ask(card=manual_ca.card()).status_code == 201
    assert _kept_nonces(manual_ca) == 1


def _kept_nonces(ca: RunningCa) -> int:
    with ca.service.database.reading() as connection:
        return int(connection.execute("SELECT count(*) FROM answered_challenges").fetchone()[0])


def test_who_asks_for_challenges_without_end_takes_them_from_nobody(manual_ca: RunningCa) -> None:
    first = manual_ca.nonce()
    for _ in range(5000):
        challenges.challenge(manual_ca.service)
    assert _kept_nonces(manual_ca) == 0
    assert _answer_to(manual_ca, first).json()["on_device"]


def test_a_nonce_of_which_a_bit_was_changed_and_one_of_another_ca(manual_ca: RunningCa, tmp_path: Path) -> None:
    """Its time, its chance, and the code over both."""
    good = manual_ca.nonce()
    for place in (0, 5, 6, 15, 16, 31):
        changed = good[:place] + bytes([good[place] ^ 1]) + good[place + 1 :]
        assert refused(_answer_to(manual_ca, changed)) == _STATEMENT_REFUSED, place
    with running_ca(tmp_path) as other:
        nonce = other.nonce()
    assert refused(_answer_to(manual_ca, nonce)) == _STATEMENT_REFUSED


def test_a_nonce_outlasts_the_server(tmp_path: Path) -> None:
    issuer = Issuer()
    settings = settings_for(tmp_path, issuer)
    before = open_service(settings)
    nonce = bytes.fromhex(challenges.challenge(before).nonce)
    after = open_service(settings)
    with after.database.transaction() as connection:
        assert challenges.take(after, connection, nonce, after.clock())
        assert not challenges.take(after, connection, nonce, after.clock())


def test_requests_of_one_client_leave_room_for_others(manual_ca: RunningCa) -> None:
    limits = replace(NO_LIMITS, pending=3, pending_of_a_client=2)
    service = replace(manual_ca.service, settings=replace(manual_ca.service.settings, limits=limits))

    def ask(client: str) -> RequestRecord:
        asked = CertificateRequest.model_validate(manual_ca.body(new_key()))
        return requests.accept(service, asked, "test", client)

    first = ask("one")
    ask("one")
    with pytest.raises(RefusedError, match="from this address"):
        ask("one")
    ask("another")
    with pytest.raises(RefusedError, match="Too many requests wait"):
        ask("another")
    requests.refuse(service, first.id, "Come with the card.", "test")
    ask("one")


def test_the_ca_holds_so_many_requests(tmp_path: Path) -> None:
    with running_ca(tmp_path, limits=replace(NO_LIMITS, pending=1)) as ca:
        request = ca.ask().json()["id"]
        assert refused(ca.ask()) == (429, "too-many-requests")
        ca.issue(request)
        assert ca.ask().status_code == 201


# Renewals


@pytest.mark.fact("TM-08")
def test_a_renewal_carries_profile_and_applicant_over(ca: RunningCa) -> None:
    old, new, card = new_key(), new_key(), ca.card()
    certificate = ca.issued(old, card=card)
    answer = ca.renew(certificate["serial"], old, new, card)
    assert answer.status_code == 201
    status = answer.json()
    assert (status["profile"], status["applicant"]["name"], status["on_device"]) == ("qualified", JANA.name, True)
    follow_on = ca.http.get(f"/certificates/{status['serial']}").json()
    assert certificate_of(follow_on).public_key() == new.public_key()


@pytest.mark.fact("PQ-17")
def test_a_renewal_without_a_statement_loses_the_mark(ca: RunningCa) -> None:
    old = new_key()
    certificate = ca.issued(old, card=ca.card())
    answer = ca.renew(certificate["serial"], old, new_key())
    assert (certificate["on_device"], answer.json()["on_device"]) == (True, False)


@pytest.mark.fact("TM-08")
def test_a_renewal_needs_a_certificate_in_use(ca: RunningCa) -> None:
    revoked_key, expired_key = new_key(), new_key()
    revoked, expired = ca.issued(revoked_key), ca.issued(expired_key)

    ca.revoke(revoked["serial"])
    assert refused(ca.renew(revoked["serial"], revoked_key, new_key())) == (409, "old-certificate-not-valid")
    ca.clock.forward(days=366)
    assert refused(ca.renew(expired["serial"], expired_key, new_key())) == (409, "old-certificate-not-valid")
    assert refused(ca.renew("ABCDEF", new_key(), new_key())) == (404, "not-found")


@pytest.mark.fact("TM-08")
def test_only_the_holder_of_the_old_key_renews(ca: RunningCa) -> None:
    old, new = new_key(), new_key()
    serial = ca.issued(old)["serial"]
    of_another_request = proof(old, pkcs10(new_key()))
    assert refused(ca.renew(serial, new_key(), new)) == (400, "bad-signature")
    for wrong in (of_another_request, "00"):
        assert refused(ca.renew(serial, old, new, proof=wrong)) == (400, "bad-signature")
    assert ca.renew(serial, old, new).status_code == 201
    assert refused(ca.renew(serial, old, new)) == (409, "key-used-before")


def test_a_renewal_is_not_issued_when_the_old_one_was_revoked_meanwhile(manual_ca: RunningCa) -> None:
    old = new_key()
    serial = manual_ca.issued(old)["serial"]
    request = manual_ca.renew(serial, old, new_key()).json()["id"]
    manual_ca.revoke(serial)
    answer = manual_ca.operate(f"/requests/{request}/issue")
    assert refused(answer) == (409, "old-certificate-not-valid")


@pytest.mark.fact("PQ-31")
def test_a_certificate_for_seals_is_not_renewed(ca: RunningCa) -> None:
    """Its follow-on is asked for as the first one was."""
    old, office = new_key(), Applicant(name="Úřad", e_mail="posta@example.org")
    serial = ca.issued(old, profile=CertificateProfile.SEAL, who=office)["serial"]
    assert refused(ca.renew(serial, old, new_key())) == (409, "not-renewed")
    assert ca.issued(profile=CertificateProfile.SEAL, who=office)["profile"] == "seal"


@pytest.mark.fact("PQ-32")
@pytest.mark.parametrize(("validity", "days"), [("one-year", 365), ("several-years", 1095)])
def test_a_follow_on_is_of_one_year_or_of_several(ca: RunningCa, validity: str, days: int) -> None:
    old = new_key()
    answer = ca.renew(ca.issued(old)["serial"], old, new_key(), validity=validity)
    assert answer.json()["validity"] == validity
    certificate = certificate_of(ca.http.get(f"/certificates/{answer.json()['serial']}").json())
    assert certificate.not_valid_after_utc - certificate.not_valid_before_utc == timedelta(days=days)


def test_a_follow_on_of_no_known_length(ca: RunningCa) -> None:
    old = new_key()
    assert refused(ca.renew(ca.issued(old)["serial"], old, new_key(), validity="for ever")) == (422, "bad-request")


# Races


def _race(ca: RunningCa, path: str, bodies: list[dict[str, object]]) -> list[int]:
    """Posts all bodies at the same time; the statuses, sorted."""
    ready = threading.Barrier(len(bodies))

    def post(body: dict[str, object]) -> int:
        ready.wait()
        return ca.http.post(path, json=body).status_code

    with ThreadPoolExecutor(len(bodies)) as threads:
        return sorted(threads.map(post, bodies))


_RACERS = 8


@pytest.mark.fact("PQ-23")
def test_clients_racing_for_one_bond_end_with_one_winner(ca: RunningCa) -> None:
    card = ca.card()
    keys = [new_key() for _ in range(_RACERS)]
    bodies = [
        ca.body(
            key,
            who=Applicant(name=f"Racer {number}", e_mail=f"racer{number}@example.org"),
            attestation=card.attest(public_der(key), ca.nonce()),
        )
        for number, key in enumerate(keys)
    ]
    assert _race(ca, "/requests", bodies) == [201] + [409] * (_RACERS - 1)
    [issued] = ca.listed("/requests")
    assert ca.bond(card).json()["name"] == issued["applicant"]["name"]


def test_clients_racing_with_one_key_end_with_one_winner(ca: RunningCa) -> None:
    key = new_key()
    bodies = [
        ca.body(key, who=Applicant(name=f"Racer {number}", e_mail="racer@example.org")) for number in range(_RACERS)
    ]
    assert _race(ca, "/requests", bodies) == [201] + [409] * (_RACERS - 1)


@pytest.mark.fact("PQ-17")
def test_clients_racing_with_one_nonce_end_with_one_winner(ca: RunningCa) -> None:
    card, nonce = ca.card(), ca.nonce()
    keys = [new_key() for _ in range(_RACERS)]
    bodies = [ca.body(key, attestation=card.attest(public_der(key), nonce)) for key in keys]
    assert _race(ca, "/requests", bodies) == [201] + [400] * (_RACERS - 1)


def test_operators_racing_to_issue_end_with_one_certificate(manual_ca: RunningCa) -> None:
    request = manual_ca.ask().json()["id"]
    with ThreadPoolExecutor(_RACERS) as threads:
        issue = [threads.submit(manual_ca.operate, f"/requests/{request}/issue") for _ in range(_RACERS)]
        assert sorted(answer.result().status_code for answer in issue) == [200] + [409] * (_RACERS - 1)
