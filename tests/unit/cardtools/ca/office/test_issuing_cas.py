"""Two CAs issue under the root, the public and the qualified one, and each answers for its own (TM-11)."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from cardtools.ca.office import crl, ocsp
from cardtools.ca.office.service import Service
from cardtools.common.protocol import CertificateProfile
from cardtools.common.terms import IssuingCa
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509 import ocsp as x509_ocsp

from tests.unit.cardtools.ca.running_ca import RunningCa, certificate_of, refused
from tests.unit.cardtools.ca.store.test_schema import ca_of_form, opened

_ISSUED_BY = {
    CertificateProfile.COMMERCIAL: IssuingCa.PUBLIC,
    CertificateProfile.QUALIFIED: IssuingCa.QUALIFIED,
    CertificateProfile.SEAL: IssuingCa.QUALIFIED,
}


def _state(service: Service, certificate: x509.Certificate, ca: IssuingCa) -> x509_ocsp.OCSPCertStatus:
    """What OCSP says of a certificate that is said to be of a CA; the answer is signed by that CA's responder."""
    issuer = service.authority.cas[ca].issuing.certificate
    name_hash, key_hash = ocsp._issuer_hashes(issuer, hashes.SHA256())
    builder = x509_ocsp.OCSPRequestBuilder()
    request = builder.add_certificate_by_hash(name_hash, key_hash, certificate.serial_number, hashes.SHA256()).build()
    answer = x509_ocsp.load_der_ocsp_response(ocsp.answer(service, request.public_bytes(serialization.Encoding.DER)))
    [responder] = answer.certificates
    responder.verify_directly_issued_by(issuer)
    key = responder.public_key()
    assert isinstance(key, rsa.RSAPublicKey)
    key.verify(answer.signature, answer.tbs_response_bytes, padding.PKCS1v15(), hashes.SHA256())
    return answer.certificate_status


def _listed(service: Service, ca: IssuingCa) -> list[str]:
    """The serial numbers on a CA's list, which that CA has signed."""
    found = x509.load_der_x509_crl(crl.issuing_list(service, ca))
    issuing = service.authority.cas[ca].issuing
    assert found.issuer == issuing.certificate.subject
    assert found.is_signature_valid(issuing.key.public_key())
    return [f"{entry.serial_number:X}" for entry in found]


@pytest.mark.fact("TM-11")
@pytest.mark.parametrize("profile", CertificateProfile)
def test_each_certificate_is_of_its_own_ca(ca: RunningCa, profile: CertificateProfile) -> None:
    issued = ca.issued(profile=profile)
    certificate, mine = certificate_of(issued), _ISSUED_BY[profile]
    [other] = set(ca.service.authority.cas) - {mine}
    certificate.verify_directly_issued_by(ca.service.authority.cas[mine].issuing.certificate)
    with pytest.raises(ValueError, match="Issuer"):
        certificate.verify_directly_issued_by(ca.service.authority.cas[other].issuing.certificate)
    assert f"TEST Stuntcard Training {mine.capitalize()} CA" in certificate.issuer.rfc4514_string()

    assert _state(ca.service, certificate, mine) == x509_ocsp.OCSPCertStatus.GOOD
    assert _state(ca.service, certificate, other) == x509_ocsp.OCSPCertStatus.UNKNOWN
    ca.revoke(issued["serial"])
    assert _state(ca.service, certificate, mine) == x509_ocsp.OCSPCertStatus.REVOKED
    assert _state(ca.service, certificate, other) == x509_ocsp.OCSPCertStatus.UNKNOWN
    assert _listed(ca.service, mine) == [issued["serial"]]
    assert _listed(ca.service, other) == []


def test_what_a_certificate_names_is_there(ca: RunningCa) -> None:
    for profile, mine in _ISSUED_BY.items():
        certificate = certificate_of(ca.issued(profile=profile))
        accesses = certificate.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
        issuer, point = (
            ca.http.get(place).content for place in (accesses[1].access_location.value, _crl_place(certificate))
        )
        certificate.verify_directly_issued_by(x509.load_der_x509_certificate(issuer))
        assert x509.load_der_x509_crl(point).issuer == certificate.issuer
        assert f"/{mine}" in _crl_place(certificate)


