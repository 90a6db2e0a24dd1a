"""What certificates of the CA have in common, whoever they are for (RFC 5280, 4)."""

from __future__ import annotations

from datetime import datetime

from cryptography import x509
from cryptography.x509.oid import AuthorityInformationAccessOID

from cardtools.ca.pki.credentials import Credential
from cardtools.ca.pki.pkcs10 import PublicKey
from cardtools.common.terms import IssuingCa


def certificate_builder(
    subject: x509.Name, public_key: PublicKey, issuer: Credential, since: datetime, until: datetime
) -> x509.CertificateBuilder:
    """What every certificate but the root has."""
    issuer_identifier = issuer.certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(since)
        .not_valid_after(until)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(issuer_identifier), critical=False
        )
    )


def crl_of(ca: IssuingCa) -> str:
    """Where at the CA's address the list of one of its issuing CAs is."""
    return f"crl/{ca}"


def issuer_of(ca: IssuingCa) -> str:
    """Where at the CA's address the certificate of one of its issuing CAs is."""
    return f"issuer/{ca}"


def with_addresses(
    builder: x509.CertificateBuilder, url: str, crl: str, issuer: str, *, ocsp: bool
) -> x509.CertificateBuilder:
    """Names the places of the CRL, of the issuer's certificate and of the OCSP service."""
    accesses = [
        x509.AccessDescription(
            AuthorityInformationAccessOID.CA_ISSUERS, x509.UniformResourceIdentifier(f"{url}/{issuer}")
        )
    ]
    if ocsp:
        place = x509.UniformResourceIdentifier(f"{url}/ocsp")
        accesses.insert(0, x509.AccessDescription(AuthorityInformationAccessOID.OCSP, place))
    point = x509.DistributionPoint([x509.UniformResourceIdentifier(f"{url}/{crl}")], None, None, None)
    return builder.add_extension(x509.AuthorityInformationAccess(accesses), critical=False).add_extension(
        x509.CRLDistributionPoints([point]), critical=False
    )


def name_of(*attributes: tuple[x509.ObjectIdentifier, str]) -> x509.Name:
    """A name of these attributes, in this order."""
    return x509.Name([x509.NameAttribute(identifier, value) for identifier, value in attributes])


def key_usage(
    *,
    digital_signature: bool = False,
    content_commitment: bool = False,
    key_encipherment: bool = False,
    key_agreement: bool = False,
    key_cert_sign: bool = False,
    crl_sign: bool = False,
) -> x509.KeyUsage:
    """The uses named, and no others."""
    return x509.KeyUsage(
        digital_signature=digital_signature,
        content_commitment=content_commitment,
        key_encipherment=key_encipherment,
        data_encipherment=False,
        key_agreement=key_agreement,
        key_cert_sign=key_cert_sign,
        crl_sign=crl_sign,
        encipher_only=False,
        decipher_only=False,
    )
