"""The CA's own certificates: the same at the same address."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from cardtools.ca.office import service
from cardtools.ca.office.service import open_service
from cardtools.ca.pki.authority import Authority
from cardtools.common.terms import IssuingCa
from cryptography import x509

from tests.unit.cardtools.ca.cards import Issuer
from tests.unit.cardtools.ca.running_ca import settings_for


def _chain(authority: Authority) -> list[x509.Certificate]:
    return [
        credential.certificate
        for credential in (
            authority.root,
            *(credential for ca in authority.cas.values() for credential in (ca.issuing, ca.responder)),
            authority.time_stamper,
        )
    ]


def test_the_same_certificates_at_the_same_address(tmp_path: Path) -> None:
    settings = settings_for(tmp_path, Issuer())
    first = open_service(settings).authority
    assert _chain(open_service(settings).authority) == _chain(first)


def test_another_address_takes_other_certificates_of_the_same_keys(tmp_path: Path) -> None:
    settings = settings_for(tmp_path, Issuer())
    here = open_service(settings).authority
    there = open_service(replace(settings, url="http://127.0.0.1:1")).authority
    assert there.root.certificate == here.root.certificate
    mine, theirs = (authority.cas[IssuingCa.PUBLIC] for authority in (here, there))
    assert theirs.issuing.certificate != mine.issuing.certificate
    assert theirs.issuing.certificate.public_key() == mine.issuing.certificate.public_key()
    theirs.issuing.certificate.verify_directly_issued_by(here.root.certificate)
    mine.responder.certificate.verify_directly_issued_by(theirs.issuing.certificate)
    assert _chain(open_service(settings).authority) == _chain(here)
    assert service.last_url(settings.folder) == settings.url
