"""Certificates that were issued: found and revoked."""

from __future__ import annotations

import pytest
from cardtools.common.protocol import Applicant, CertificateProfile
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from tests.unit.cardtools.ca.running_ca import PETR, RunningCa, certificate_of, refused


def test_a_certificate_is_found_by_its_serial_number(ca: RunningCa) -> None:
    issued = ca.issued()
    certificate = certificate_of(issued)
    assert issued["serial"] == f"{certificate.serial_number:X}"
    assert ca.http.get(f"/certificates/{issued['serial']}").json() == issued
    file = ca.http.get(f"/certificates/{issued['serial']}/file")
    assert file.headers["content-type"] == "application/pkix-cert"
    assert file.content == certificate.public_bytes(serialization.Encoding.DER)


@pytest.mark.parametrize("path", ["", "/file"])
def test_there_is_no_such_certificate(quiet_ca: RunningCa, path: str) -> None:
    assert refused(quiet_ca.http.get(f"/certificates/ABCDEF{path}")) == (404, "not-found")
    assert refused(quiet_ca.http.get(f"/certificates/abcdef{path}")) == (422, "bad-request")


def test_the_issuer_and_the_root(quiet_ca: RunningCa) -> None:
    folder, together = quiet_ca.service.settings.folder, b""
    root = x509.load_der_x509_certificate(quiet_ca.http.get("/root").content)
    assert (folder / "root.pem").read_bytes() == root.public_bytes(serialization.Encoding.PEM)
    for name in ("public", "qualified"):
        issuing = x509.load_der_x509_certificate(quiet_ca.http.get(f"/issuer/{name}").content)
        issuing.verify_directly_issued_by(root)
        pem = issuing.public_bytes(serialization.Encoding.PEM)
        assert (folder / f"{name}.pem").read_bytes() == pem
        together += pem
    assert (folder / "issuing.pem").read_bytes() == together


def test_a_certificate_is_revoked_once_and_for_good(ca: RunningCa) -> None:
    serial = ca.issued()["serial"]
    path = f"/certificates/{serial}/revoke"
    answer = ca.operate(path, reason="keyCompromise")
    assert answer.json()["revoked"] is not None
    assert ca.http.get(f"/certificates/{serial}").json() == answer.json()
    assert refused(ca.operate(path)) == (409, "already-done")


def test_an_expired_certificate_is_not_revoked(ca: RunningCa) -> None:
    serial = ca.issued()["serial"]
    ca.clock.forward(days=366)
    answer = ca.operate(f"/certificates/{serial}/revoke")
    assert refused(answer) == (409, "already-done")


@pytest.mark.fact("PQ-25")
def test_an_applicant_is_found_with_certificates_and_cards(ca: RunningCa) -> None:
    card = ca.card()
    qualified = ca.issued(card=card)
    commercial = ca.issued(
        profile=CertificateProfile.COMMERCIAL, who=Applicant(name="JANA NOVÁKOVÁ", e_mail="jana@example.org")
    )
    ca.issued(who=PETR)

    def found(words: str) -> list[str]:
        people = ca.http.get("/people", params={"find": words}, headers=ca.authorised).json()
        return [person["applicant"]["name"] for person in people]

    assert found("example.org") == ["Petr Dvořák", "JANA NOVÁKOVÁ"]
    assert found("nováK") == ["JANA NOVÁKOVÁ"]
    assert found("nobody") == []
    [jana] = ca.http.get("/people?find=jana", headers=ca.authorised).json()
    assert [certificate["serial"] for certificate in jana["certificates"]] == [
        qualified["serial"],
        commercial["serial"],
    ]
    assert jana["cards"] == [ca.bond(card).json()]
