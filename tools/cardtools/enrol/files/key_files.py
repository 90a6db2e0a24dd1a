"""Keys made in software, for certificates that live in a file (TM-10): kept locked until the certificate comes."""

from __future__ import annotations

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
    pkcs12,
)

from cardtools.common import foreign
from cardtools.enrol.errors import BadInputError, UnavailableError
from cardtools.enrol.files.private_files import read_private, write_private

_FOLDER = "keys"
_EXPONENT, _BITS = 65537, 2048


def new_key() -> rsa.RSAPrivateKey:
    """A key of the kind that the CA takes."""
    return rsa.generate_private_key(_EXPONENT, _BITS)


class KeyFiles:
    """The folder of keys that wait for their certificate, each by the identifier that its request notes."""

    def __init__(self, home: Path) -> None:
        self._folder = home / _FOLDER

    def keep(self, identifier: str, key: rsa.RSAPrivateKey, password: str) -> None:
        """Keeps a key, locked with a password. Raises UnavailableError."""
        lock = BestAvailableEncryption(password.encode())
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, lock)
        write_private(self._path(identifier), pem.decode("ascii"))

    def find(self, identifier: str, password: str) -> rsa.RSAPrivateKey:
        """A key. Raises BadInputError when it is not there, ValueError when the password is wrong."""
        path = self._path(identifier)
        text = read_private(path)
        if text is None:
            raise BadInputError("key-file-gone", file=str(path))
        try:
            key = load_pem_private_key(text.encode(), password.encode())
        except TypeError as error:  # no password at all
            raise ValueError("a locked key") from error
        if not isinstance(key, rsa.RSAPrivateKey):
            raise BadInputError("key-file-gone", file=str(path))
        return key

    def forget(self, identifier: str) -> None:
        """Deletes a key, if it is there. Raises UnavailableError."""
        path = self._path(identifier)
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise UnavailableError("file-unwritable", file=str(path), reason=error.strerror or str(error)) from error

    def _path(self, identifier: str) -> Path:
        return self._folder / f"{identifier}.pem"


def as_pkcs12(key: rsa.RSAPrivateKey, certificate: bytes, label: str, password: str) -> bytes:
    """A PKCS#12 file with a key and its certificate (DER)."""
    found = foreign.certificate(certificate)
    lock = BestAvailableEncryption(password.encode())
    return pkcs12.serialize_key_and_certificates(label.encode(), key, found, None, lock)
