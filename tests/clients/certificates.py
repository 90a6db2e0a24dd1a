"""A throw-away CA for the keys on the card, and keys made off the card."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_public_key,
    pkcs12,
)
from cryptography.x509.oid import NameOID

from tests.clients.desk import Desk

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey

_CA_KEY = ec.generate_private_key(ec.SECP256R1())
_LIFE = timedelta(days=1)


_CA_NAME = "Throw-away CA"


def certify(public_key: rsa.RSAPublicKey | ec.EllipticCurvePublicKey, holder: str) -> x509.Certificate:
    """A certificate for a public key, good for a day."""
    return _begun(public_key, holder).sign(_CA_KEY, hashes.SHA256())


def certify_host(public_key: rsa.RSAPublicKey | ec.EllipticCurvePublicKey, host: str) -> x509.Certificate:
    """A certificate for a server's public key, good for a day."""
    names = x509.SubjectAlternativeName([x509.DNSName(host)])
    return _begun(public_key, host).add_extension(names, critical=False).sign(_CA_KEY, hashes.SHA256())


def throw_away_ca() -> x509.Certificate:
    """The certificate of the CA that issues these."""
    is_ca = x509.BasicConstraints(ca=True, path_length=None)
    return _begun(_CA_KEY.public_key(), _CA_NAME).add_extension(is_ca, critical=True).sign(_CA_KEY, hashes.SHA256())


def _begun(public_key: rsa.RSAPublicKey | ec.EllipticCurvePublicKey, holder: str) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, holder)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, _CA_NAME)]))
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + _LIFE)
    )


def issue_certificate(desk: Desk, identifier: str) -> bytes:
    """A certificate for a key on the card, as `IDENTIFIER.der` and `IDENTIFIER.crt` (PEM) in the folder; gives DER."""
    public_key = load_pem_public_key((desk.folder / desk.public_key(identifier)).read_bytes())
    assert isinstance(public_key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey)
    certificate = certify(public_key, f"Holder of {identifier}")
    desk.write(f"{identifier}.crt", certificate.public_bytes(Encoding.PEM))
    desk.write(f"{identifier}.der", certificate.public_bytes(Encoding.DER))
    return certificate.public_bytes(Encoding.DER)


def new_key(kind: str) -> PrivateKey:
    """A key made off the card: `rsa` of 2048 bits, or `ec` on P-256."""
    return rsa.generate_private_key(65537, 2048) if kind == "rsa" else ec.generate_private_key(ec.SECP256R1())


def as_pem(key: PrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def public_pem(key: PrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def pem_of(der: bytes) -> bytes:
    """A certificate as PEM."""
    return x509.load_der_x509_certificate(der).public_bytes(Encoding.PEM)


def as_pkcs12(key: PrivateKey, password: str) -> bytes:
    """A key with a certificate, as a .p12 file under a password."""
    certificate = certify(key.public_key(), "Holder of a file")
    return pkcs12.serialize_key_and_certificates(
        b"from a file", key, certificate, None, BestAvailableEncryption(password.encode())
    )
