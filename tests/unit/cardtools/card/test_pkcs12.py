"""Files with a key: read, and every bad one told apart."""

from __future__ import annotations

import pytest
from cardtools.card.errors import KeyNotTakenError
from cardtools.card.file_errors import FileTooLargeError, NoKeyInFileError, Pkcs12Error, WrongPasswordError
from cardtools.card.pkcs12 import FILE_SIZE_MAX, read_pkcs12
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12

from tests.clients.certificates import as_pkcs12, certify, new_key

PASSWORD = "heslo ž"
KEY = new_key("ec")
FILE = as_pkcs12(KEY, PASSWORD)


def test_key_certificate_and_label_are_read() -> None:
    found = read_pkcs12(FILE, PASSWORD)
    assert found.key.private_numbers() == KEY.private_numbers()
    assert found.certificate.public_key() == KEY.public_key()
    assert found.label == "from a file"
    assert "private" not in repr(found).lower().replace("privatekey", "")


@pytest.mark.parametrize("password", ["", "heslo z", "x" * 1000])
def test_a_wrong_password_is_told(password: str) -> None:
    with pytest.raises(WrongPasswordError):
        read_pkcs12(FILE, password)


@pytest.mark.parametrize("content", [b"", b"text", FILE[:-3], FILE[:20], b"\x30\x03\x02\x01\x03", FILE + b"\0"])
def test_a_broken_file_is_told(content: bytes) -> None:
    with pytest.raises(Pkcs12Error) as caught:
        read_pkcs12(content, PASSWORD)
    assert not isinstance(caught.value, WrongPasswordError)


def test_a_huge_file_is_told() -> None:
    with pytest.raises(FileTooLargeError):
        read_pkcs12(bytes(FILE_SIZE_MAX + 1), PASSWORD)


def test_a_file_without_a_key_is_told() -> None:
    certificate = certify(KEY.public_key(), "Holder")
    keyless = pkcs12.serialize_key_and_certificates(b"", None, certificate, None, BestAvailableEncryption(b"pw"))
    with pytest.raises(NoKeyInFileError):
        read_pkcs12(keyless, "pw")


def test_a_key_of_another_kind_is_told() -> None:
    file = pkcs12.serialize_key_and_certificates(
        b"", ed25519.Ed25519PrivateKey.generate(), None, None, BestAvailableEncryption(b"pw")
    )
    with pytest.raises((KeyNotTakenError, NoKeyInFileError)):
        read_pkcs12(file, "pw")
