"""Keys of applicants, and the requests that they sign."""

from __future__ import annotations

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import NameOID

PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


def new_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def public_der(key: PrivateKey) -> bytes:
    return key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def pkcs10(key: PrivateKey) -> x509.CertificateSigningRequest:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "as the applicant says")])
    return x509.CertificateSigningRequestBuilder().subject_name(subject).sign(key, hashes.SHA256())


def pem(request: x509.CertificateSigningRequest) -> str:
    return request.public_bytes(serialization.Encoding.PEM).decode()


def proof(old: PrivateKey, request: x509.CertificateSigningRequest) -> str:
    """The old key's signature over the new request."""
    data = request.public_bytes(serialization.Encoding.DER)
    if isinstance(old, rsa.RSAPrivateKey):
        return old.sign(data, padding.PKCS1v15(), hashes.SHA256()).hex()
    return old.sign(data, ec.ECDSA(hashes.SHA256())).hex()
