from __future__ import annotations

import hashlib

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from stuntcard.card.curves import DOMAINS
from stuntcard.card.keys import generate_ec, generate_rsa
from stuntcard.iso7816 import tlv
from stuntcard.policy.state import Origin

from tests.unit.card.arithmetic import ecdsa_holds
from tests.unit.card.cards import (
    DECIPHER,
    EC,
    ISOAPPLET,
    NOT_ALLOWED,
    OK,
    PIN,
    PKCS1,
    PSS,
    QPIN,
    RSA_2048,
    RSA_3072,
    RSA_4096,
    Client,
    certificate_entry,
    curve_parameters,
    domain,
    ec_parts,
    encoded,
    key_entry,
    unchanged,
)

MESSAGE = b"a text to sign"
DIGEST = hashlib.sha256(MESSAGE).digest()
DIGEST_INFO = bytes.fromhex("3031300D060960864801650304020105000420") + DIGEST
EVERY_CURVE = pytest.mark.parametrize("curve", [each.curve().name for each in DOMAINS])
MADE, IMPORTED = Origin.MADE, Origin.IMPORTED


@pytest.fixture(scope="module")
def rsa_key() -> rsa.RSAPrivateKey:
    return generate_rsa(2048)


@pytest.fixture
def client() -> Client:
    """Has given the PIN, and reads the applet's newer version."""
    client = Client()
    client.fetch("00CA010100")
    assert client.verify(PIN) == OK
    return client


def public_key_fields(answer: bytes) -> list[tuple[int, bytes]]:
    template, rest = tlv.parse_one(answer)
    assert (template.tag, rest) == (0x7F49, b"")
    return [(field.tag, field.value) for field in template.children()]


# Making RSA keys


