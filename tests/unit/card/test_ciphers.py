"""Block ciphers, by the vectors of NIST SP 800-38A (F.2) and SP 800-20, and the padding of PKCS #7."""

from __future__ import annotations

import pytest
from stuntcard.card.ciphers import decipher, encipher, padded, secret, unpadded
from stuntcard.card.keys import KeyRefusedError, SecretKey, generate_rsa

INITIAL = bytes(range(16))
TEXT = bytes.fromhex("6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51")
AES_128 = SecretKey(bytes.fromhex("2b7e151628aed2a6abf7158809cf4f3c"), 16)
CRYPTOGRAM_128 = bytes.fromhex("7649abac8119b246cee98e9b12e9197d5086cb9b507219ee95db113a917678b2")
AES_256 = SecretKey(bytes.fromhex("603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4"), 16)
CRYPTOGRAM_256 = bytes.fromhex("f58c4c04d6e5f1ba779eabfb5f7bfbd69cfc4e967edb808d679f777bc6702c7d")


@pytest.mark.parametrize(("key", "cryptogram"), [(AES_128, CRYPTOGRAM_128), (AES_256, CRYPTOGRAM_256)])
def test_aes_in_cbc_mode(key: SecretKey, cryptogram: bytes) -> None:
    assert encipher(key, INITIAL, TEXT) == cryptogram
    assert decipher(key, INITIAL, cryptogram) == TEXT
    assert encipher(key, cryptogram[:16], TEXT[16:]) == cryptogram[16:], "a piece goes on where the last one ended"
    assert decipher(key, cryptogram[:16], cryptogram[16:]) == TEXT[16:]


def test_aes_in_ecb_mode() -> None:
    """SP 800-38A, F.1.1: without a block to start from, each block is enciphered by itself."""
    cryptogram = bytes.fromhex("3ad77bb40d7a3660a89ecaf32466ef97f5d3d58503b9699de785895a96fdbaaf")
    assert encipher(AES_128, b"", TEXT) == cryptogram
    assert decipher(AES_128, b"", cryptogram) == TEXT


@pytest.mark.parametrize("length", [8, 16, 24])
def test_des_once_and_three_times(length: int) -> None:
    """DES of 80…00 with the key 0101… is 95F8A5E5DD31D900, and three keys that are all the same are one."""
    key = SecretKey(b"\1" * length, 8)
    text = bytes.fromhex("8000000000000000")
    assert encipher(key, bytes(8), text).hex() == "95f8a5e5dd31d900"
    assert decipher(key, bytes(8), bytes.fromhex("95f8a5e5dd31d900")) == text


def test_pieces_are_whole_blocks_and_start_from_one() -> None:
    for initial, text in ((INITIAL, TEXT[:-1]), (INITIAL[:-1], TEXT)):
        for operation in (encipher, decipher):
            with pytest.raises(KeyRefusedError, match=r"^the data is not in blocks of 16 bytes$"):
                operation(AES_128, initial, text)


def test_padding_fills_the_last_block_or_is_one() -> None:
    assert padded(b"text", 8) == b"text\4\4\4\4"
    assert padded(b"", 8) == b"\x08" * 8
    for text in (b"", b"text", b"seven b", b"a whole!"):
        assert unpadded(padded(text, 8), 8) == text


@pytest.mark.parametrize("data", [b"", bytes(8), b"text\3\4\4\4", b"\x09" * 16])
def test_what_does_not_end_with_a_padding(data: bytes) -> None:
    with pytest.raises(KeyRefusedError, match=r"^the data does not end with a padding$"):
        unpadded(data, 8)


def test_other_keys_are_none_of_a_block_cipher() -> None:
    for key in (generate_rsa(1024), SecretKey(b"secret", 0)):
        with pytest.raises(KeyRefusedError):
            secret(key)
