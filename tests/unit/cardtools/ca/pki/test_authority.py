"""What the certificates say."""

from __future__ import annotations

import pytest
from cardtools.common.protocol import CertificateProfile
from cardtools.common.qc_statements import QC_STATEMENTS
from cardtools.common.terms import IssuingCa
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID

from tests.unit.cardtools.ca.keys import PrivateKey, new_key
from tests.unit.cardtools.ca.running_ca import RunningCa, certificate_of


def _issued(ca: RunningCa, profile: CertificateProfile, *, on_card: bool = False) -> x509.Certificate:
    card = ca.card() if on_card else None
    return certificate_of(ca.issued(profile=profile, card=card))


def _policies(certificate: x509.Certificate) -> list[str]:
    policies = certificate.extensions.get_extension_for_class(x509.CertificatePolicies).value
    return [policy.policy_identifier.dotted_string for policy in policies]


def _statements(certificate: x509.Certificate) -> bytes:
    extension = certificate.extensions.get_extension_for_oid(QC_STATEMENTS).value
    assert isinstance(extension, x509.UnrecognizedExtension)
    return extension.value


_MARK = bytes.fromhex("3008060604008E460104")


@pytest.mark.fact("PQ-17")
def test_a_qualified_certificate(ca: RunningCa) -> None:
    marked = _issued(ca, CertificateProfile.QUALIFIED, on_card=True)
    plain = _issued(ca, CertificateProfile.QUALIFIED)
    assert (
        marked.subject.rfc4514_string()
        == "2.5.4.5=IDCCZ-454978326,2.5.4.4=Nováková,2.5.4.42=Jana,CN=Jana Nováková,C=CZ"
    )
    assert (_MARK in _statements(marked), _MARK in _statements(plain)) == (True, False)
    assert _policies(marked) == ["0.4.0.194112.1.2"]
    assert _policies(plain) == ["0.4.0.194112.1.0"]
    usage = marked.extensions.get_extension_for_class(x509.KeyUsage)
    assert usage.critical
    assert (usage.value.content_commitment, usage.value.digital_signature) == (True, False)


def test_a_certificate_for_seals(ca: RunningCa) -> None:
    certificate = _issued(ca, CertificateProfile.SEAL, on_card=True)
    assert certificate.subject.rfc4514_string() == "CN=Jana Nováková,2.5.4.97=NTRCZ-454978326,O=Jana Nováková,C=CZ"
    assert bytes.fromhex("060704008E46010602") in _statements(certificate)
    assert _MARK in _statements(certificate)
    assert _policies(certificate) == ["0.4.0.194112.1.3"]


def test_a_commercial_certificate(ca: RunningCa) -> None:
    certificate = _issued(ca, CertificateProfile.COMMERCIAL)
    with pytest.raises(x509.ExtensionNotFound):
        _statements(certificate)
    assert _policies(certificate) == ["0.4.0.2042.1.1"]
    usages = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(usages) == [ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.EMAIL_PROTECTION]
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.RFC822Name) == ["jana@example.org"]


def test_an_rsa_key_is_encrypted_to_and_an_ec_key_agrees(ca: RunningCa) -> None:
    def usage(key: PrivateKey) -> tuple[bool, bool]:
        found = certificate_of(ca.issued(key, profile=CertificateProfile.COMMERCIAL))
        value = found.extensions.get_extension_for_class(x509.KeyUsage).value
        return value.key_encipherment, value.key_agreement

    assert usage(rsa.generate_private_key(65537, 2048)) == (True, False)
    assert usage(new_key()) == (False, True)


def test_a_certificate_says_where_the_ca_is(ca: RunningCa) -> None:
    certificate = _issued(ca, CertificateProfile.QUALIFIED)
    places = {
        access.access_method: access.access_location.value
        for access in certificate.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    }
    assert places == {
        AuthorityInformationAccessOID.OCSP: f"{ca.url}/ocsp",
        AuthorityInformationAccessOID.CA_ISSUERS: f"{ca.url}/issuer/qualified",
    }
    [point] = certificate.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    assert point.full_name is not None
    assert [name.value for name in point.full_name] == [f"{ca.url}/crl/qualified"]
    disclosure = f"{ca.url}/disclosure/en"
    assert disclosure.encode() in _statements(certificate)
    assert "no\nlegal effect" in ca.http.get(disclosure).text


def test_a_certificate_does_not_outlive_the_ca(ca: RunningCa) -> None:
    ca.clock.forward(days=9 * 365 + 180)
    certificate = _issued(ca, CertificateProfile.QUALIFIED)
    assert (
        certificate.not_valid_after_utc
        == ca.service.authority.cas[IssuingCa.QUALIFIED].issuing.certificate.not_valid_after_utc
    )