def _crl_place(certificate: x509.Certificate) -> str:
    [point] = certificate.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    assert point.full_name is not None
    place: str = point.full_name[0].value
    return place


@pytest.mark.parametrize("path", ["/issuer", "/crl", "/issuer/single", "/crl/single"])
def test_a_new_ca_has_no_single_one(quiet_ca: RunningCa, path: str) -> None:
    answer = quiet_ca.http.get(path)
    assert refused(answer) == (404, "not-found")
    assert "`/public` and `/qualified`" in answer.json()["detail"]


def test_there_is_no_other(quiet_ca: RunningCa) -> None:
    assert refused(quiet_ca.http.get("/issuer/private")) == (422, "bad-request")


# A CA of before


@pytest.mark.fact("TM-11")
def test_the_single_ca_of_before_answers_for_what_it_issued(tmp_path: Path) -> None:
    """Jana's qualified certificate and Petr's commercial one, which Adam revoked, were both of the one CA there was."""
    service = opened(ca_of_form(3, tmp_path))
    with service.database.reading() as connection:
        rows = connection.execute("SELECT der FROM certificates ORDER BY rowid").fetchall()
    janas, petrs = (x509.load_der_x509_certificate(row["der"]) for row in rows)
    assert _state(service, janas, IssuingCa.SINGLE) == x509_ocsp.OCSPCertStatus.GOOD
    assert _state(service, petrs, IssuingCa.SINGLE) == x509_ocsp.OCSPCertStatus.REVOKED
    assert _state(service, janas, IssuingCa.QUALIFIED) == x509_ocsp.OCSPCertStatus.UNKNOWN
    assert _listed(service, IssuingCa.SINGLE) == [f"{petrs.serial_number:X}"]
    assert _listed(service, IssuingCa.PUBLIC) == _listed(service, IssuingCa.QUALIFIED) == []


def test_the_time_stamping_unit_of_before_is_still_good(tmp_path: Path) -> None:
    """Documents with its stamps are checked for years; it has a new certificate, of the qualified CA."""
    service = opened(ca_of_form(3, tmp_path))
    with service.database.reading() as connection:
        old, new = (
            x509.load_der_x509_certificate(row["der"])
            for row in connection.execute(
                "SELECT der FROM own_certificates WHERE purpose = 'time-stamping' ORDER BY made"
            )
        )
    assert _state(service, old, IssuingCa.SINGLE) == x509_ocsp.OCSPCertStatus.GOOD
    assert _state(service, new, IssuingCa.QUALIFIED) == x509_ocsp.OCSPCertStatus.GOOD
    assert service.authority.time_stamper.certificate == new
    assert old.public_key() == new.public_key()


def test_a_ca_of_before_makes_its_new_keys_once(tmp_path: Path) -> None:
    folder = ca_of_form(3, tmp_path)
    first = opened(folder).authority
    made = [folder / "keys" / f"{name}.pem" for name in ("public", "public-ocsp", "qualified", "qualified-ocsp")]
    assert {path.stat().st_mode & 0o777 for path in made} == {0o600}
    again = opened(folder).authority
    assert first.cas.keys() == again.cas.keys() == set(IssuingCa)
    for name, ca in first.cas.items():
        assert again.cas[name].issuing.certificate == ca.issuing.certificate
        assert again.cas[name].responder.certificate == ca.responder.certificate
    assert (folder / "issuing.pem").read_bytes().count(b"BEGIN CERTIFICATE") == 3


def test_a_ca_that_was_stopped_while_it_made_its_new_keys(tmp_path: Path) -> None:
    """What is there stays, what is missing is made, and a half-written key is none."""
    folder = ca_of_form(3, tmp_path)
    opened(folder)
    kept = ca_of_form(2, tmp_path)
    shutil.copy(folder / "keys" / "public.pem", kept / "keys" / "public.pem")
    (kept / "keys" / "tmp-half").write_bytes(b"-----BEGIN")
    ca = opened(kept).authority.cas
    assert ca[IssuingCa.PUBLIC].issuing.key.private_numbers() == (
        opened(folder).authority.cas[IssuingCa.PUBLIC].issuing.key.private_numbers()
    )
