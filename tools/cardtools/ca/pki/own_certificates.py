"""The certificates of the CA's own keys.

A root certifies two issuing CAs (TM-11), each of which certifies applicants and its own OCSP responder; the qualified
one certifies the time-stamping unit, too.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from cardtools.ca.pki.building import certificate_builder, crl_of, issuer_of, key_usage, name_of, with_addresses
from cardtools.ca.pki.credentials import Credential, Purpose
from cardtools.common.terms import IssuingCa

_ROOT_LIFE = timedelta(days=20 * 365)
_OWN_LIFE = timedelta(days=10 * 365)
_CLOCK_SKEW = timedelta(minutes=5)
"""By how much the CA's own certificates are older than they are, for clocks that are behind."""

_COMMON_NAMES = {
    Purpose.ROOT: "TEST Stuntcard Training Root CA",
    Purpose.PUBLIC: "TEST Stuntcard Training Public CA",
    Purpose.PUBLIC_OCSP: "TEST Stuntcard Training Public CA OCSP",
    Purpose.QUALIFIED: "TEST Stuntcard Training Qualified CA",
    Purpose.QUALIFIED_OCSP: "TEST Stuntcard Training Qualified CA OCSP",
    Purpose.TIME_STAMPING: "TEST Stuntcard Training CA Time Stamping",
}


def make_certificate(
    purpose: Purpose, key: rsa.RSAPrivateKey, issuer: Credential | None, url: str, at: datetime
) -> x509.Certificate:
    """The certificate of one of the CA's keys, for its address; only the root's has no issuer."""
    return _root(key, at) if issuer is None else _MADE_BY[purpose](purpose, key, issuer, url, at)


def _root(key: rsa.RSAPrivateKey, at: datetime) -> x509.Certificate:
    name = _own_name(Purpose.ROOT)
    public_key = key.public_key()
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - _CLOCK_SKEW)
        .not_valid_after(at + _ROOT_LIFE)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(key_usage(key_cert_sign=True, crl_sign=True), critical=True)
    )
    return builder.sign(key, hashes.SHA256())


def _issuing(purpose: Purpose, key: rsa.RSAPrivateKey, root: Credential, url: str, at: datetime) -> x509.Certificate:
    builder = with_addresses(_own_builder(purpose, key, root, at), url, "root-crl", "root", ocsp=False)
    any_policy = x509.PolicyInformation(x509.ObjectIdentifier("2.5.29.32.0"), None)
    builder = (
        builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(key_usage(key_cert_sign=True, crl_sign=True), critical=True)
        .add_extension(x509.CertificatePolicies([any_policy]), critical=False)
    )
    return builder.sign(root.key, hashes.SHA256())


def _responder(
    purpose: Purpose, key: rsa.RSAPrivateKey, issuing: Credential, _url: str, at: datetime
) -> x509.Certificate:
    """Nobody asks for the state of the one who tells it (id-pkix-ocsp-nocheck; RFC 6960, 4.2.2.2.1)."""
    builder = (
        _own_builder(purpose, key, issuing, at)
        .add_extension(key_usage(digital_signature=True), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.OCSP_SIGNING]), critical=False)
        .add_extension(x509.OCSPNoCheck(), critical=False)
    )
    return builder.sign(issuing.key, hashes.SHA256())


def _time_stamper(
    purpose: Purpose, key: rsa.RSAPrivateKey, issuing: Credential, url: str, at: datetime
) -> x509.Certificate:
    """The one extended key usage, and critical (RFC 3161, 2.3)."""
    crl, issuer = crl_of(IssuingCa.QUALIFIED), issuer_of(IssuingCa.QUALIFIED)
    builder = (
        with_addresses(_own_builder(purpose, key, issuing, at), url, crl, issuer, ocsp=True)
        .add_extension(key_usage(digital_signature=True), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
    )
    return builder.sign(issuing.key, hashes.SHA256())


_MADE_BY = {
    Purpose.PUBLIC: _issuing,
    Purpose.PUBLIC_OCSP: _responder,
    Purpose.QUALIFIED: _issuing,
    Purpose.QUALIFIED_OCSP: _responder,
    Purpose.TIME_STAMPING: _time_stamper,
}


def _own_builder(purpose: Purpose, key: rsa.RSAPrivateKey, issuer: Credential, at: datetime) -> x509.CertificateBuilder:
    until = min(at + _OWN_LIFE, issuer.certificate.not_valid_after_utc)
    return certificate_builder(_own_name(purpose), key.public_key(), issuer, at - _CLOCK_SKEW, until)


def _own_name(purpose: Purpose) -> x509.Name:
    return name_of(
        (NameOID.COUNTRY_NAME, "CZ"),
        (NameOID.ORGANIZATION_NAME, "Stuntcard (TEST)"),
        (NameOID.COMMON_NAME, _COMMON_NAMES[purpose]),
    )
