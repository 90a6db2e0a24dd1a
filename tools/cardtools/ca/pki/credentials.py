"""The CA's own keys, each in a file of its own, and the certificates that go with them."""

from __future__ import annotations

import os
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
    ISSUING = "issuing"
    OCSP = "ocsp"
    TIME_STAMPING = "time-stamping"


@dataclass(frozen=True, slots=True)
class Credential:
    """A certificate, and its key."""

    certificate: x509.Certificate
    key: rsa.RSAPrivateKey = field(repr=False)


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


def load_key(folder: Path, purpose: Purpose) -> rsa.RSAPrivateKey:
    """One of the CA's keys, out of its file. Raises CaError."""
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
