"""The crypto library's own X.509 builder is the judge of every byte."""

from __future__ import annotations

import datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID
from stuntcard.card import certificate
from stuntcard.card.certificate import ToBeSigned, subject_public_key_info
from stuntcard.card.curves import DOMAINS, Domain

CA_KEY = ec.derive_private_key(1234567, ec.SECP521R1())
KEYS = {curve.name: ec.derive_private_key(7654321, curve) for curve in (ec.SECP256R1(), ec.SECP521R1())}
NAME = [("2.5.4.6", "CZ"), ("2.5.4.10", "TEST úřad"), ("2.5.4.5", "0042"), ("1.2.203.7064.1.1.11.6", "svobodný")]


def content(**changed: object) -> ToBeSigned:
    values: dict[str, object] = {
        "serial": 1,
        "issuer": [("2.5.4.3", "TEST CA")],
        "subject": NAME,
        "valid_from": datetime.date(2026, 1, 1),
        "valid_until": datetime.date(2049, 12, 31),
        "public_key": KEYS["secp256r1"].public_key(),
        "extensions": [certificate.key_usage(certificate.DIGITAL_SIGNATURE)],
    }
    return ToBeSigned(**{**values, **changed})  # type: ignore[arg-type]


def made_by_the_library(raw: bytes) -> bytes:
    """A certificate of the same content by the library's builder, the names and extensions in its own types."""
    read = x509.load_der_x509_certificate(raw)
    builder = x509.CertificateBuilder(
        issuer_name=_rebuilt(read.issuer),
        subject_name=_rebuilt(read.subject),
        public_key=read.public_key(),
        serial_number=read.serial_number,
        not_valid_before=read.not_valid_before_utc,
        not_valid_after=read.not_valid_after_utc,
    )
    for extension in read.extensions:
        builder = builder.add_extension(extension.value, extension.critical)
    return builder.sign(CA_KEY, hashes.SHA512(), ecdsa_deterministic=True).public_bytes(Encoding.DER)


def _rebuilt(name: x509.Name) -> x509.Name:
    return x509.Name([x509.NameAttribute(attribute.oid, attribute.value) for attribute in name])


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"serial": 0x30303030},
        {"serial": 2**128 - 1},
        {"public_key": KEYS["secp521r1"].public_key()},
        {"valid_until": datetime.date(2099, 12, 31)},
        {"extensions": [certificate.key_usage(certificate.CONTENT_COMMITMENT)]},
        {"extensions": [certificate.key_usage(certificate.KEY_CERT_SIGN, certificate.CRL_SIGN)]},
        {"extensions": [certificate.basic_constraints_of_ca()]},
        {"extensions": [certificate.extended_key_usage("1.3.6.1.5.5.7.3.2", "1.3.6.1.5.5.7.3.4")]},
        {"extensions": [certificate.subject_key_identifier(CA_KEY.public_key())]},
        {"extensions": [certificate.authority_key_identifier(CA_KEY.public_key())]},
        {"extensions": [certificate.extension("1.3.6.1.5.5.7.1.3", b"\x30\x00", critical=True)]},
    ],
)
def test_every_byte_is_as_the_library_would_write_it(changed: dict[str, object]) -> None:
    raw = certificate.sign(content(**changed), CA_KEY)
    assert raw == made_by_the_library(raw)


def test_the_library_reads_what_was_said() -> None:
    read = x509.load_der_x509_certificate(certificate.sign(content(serial=42), CA_KEY))
    assert read.version is x509.Version.v3
    assert read.serial_number == 42
    assert [(attribute.oid.dotted_string, attribute.value) for attribute in read.subject] == NAME
    assert read.subject.get_attributes_for_oid(NameOID.SERIAL_NUMBER)[0].value == "0042"
    assert read.not_valid_before_utc == datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    assert read.not_valid_after_utc == datetime.datetime(2049, 12, 31, tzinfo=datetime.UTC)
    assert read.public_key() == KEYS["secp256r1"].public_key()


def test_key_identifiers_are_the_librarys() -> None:
    public_key = CA_KEY.public_key()
    extensions = [certificate.subject_key_identifier(public_key), certificate.authority_key_identifier(public_key)]
    read = x509.load_der_x509_certificate(certificate.sign(content(extensions=extensions), CA_KEY)).extensions
    assert read[0].value == x509.SubjectKeyIdentifier.from_public_key(public_key)
    assert read[1].value == x509.AuthorityKeyIdentifier.from_issuer_public_key(public_key)


@pytest.mark.parametrize("domain", DOMAINS, ids=lambda domain: domain.curve.name)
def test_public_keys_of_every_curve(domain: Domain) -> None:
    key = ec.derive_private_key(7654321, domain.curve()).public_key()
    assert subject_public_key_info(key) == key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def test_a_ca_that_nobody_stands_above() -> None:
    valid = (datetime.date(2026, 1, 1), datetime.date(2049, 12, 31))
    raw = certificate.root(7, [("2.5.4.3", "TEST CA")], valid, CA_KEY)
    assert raw == made_by_the_library(raw)
    read = x509.load_der_x509_certificate(raw)
    read.verify_directly_issued_by(read)
    critical = {extension.oid.dotted_string: extension.critical for extension in read.extensions}
    assert list(critical.items()) == [("2.5.29.19", True), ("2.5.29.15", True), ("2.5.29.14", False)]


def test_the_signature_is_the_keys_and_always_the_same() -> None:
    first, second = (certificate.sign(content(), CA_KEY) for _ in range(2))
    assert first == second
    read = x509.load_der_x509_certificate(first)
    assert isinstance(read.signature_hash_algorithm, hashes.SHA512)
    CA_KEY.public_key().verify(read.signature, read.tbs_certificate_bytes, ec.ECDSA(hashes.SHA512()))
