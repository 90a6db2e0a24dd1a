"""What OCSP tells of each state."""

from __future__ import annotations

import base64
from datetime import timedelta
from urllib.parse import quote

import pytest
from cardtools.common.protocol import Applicant, CertificateProfile
from cardtools.common.terms import IssuingCa
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509 import ocsp

from tests.unit.cardtools.ca.cards import Issuer
from tests.unit.cardtools.ca.keys import new_key
from tests.unit.cardtools.ca.running_ca import RunningCa, certificate_of


def _request(
    ca: RunningCa, certificate: x509.Certificate, algorithm: hashes.HashAlgorithm | None = None, nonce: bytes = b""
) -> bytes:
    issuer = ca.service.authority.cas[IssuingCa.QUALIFIED].issuing.certificate
    builder = ocsp.OCSPRequestBuilder().add_certificate(certificate, issuer, algorithm or hashes.SHA256())
    if nonce:
        builder = builder.add_extension(x509.OCSPNonce(nonce), critical=False)
    return builder.build().public_bytes(serialization.Encoding.DER)


def _ask(ca: RunningCa, request: bytes) -> ocsp.OCSPResponse:
    answer = ca.http.post("/ocsp", content=request, headers={"Content-Type": "application/ocsp-request"})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/ocsp-response")
    return ocsp.load_der_ocsp_response(answer.content)


@pytest.mark.parametrize("algorithm", [hashes.SHA1(), hashes.SHA256(), hashes.SHA512()], ids=lambda a: a.name)
def test_good_then_revoked(ca: RunningCa, algorithm: hashes.HashAlgorithm) -> None:
    issued = ca.issued()
    request = _request(ca, certificate_of(issued), algorithm)
    assert _ask(ca, request).certificate_status == ocsp.OCSPCertStatus.GOOD
    path = f"/certificates/{issued['serial']}/revoke"
    ca.operate(path, reason="keyCompromise")
    answer = _ask(ca, request)
    assert answer.certificate_status == ocsp.OCSPCertStatus.REVOKED
    assert answer.revocation_reason == x509.ReasonFlags.key_compromise
    revoked = ca.http.get(f"/certificates/{issued['serial']}").json()["revoked"]
    assert answer.revocation_time_utc is not None
    assert answer.revocation_time_utc.isoformat().replace("+00:00", "Z") == revoked


def test_a_certificate_that_is_not_in_the_cas_file(quiet_ca: RunningCa) -> None:
    """Signed with the CA's key, as by someone who stole it."""
    stranger = quiet_ca.service.authority.issue(
        CertificateProfile.QUALIFIED,
        Applicant(name="Eva", e_mail="eva@example.org"),
        new_key().public_key(),
        on_device=False,
        at=quiet_ca.clock(),
        life=timedelta(days=1),
    )
    assert _ask(quiet_ca, _request(quiet_ca, stranger)).certificate_status == ocsp.OCSPCertStatus.UNKNOWN


def test_the_time_stamping_certificate_is_good(quiet_ca: RunningCa) -> None:
    unit = quiet_ca.service.authority.time_stamper.certificate
    assert _ask(quiet_ca, _request(quiet_ca, unit)).certificate_status == ocsp.OCSPCertStatus.GOOD


def test_another_issuers_certificate_is_not_spoken_of(quiet_ca: RunningCa) -> None:
    issuer = Issuer()
    certificate = issuer.certify(new_key(), x509.Name([]))
    builder = ocsp.OCSPRequestBuilder().add_certificate(certificate, issuer.certificate, hashes.SHA256())
    request = builder.build().public_bytes(serialization.Encoding.DER)
    assert _ask(quiet_ca, request).response_status == ocsp.OCSPResponseStatus.UNAUTHORIZED


def test_the_nonce_comes_back_and_the_responder_signs(ca: RunningCa) -> None:
    request = _request(ca, certificate_of(ca.issued()), nonce=b"sixteen bytes...")
    answer = _ask(ca, request)
    assert answer.extensions.get_extension_for_class(x509.OCSPNonce).value.nonce == b"sixteen bytes..."
    [responder] = answer.certificates
    responder.verify_directly_issued_by(ca.service.authority.cas[IssuingCa.QUALIFIED].issuing.certificate)
    responder.extensions.get_extension_for_class(x509.OCSPNoCheck)
    key = responder.public_key()
    assert isinstance(key, rsa.RSAPublicKey)
    key.verify(answer.signature, answer.tbs_response_bytes, padding.PKCS1v15(), hashes.SHA256())


def test_a_request_in_the_path(ca: RunningCa) -> None:
    for _ in range(4):
        encoded = base64.b64encode(_request(ca, certificate_of(ca.issued()))).decode()
        for path in (encoded, quote(encoded, safe="")):
            answer = ocsp.load_der_ocsp_response(ca.http.get(f"/ocsp/{path}").content)
            assert answer.certificate_status == ocsp.OCSPCertStatus.GOOD


@pytest.mark.parametrize("rubbish", [b"", b"rubbish", bytes.fromhex("3000"), bytes.fromhex("30023000")])
def test_rubbish_is_answered_as_malformed(quiet_ca: RunningCa, rubbish: bytes) -> None:
    assert _ask(quiet_ca, rubbish).response_status == ocsp.OCSPResponseStatus.MALFORMED_REQUEST


@pytest.mark.parametrize("path", ["rubbish", "%FF", "!!!!", "MAA="])
def test_rubbish_in_the_path_is_answered_as_malformed(quiet_ca: RunningCa, path: str) -> None:
    answer = ocsp.load_der_ocsp_response(quiet_ca.http.get(f"/ocsp/{path}").content)
    assert answer.response_status == ocsp.OCSPResponseStatus.MALFORMED_REQUEST
