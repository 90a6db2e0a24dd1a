"""The CA's keys and its own certificates, and the issuing of X.509 certificates (RFC 5280).

A root certifies the issuing CA; the issuing CA certifies applicants, its OCSP responder and its time-stamping unit.
The keys last; the certificates that name the CA's address are made again when it runs at another one.
"""

from __future__ import annotations

import os
import sqlite3
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID

from cardtools.ca.pki import qc
from cardtools.ca.pki.pkcs10 import PublicKey
from cardtools.ca.pki.profiles import KINDS, Kind
from cardtools.ca.refused import CaError
from cardtools.ca.store import own_certificate_rows
from cardtools.common.protocol import Applicant, CertificateProfile

DISCLOSURE_LANGUAGE = "en"

_KEY_BITS = 2048
"""RSA of this size is what every validator takes: pyHanko, OpenSSL, NSS under pdfsig."""
_ROOT_LIFE = timedelta(days=20 * 365)
_OWN_LIFE = timedelta(days=10 * 365)
_CLOCK_SKEW = timedelta(minutes=5)
"""By how much the CA's own certificates are older than they are, for clocks that are behind."""


class Purpose(StrEnum):
    """What each of the CA's own keys is for."""

    ROOT = "root"
    ISSUING = "issuing"
    OCSP = "ocsp"
    TIME_STAMPING = "time-stamping"


_COMMON_NAMES = {
    Purpose.ROOT: "TEST Stuntcard Training Root CA",
    Purpose.ISSUING: "TEST Stuntcard Training CA",
    Purpose.OCSP: "TEST Stuntcard Training CA OCSP",
    Purpose.TIME_STAMPING: "TEST Stuntcard Training CA Time Stamping",
}


@dataclass(frozen=True, slots=True)
class Credential:
    """A certificate, and its key."""

    certificate: x509.Certificate
    key: rsa.RSAPrivateKey = field(repr=False)


def hexadecimal(serial: int) -> str:
    """A serial number as `protocol.Serial` has it."""
    return f"{serial:X}"


def make_keys(folder: Path) -> None:
    """Makes the CA's keys, one file each, in a folder of their own."""
    folder.mkdir(mode=0o700)
    for purpose in Purpose:
        key = rsa.generate_private_key(public_exponent=65537, key_size=_KEY_BITS)
        pem = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        with open(os.open(_key_file(folder, purpose), os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
            file.write(pem)


def _key_file(folder: Path, purpose: Purpose) -> Path:
    return folder / f"{purpose}.pem"


def _load_key(folder: Path, purpose: Purpose) -> rsa.RSAPrivateKey:
    path = _key_file(folder, purpose)
    try:
        # Made here, and kept where only the CA's owner writes: checking that its primes are prime takes long.
        pem = path.read_bytes()
        key = serialization.load_pem_private_key(pem, password=None, unsafe_skip_rsa_key_validation=True)
    except (OSError, ValueError) as error:
        raise CaError(f"The CA's key {path} can't be read. Make a new CA in another folder.") from error
    if not isinstance(key, rsa.RSAPrivateKey):
        raise CaError(f"The CA's key {path} is no RSA key. Make a new CA in another folder.")
    return key


class Authority:
    """The CA at one address."""

    def __init__(self, keys: Path, connection: sqlite3.Connection, url: str, at: datetime) -> None:
        """Reads the keys; finds, or makes and keeps, the certificates for this address. Raises CaError."""
        self.url = url
        self.root = _own(Purpose.ROOT, keys, connection, "", None, at)
        self.issuing = _own(Purpose.ISSUING, keys, connection, url, self.root, at)
        self.responder = _own(Purpose.OCSP, keys, connection, url, self.issuing, at)
        self.time_stamper = _own(Purpose.TIME_STAMPING, keys, connection, url, self.issuing, at)

    def issue(
        self,
        profile: CertificateProfile,
        applicant: Applicant,
        public_key: PublicKey,
        *,
        on_device: bool,
        at: datetime,
        life: timedelta,
    ) -> x509.Certificate:
        """A certificate for an applicant, valid from now on; not longer than the CA itself."""
        kind = KINDS[profile]
        until = min(at + life, self.issuing.certificate.not_valid_after_utc)
        builder = _builder(_subject(applicant, kind), public_key, self.issuing, at, until)
        builder = _with_addresses(builder, self.url, "crl", "issuer", ocsp=True)
        policy = kind.policy_on_device if on_device else kind.policy
        builder = (
            builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=False)
            .add_extension(_applicant_key_usage(kind, public_key), critical=True)
            .add_extension(x509.CertificatePolicies([x509.PolicyInformation(policy, None)]), critical=False)
            .add_extension(x509.SubjectAlternativeName([x509.RFC822Name(applicant.e_mail)]), critical=False)
        )
        if kind.extended_key_usage:
            builder = builder.add_extension(x509.ExtendedKeyUsage(kind.extended_key_usage), critical=False)
        if kind.qc_type is not None:
            builder = builder.add_extension(
                qc.statements(
                    kind.qc_type,
                    on_device=on_device,
                    disclosure=f"{self.url}/disclosure/{DISCLOSURE_LANGUAGE}",
                    language=DISCLOSURE_LANGUAGE,
                ),
                critical=False,
            )
        return builder.sign(self.issuing.key, hashes.SHA256())


def _own(
    purpose: Purpose,
    keys: Path,
    connection: sqlite3.Connection,
    url: str,
    issuer: Credential | None,
    at: datetime,
) -> Credential:
    """One of the CA's own credentials for its address, out of its file or new."""
    key = _load_key(keys, purpose)
    kept = own_certificate_rows.newest(connection, purpose, url)
    if kept is not None:
        return Credential(x509.load_der_x509_certificate(kept), key)
    certificate = _root(key, at) if issuer is None else _OWN[purpose](key, issuer, url, at)
    own_certificate_rows.add(
        connection,
        hexadecimal(certificate.serial_number),
        purpose,
        url,
        certificate.public_bytes(serialization.Encoding.DER),
    )
    return Credential(certificate, key)


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
        .add_extension(_key_usage(key_cert_sign=True, crl_sign=True), critical=True)
    )
    return builder.sign(key, hashes.SHA256())


