"""What a PIV client does in several commands: it gives the management key, makes keys, and checks signatures."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import ECB
from stuntcard.iso7816 import tlv

from tests.unit.card.cards import OK, CardClient

SELECT = "00A404000BA000000308000010000100"
KEY = bytes(range(1, 9)) * 3
DIGEST = hashlib.sha256(b"a letter").digest()
_INFO = bytes.fromhex("3031300D060960864801650304020105000420")


def cipher(key: bytes) -> Cipher[ECB]:
    algorithm = AES(key) if len(key) == 16 else TripleDES(key)
    return Cipher(algorithm, ECB())


def enciphered(block: bytes, key: bytes = KEY) -> bytes:
    return cipher(key).encryptor().update(block)


def deciphered(block: bytes, key: bytes = KEY) -> bytes:
    return cipher(key).decryptor().update(block)


def authenticate(client: CardClient, key: bytes = KEY) -> str:
    """Mutual authentication with the management key; the card's part is checked too."""
    data, sw = client.fetch("0087039B047C02800000")
    assert (data[:4].hex(), len(data), sw) == ("7c0a8008", 12, OK)
    challenge = bytes(range(8))
    data, sw = client.fetch(f"0087039B167C148008{deciphered(data[4:], key).hex()}8108{challenge.hex()}00")
    if sw == OK:
        assert data == bytes.fromhex("7C0A8208") + enciphered(challenge, key)
    return sw


def authenticate_external(client: CardClient, key: str = KEY.hex(), algorithm: str = "03") -> str:
    """External authentication: only the client shows that it has the key."""
    data, sw = client.fetch(f"0087{algorithm}9B047C02810000")
    challenge = tlv.find(tlv.parse_one(data)[0].children(), 0x81) or b""
    assert (len(challenge), sw) == (8 if algorithm == "03" else 16, OK)
    response = tlv.encode(0x7C, tlv.encode(0x82, enciphered(challenge, bytes.fromhex(key))))
    return client.send(f"0087{algorithm}9B{len(response):02X}{response.hex()}")


def put(client: CardClient, tag: str, content: bytes) -> str:
    """PUT DATA of an object, chained if it is long."""
    data = tlv.encode(0x5C, bytes.fromhex(tag)) + tlv.encode(0x53, content)
    return client.chained("DB3FFF", data, answered=False)[1]


def get(client: CardClient, tag: str) -> tuple[bytes, str]:
    """GET DATA of an object."""
    asked = tlv.encode(0x5C, bytes.fromhex(tag))
    return client.fetch(f"00CB3FFF{len(asked):02X}{asked.hex()}00")


def generate(client: CardClient, slot: str, algorithm: str) -> str:
    """GENERATE ASYMMETRIC KEY PAIR; the status word."""
    return client.fetch(f"004700{slot}05AC038001{algorithm}00")[1]


def public_key(client: CardClient, slot: str) -> rsa.RSAPublicKey | ec.EllipticCurvePublicKey:
    """The public part of a slot's key, by GET METADATA."""
    data, sw = client.fetch(f"00F700{slot}00")
    assert sw == OK
    fields = tlv.parse(tlv.find(tlv.parse(data), 0x04) or b"")
    point = tlv.find(fields, 0x86)
    if point is None:
        modulus, exponent = (int.from_bytes(tlv.find(fields, tag) or b"") for tag in (0x81, 0x82))
        return rsa.RSAPublicNumbers(exponent, modulus).public_key()
    curve = {65: ec.SECP256R1(), 97: ec.SECP384R1()}[len(point)]
    return ec.EllipticCurvePublicKey.from_encoded_point(curve, point)


def sign(client: CardClient, slot: str) -> str:
    """GENERAL AUTHENTICATE over a digest; the status word, after the signature was found good."""
    key = public_key(client, slot)
    if isinstance(key, rsa.RSAPublicKey):
        algorithm, block = "07", b"\0\1" + b"\xff" * (253 - len(_INFO + DIGEST)) + b"\0" + _INFO + DIGEST
    else:
        algorithm, block = {256: "11", 384: "14"}[key.key_size], DIGEST
    data, sw = authenticated(client, f"87{algorithm}{slot}", 0x81, block)
    if sw != OK:
        assert data == b""
        return sw
    signature = tlv.find(tlv.parse_one(data)[0].children(), 0x82) or b""
    try:
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, DIGEST, padding.PKCS1v15(), Prehashed(hashes.SHA256()))
        else:
            key.verify(signature, DIGEST, ec.ECDSA(Prehashed(hashes.SHA256())))
    except InvalidSignature:
        return "a wrong signature"
    return sw


def authenticated(client: CardClient, ins_p1_p2: str, tag: int, data: bytes) -> tuple[bytes, str]:
    """What a key makes of data, in the template of dynamic authentication."""
    template = tlv.encode(0x7C, tlv.encode(0x82, b"") + tlv.encode(tag, data))
    return client.chained(ins_p1_p2, template)


WORDS: dict[str, Callable[..., str]] = {
    "piv": lambda client: client.fetch(SELECT)[1],
    "piv-authenticate": authenticate,
    "piv-authenticate-external": authenticate_external,
    "piv-generate": generate,
    "piv-put": lambda client, tag, content="": put(client, tag, bytes.fromhex(content)),
    "piv-get": lambda client, tag: (found := get(client, tag))[0].hex().upper() + found[1],
    "piv-sign": sign,
}
"""The words of stories that are told with it."""
