"""A key with its certificate, from a PKCS#12 file (.p12, .pfx)."""

from __future__ import annotations

from dataclasses import dataclass, field

from asn1crypto import pkcs12 as asn1_pkcs12
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, pkcs12

from cardtools.card.errors import FileTooLargeError, KeyNotTakenError, NoKeyInFileError, Pkcs12Error, WrongPasswordError

FILE_SIZE_MAX = 1 << 20
"""Far more than a key with a long chain of certificates takes."""

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


@dataclass(frozen=True, slots=True)
class KeyFile:
    """What the file holds. The key is a secret, and is not shown."""

    key: PrivateKey = field(repr=False)
    certificate: x509.Certificate
    label: str


def read_pkcs12(content: bytes, password: str) -> KeyFile:
    """The key of a file with the certificate that belongs to it.

    Raises FileTooLargeError, Pkcs12Error (bad file), WrongPasswordError, NoKeyInFileError, KeyNotTakenError.
    """
    if len(content) > FILE_SIZE_MAX:
        raise FileTooLargeError(FILE_SIZE_MAX)
    if not _looks_like_pkcs12(content):
        raise Pkcs12Error
    try:
        found = pkcs12.load_pkcs12(content, password.encode("utf-8"))
    except ValueError:
        # The file is one by its form, so what does not open is its lock.
        raise WrongPasswordError from None
    except (TypeError, UnsupportedAlgorithm) as error:
        raise Pkcs12Error(f"{type(error).__name__}") from None
    if found.key is None or found.cert is None:
        raise NoKeyInFileError
    if not isinstance(found.key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise KeyNotTakenError(type(found.key).__name__)
    certificate = found.cert.certificate
    if _spki(found.key.public_key()) != certificate.public_key().public_bytes(
        Encoding.DER, PublicFormat.SubjectPublicKeyInfo
    ):
        raise NoKeyInFileError
    return KeyFile(found.key, certificate, (found.cert.friendly_name or b"").decode("utf-8", "replace"))


def _looks_like_pkcs12(content: bytes) -> bool:
    try:
        document = asn1_pkcs12.Pfx.load(content, strict=True)
        return document["version"].native == "v3" and document["auth_safe"]["content_type"].native is not None
    except (ValueError, TypeError, KeyError, AttributeError):
        return False


def _spki(key: rsa.RSAPublicKey | ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
