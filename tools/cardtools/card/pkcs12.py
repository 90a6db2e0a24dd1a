"""A key with its certificate, from a PKCS#12 file (.p12, .pfx)."""

from __future__ import annotations

from dataclasses import dataclass, field

from asn1crypto import pkcs12 as asn1_pkcs12
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, pkcs12

from cardtools.card.errors import KeyNotTakenError
from cardtools.card.file_errors import FileTooLargeError, NoKeyInFileError, Pkcs12Error, WrongPasswordError
from cardtools.common import foreign
from cardtools.common.foreign import ForeignError

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
        with foreign.reading("PKCS#12 file"):
            found = pkcs12.load_pkcs12(content, password.encode("utf-8"))
    except ForeignError as error:
        # The file is one by its form, so what does not open is its lock.
        if isinstance(error.__cause__, ValueError):
            raise WrongPasswordError from None
        raise Pkcs12Error(f"{type(error.__cause__).__name__}") from None
    if found.key is None or found.cert is None:
        raise NoKeyInFileError
    if not isinstance(found.key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise KeyNotTakenError(type(found.key).__name__)
    certificate = found.cert.certificate
    if _spki(found.key) != _spki_of(certificate):
        raise NoKeyInFileError
    return KeyFile(found.key, certificate, (found.cert.friendly_name or b"").decode("utf-8", "replace"))


def _looks_like_pkcs12(content: bytes) -> bool:
    try:
        with foreign.reading("PKCS#12 file"):
            document = asn1_pkcs12.Pfx.load(content, strict=True)
            return document["version"].native == "v3" and document["auth_safe"]["content_type"].native is not None
    except ForeignError:
        return False


def _spki(key: PrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _spki_of(certificate: x509.Certificate) -> bytes:
    try:
        with foreign.reading("certificate"):
            return certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    except ForeignError:
        raise Pkcs12Error from None