def _issuing(key: rsa.RSAPrivateKey, root: Credential, url: str, at: datetime) -> x509.Certificate:
    builder = _with_addresses(_own_builder(Purpose.ISSUING, key, root, at), url, "root-crl", "root", ocsp=False)
    any_policy = x509.PolicyInformation(x509.ObjectIdentifier("2.5.29.32.0"), None)
    builder = (
        builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_key_usage(key_cert_sign=True, crl_sign=True), critical=True)
        .add_extension(x509.CertificatePolicies([any_policy]), critical=False)
    )
    return builder.sign(root.key, hashes.SHA256())


def _responder(key: rsa.RSAPrivateKey, issuing: Credential, _url: str, at: datetime) -> x509.Certificate:
    """Nobody asks for the state of the one who tells it (id-pkix-ocsp-nocheck; RFC 6960, 4.2.2.2.1)."""
    builder = (
        _own_builder(Purpose.OCSP, key, issuing, at)
        .add_extension(_key_usage(digital_signature=True), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.OCSP_SIGNING]), critical=False)
        .add_extension(x509.OCSPNoCheck(), critical=False)
    )
    return builder.sign(issuing.key, hashes.SHA256())


def _time_stamper(key: rsa.RSAPrivateKey, issuing: Credential, url: str, at: datetime) -> x509.Certificate:
    """The one extended key usage, and critical (RFC 3161, 2.3)."""
    builder = (
        _with_addresses(_own_builder(Purpose.TIME_STAMPING, key, issuing, at), url, "crl", "issuer", ocsp=True)
        .add_extension(_key_usage(digital_signature=True), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
    )
    return builder.sign(issuing.key, hashes.SHA256())


_OWN = {Purpose.ISSUING: _issuing, Purpose.OCSP: _responder, Purpose.TIME_STAMPING: _time_stamper}


def _own_builder(purpose: Purpose, key: rsa.RSAPrivateKey, issuer: Credential, at: datetime) -> x509.CertificateBuilder:
    until = min(at + _OWN_LIFE, issuer.certificate.not_valid_after_utc)
    return _builder(_own_name(purpose), key.public_key(), issuer, at - _CLOCK_SKEW, until)


def _builder(
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


def _with_addresses(
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


def _own_name(purpose: Purpose) -> x509.Name:
    return _name(
        (NameOID.COUNTRY_NAME, "CZ"),
        (NameOID.ORGANIZATION_NAME, "Stuntcard (TEST)"),
        (NameOID.COMMON_NAME, _COMMON_NAMES[purpose]),
    )


def _subject(applicant: Applicant, kind: Kind) -> x509.Name:
    organisation = applicant.name if kind.for_organisation else applicant.organisation
    return _name(
        (NameOID.COUNTRY_NAME, "CZ"),
        *([(NameOID.ORGANIZATION_NAME, organisation)] if organisation else []),
        (NameOID.COMMON_NAME, applicant.name),
    )


def _name(*attributes: tuple[x509.ObjectIdentifier, str]) -> x509.Name:
    return x509.Name([x509.NameAttribute(identifier, value) for identifier, value in attributes])


def _applicant_key_usage(kind: Kind, public_key: PublicKey) -> x509.KeyUsage:
    if kind.commits:
        return _key_usage(content_commitment=True)
    encrypted_to = isinstance(public_key, rsa.RSAPublicKey)
    return _key_usage(digital_signature=True, key_encipherment=encrypted_to, key_agreement=not encrypted_to)


def _key_usage(
    *,
    digital_signature: bool = False,
    content_commitment: bool = False,
    key_encipherment: bool = False,
    key_agreement: bool = False,
    key_cert_sign: bool = False,
    crl_sign: bool = False,
) -> x509.KeyUsage:
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
