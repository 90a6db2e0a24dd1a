"""Reading what others have encoded: certificates, requests for them, keys. All that is raised at it is ForeignError.

The parsers read lazily, and raise errors of many kinds, some of which are no ValueError, at bytes that are made to
break them. Who goes on reading what came out of here, field by field, does so inside of `reading`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes
from cryptography.hazmat.primitives.serialization import load_der_public_key

_REASON_MAX = 200


class ForeignError(ValueError):
    """What others have encoded can't be read."""


@contextmanager
def reading(what: str, ours: type[Exception] = ForeignError) -> Iterator[None]:
    """Turns whatever a parser raises at foreign bytes into ForeignError; `what` is what they should have been.

    `ours` is what is raised inside by who reads, about bytes that could be read.
    """
    try:
        yield
    except (ForeignError, ours):
        raise
    except Exception as error:
        reason = str(error)[:_REASON_MAX] or type(error).__name__
        raise ForeignError(f"no {what} that can be read: {reason}") from error


def certificate(content: bytes) -> x509.Certificate:
    """A certificate in DER or PEM. Raises ForeignError."""
    with reading("certificate"):
        if b"-----BEGIN" in content:
            return x509.load_pem_x509_certificate(content)
        return x509.load_der_x509_certificate(content)


def certificates(pem: bytes) -> list[x509.Certificate]:
    """All certificates of a PEM file, at least one. Raises ForeignError."""
    with reading("certificates"):
        return x509.load_pem_x509_certificates(pem)


def certificate_request(pem: str) -> x509.CertificateSigningRequest:
    """A PKCS#10 request in PEM. Raises ForeignError."""
    with reading("PKCS#10 request"):
        return x509.load_pem_x509_csr(pem.encode())


def public_key(der: bytes) -> PublicKeyTypes:
    """A public key (SubjectPublicKeyInfo, DER). Raises ForeignError."""
    with reading("public key"):
        return load_der_public_key(der)
