"""Block ciphers in CBC mode, a piece at a time, or ECB; and the padding of PKCS #7 (RFC 5652, 6.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stuntcard.card.keys import Key, KeyRefusedError, SecretKey

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers import Cipher, CipherContext
    from cryptography.hazmat.primitives.ciphers.modes import CBC, ECB


def encipher(key: Key, initial: bytes, data: bytes) -> bytes:
    """Whole blocks enciphered; the last of them is the `initial` of the next piece. With no `initial`, in ECB mode.

    Raises KeyRefusedError.
    """
    return _run(_cipher(key, initial, data).encryptor(), data)


def decipher(key: Key, initial: bytes, data: bytes) -> bytes:
    """Whole blocks deciphered; the last block of `data` is the `initial` of the next piece. With none, in ECB mode.

    Raises KeyRefusedError.
    """
    return _run(_cipher(key, initial, data).decryptor(), data)


def padded(data: bytes, block_length: int) -> bytes:
    """Data with the padding of PKCS #7."""
    count = block_length - len(data) % block_length
    return data + bytes([count]) * count


def unpadded(data: bytes, block_length: int) -> bytes:
    """Data without the padding of PKCS #7. Raises KeyRefusedError when there is none."""
    count = data[-1] if data else 0
    if not 1 <= count <= block_length or data[-count:] != bytes([count]) * count:
        raise KeyRefusedError("the data does not end with a padding")
    return data[:-count]


def secret(key: Key) -> SecretKey:
    """The key, if it is one of a block cipher. Raises KeyRefusedError."""
    if not isinstance(key, SecretKey) or not key.block_length:
        raise KeyRefusedError("not a key of a block cipher")
    return key


def _cipher(key: Key, initial: bytes, data: bytes) -> Cipher[CBC | ECB]:
    # Cards without secret keys shall not wait for the library's ciphers to load.
    from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
    from cryptography.hazmat.primitives.ciphers import Cipher
    from cryptography.hazmat.primitives.ciphers.algorithms import AES
    from cryptography.hazmat.primitives.ciphers.modes import CBC, ECB

    key = secret(key)
    if len(data) % key.block_length or len(initial) not in (0, key.block_length):
        raise KeyRefusedError(f"the data is not in blocks of {key.block_length} bytes")
    algorithm = AES(key.value) if key.block_length == 16 else TripleDES(_three_keys(key.value))
    return Cipher(algorithm, CBC(initial) if initial else ECB())  # noqa: S305 - clients ask for it


def _three_keys(value: bytes) -> bytes:
    """A key of DES three times, or of 3DES with two keys as one with three (NIST SP 800-67, 3.2)."""
    return {8: value * 3, 16: value + value[:8], 24: value}[len(value)]


def _run(context: CipherContext, data: bytes) -> bytes:
    return context.update(data) + context.finalize()