@pytest.mark.parametrize(("algorithm", "bits"), [(RSA_2048, 2048), (RSA_3072, 3072), (RSA_4096, 4096)])
def test_an_rsa_key_is_made_and_signs(client: Client, algorithm: int, bits: int) -> None:
    assert client.environment(0x00, algorithm, 1) == OK
    answer, sw = client.fetch("00464200")
    assert sw == OK
    [(modulus_tag, modulus), (exponent_tag, exponent)] = public_key_fields(answer)
    assert (modulus_tag, len(modulus), exponent_tag, exponent.hex()) == (0x81, bits // 8, 0x82, "010001")
    signature, sw = client.sign(1, DIGEST_INFO, algorithm=PKCS1)
    assert sw == OK
    public = rsa.RSAPublicNumbers(65537, int.from_bytes(modulus)).public_key()
    public.verify(signature, MESSAGE, padding.PKCS1v15(), hashes.SHA256())


# Making EC keys


@EVERY_CURVE
def test_an_ec_key_is_made_on_every_curve_and_signs(client: Client, curve: str) -> None:
    client.environment(0x00, EC, 1)
    answer, sw = client.chained("460000", encoded(curve_parameters(curve)))
    assert sw == OK
    *parameters, (tag, point) = public_key_fields(answer)
    assert parameters == curve_parameters(curve)
    assert (tag, point[0], len(point)) == (0x86, 4, len(bytes.fromhex(domain(curve).generator)))
    signature, sw = client.sign(1, DIGEST)
    assert sw == OK
    half = len(point) // 2
    where = int.from_bytes(point[1 : 1 + half]), int.from_bytes(point[1 + half :])
    assert ecdsa_holds(domain(curve), where, DIGEST, signature)


P256 = curve_parameters("secp256r1")
UNKNOWN_CURVE = [(0x81, b"\x17"), (0x82, b"\1"), (0x83, b"\1"), (0x84, b"\4\3\x0a"), (0x85, b"\x1c")]


@pytest.mark.parametrize(
    ("command", "data", "sw"),
    [
        ("460000", encoded(UNKNOWN_CURVE), "6A81"),
        ("460000", encoded([*P256[:2], (0x83, bytes(32)), *P256[3:]]), "6A81"),
        *(("460000", encoded(P256[:missing] + P256[missing + 1 :]), "6A80") for missing in range(5)),
        ("460000", b"\x81\x20\x01", "6A80"),
        ("464200", encoded(P256), "6A86"),
        ("DB3FFF", tlv.encode(0xE0, encoded([*UNKNOWN_CURVE, (0x88, b"\5")])), "6A81"),
    ],
)
def test_a_curve_that_is_unknown_or_none(client: Client, command: str, data: bytes, sw: str) -> None:
    client.environment(0x00, EC, 1)
    with unchanged(client):
        assert client.chained(command, data) == (b"", sw)


# Importing


@EVERY_CURVE
def test_an_ec_key_is_imported_and_signs(client: Client, curve: str) -> None:
    key = generate_ec(domain(curve).curve())
    assert client.import_key(2, key) == OK
    signature, sw = client.sign(2, DIGEST)
    assert sw == OK
    key.public_key().verify(signature, DIGEST, ec.ECDSA(Prehashed(hashes.SHA256())))


def test_imported_stays_imported_for_life(client: Client) -> None:
    client.import_key(2, generate_ec(ec.SECP256R1()))
    assert client.items[0].key is IMPORTED
    client.list_keys(key_entry(2, b"two"))
    client.list_certificates(certificate_entry(b"two"))
    client.card.reset()
    client.verify(PIN)
    client.sign(2)
    client.make_key(3)
    client.list_keys(key_entry(2, b"two", label="renamed"), key_entry(3, b"three"))
    client.send(ISOAPPLET)
    assert [(item.key, item.paired) for item in client.items] == [(IMPORTED, True), (MADE, False)]


ZEROS = "7F480F" + "920100" + "930100" + "940100" + "950100" + "960100"
NO_KEYS = {
    "EC for RSA": (RSA_2048, ec_parts(generate_ec(ec.SECP256R1()))),
    "RSA for EC": (EC, bytes.fromhex("7F4803920101")),
    "no parts": (RSA_2048, bytes.fromhex("7F4800")),
    "breaks off": (RSA_2048, bytes.fromhex("7F48039201")),
    "zeros": (RSA_2048, bytes.fromhex(ZEROS)),
    "nothing": (EC, bytes.fromhex("E000")),
    "no value": (EC, tlv.encode(0xE0, encoded(P256))),
    "value zero": (EC, tlv.encode(0xE0, encoded([*P256, (0x88, bytes(32))]))),
    "value too great": (EC, tlv.encode(0xE0, encoded([*P256, (0x88, b"\xff" * 32)]))),
    "rubbish behind": (EC, ec_parts(generate_ec(ec.SECP256R1())) + b"\0"),
    "no data": (EC, b""),
}


@pytest.mark.parametrize(("algorithm", "data"), NO_KEYS.values(), ids=NO_KEYS)
def test_what_is_no_key(client: Client, algorithm: int, data: bytes) -> None:
    client.environment(0x00, algorithm, 1)
    assert client.chained("DB3FFF", data) == (b"", "6A80")
    assert client.items == []


def test_a_key_is_put_into_the_current_directory_only(client: Client) -> None:
    client.environment(0x00, EC, 1)
    assert client.chained("DB3F00", ec_parts(generate_ec(ec.SECP256R1()))) == (b"", "6A86")


# Using RSA keys


def test_pss(client: Client, rsa_key: rsa.RSAPrivateKey) -> None:
    client.import_key(2, rsa_key)
    signature, sw = client.sign(2, DIGEST, algorithm=PSS)
    assert sw == OK
    pss = padding.PSS(mgf=padding.MGF1(hashes.SHA256()), salt_length=32)
    rsa_key.public_key().verify(signature, MESSAGE, pss, hashes.SHA256())


def test_deciphering(client: Client, rsa_key: rsa.RSAPrivateKey) -> None:
    client.import_key(2, rsa_key)
    cryptogram = rsa_key.public_key().encrypt(MESSAGE, padding.PKCS1v15())
    assert client.environment(DECIPHER, PKCS1, 2) == OK
    assert client.chained("2A8086", b"\0" + cryptogram) == (MESSAGE, OK)
    assert client.chained("2A8086", b"\2" + cryptogram) == (b"", "6A80")
    assert client.chained("2A8086", b"\0" + cryptogram[1:]) == (b"", "6A80")
    assert client.chained("2A8086", b"\0") == (b"", "6700")
    client.environment(DECIPHER, 0x21, 2)
    assert client.chained("2A8086", b"\0" + cryptogram) == (b"", "6A81")


@pytest.mark.fact("PQ-03")
def test_deciphering_with_a_qualified_key_takes_a_qpin_too(client: Client, rsa_key: rsa.RSAPrivateKey) -> None:
    client.verify(QPIN)
    client.import_key(2, rsa_key)
    cryptogram = rsa_key.public_key().encrypt(MESSAGE, padding.PKCS1v15())
    client.environment(DECIPHER, PKCS1, 2)
    assert client.chained("2A8086", b"\0" + cryptogram) == (b"", NOT_ALLOWED)
    client.verify(QPIN)
    assert client.chained("2A8086", b"\0" + cryptogram) == (MESSAGE, OK)
    assert client.chained("2A8086", b"\0" + cryptogram) == (b"", NOT_ALLOWED)


@pytest.mark.parametrize(
    ("algorithm", "data", "sw"),
    [(PKCS1, bytes(246), "6A80"), (PSS, bytes(33), "6A80"), (0x21, bytes(32), "6A80"), (0x13, bytes(32), "6A81")],
)
def test_what_an_rsa_key_can_not_sign(
    client: Client, rsa_key: rsa.RSAPrivateKey, algorithm: int, data: bytes, sw: str
) -> None:
    client.import_key(2, rsa_key)
    assert client.sign(2, data, algorithm=algorithm) == (b"", sw)
