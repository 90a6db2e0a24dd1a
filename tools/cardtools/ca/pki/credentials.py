"""The CA's own keys, each in a file of its own, and the certificates that go with them."""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from cardtools.ca.errors import CaError

_KEY_BITS = 2048
"""RSA of this size is what every validator takes: pyHanko, OpenSSL, NSS under pdfsig."""


class Purpose(StrEnum):
    """What each of the CA's own keys is for."""

    ROOT = "root"
    PUBLIC = "public"
    PUBLIC_OCSP = "public-ocsp"
    QUALIFIED = "qualified"
    QUALIFIED_OCSP = "qualified-ocsp"
    TIME_STAMPING = "time-stamping"
    SINGLE = "issuing"
    """Of a CA that was made before there were two that issue, like the next."""
    SINGLE_OCSP = "ocsp"


@dataclass(frozen=True, slots=True)
class Credential:
    """A certificate, and its key."""

    certificate: x509.Certificate
    key: rsa.RSAPrivateKey = field(repr=False)


NEEDED = tuple(purpose for purpose in Purpose if purpose not in (Purpose.SINGLE, Purpose.SINGLE_OCSP))
"""What every CA has a key for."""
_LATER = (Purpose.PUBLIC, Purpose.PUBLIC_OCSP, Purpose.QUALIFIED, Purpose.QUALIFIED_OCSP)
"""What CAs that were made before there were two that issue have no key for yet."""


def make_keys(folder: Path) -> None:
    """Makes the CA's keys, one file each, in a folder of their own."""
    folder.mkdir(mode=0o700)
    for purpose in NEEDED:
        _make_key(folder, purpose)


def make_later_keys(folder: Path) -> None:
    """Makes the keys that a CA of earlier days lacks; those that are there stay. Raises CaError."""
    try:
        for purpose in _LATER:
            if not _key_file(folder, purpose).exists():
                _make_key(folder, purpose)
    except OSError as error:
        raise CaError("ca-keys-not-made", folder=str(folder), why=str(error.strerror)) from error


def _make_key(folder: Path, purpose: Purpose) -> None:
    """Writes the key whole, or not at all."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=_KEY_BITS)
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    descriptor, name = tempfile.mkstemp(dir=folder)  # which only its owner reads
    try:
        with open(descriptor, "wb") as file:
            file.write(pem)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, _key_file(folder, purpose))
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _key_file(folder: Path, purpose: Purpose) -> Path:
    return folder / f"{purpose}.pem"


def load_key(folder: Path, purpose: Purpose) -> rsa.RSAPrivateKey:
    """One of the CA's keys, out of its file. Raises CaError."""
    path = _key_file(folder, purpose)
    try:
        # Made here, and kept where only the CA's owner writes: checking that its primes are prime takes long.
        pem = path.read_bytes()
        key = serialization.load_pem_private_key(pem, password=None, unsafe_skip_rsa_key_validation=True)
    except (OSError, ValueError) as error:
        raise CaError("ca-key-unreadable", file=str(path)) from error
    if not isinstance(key, rsa.RSAPrivateKey):
        raise CaError("ca-key-no-rsa", file=str(path))
    return key
