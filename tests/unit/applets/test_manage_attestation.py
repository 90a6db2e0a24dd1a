"""What a card says of its keys, and signs. The crypto library judges the signatures."""

from __future__ import annotations

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from stuntcard.card.attestation import card_certificate, issuer_certificate
from stuntcard.card.curves import DOMAINS
from stuntcard.card.keys import PrivateKey, PublicKey, generate_ec, generate_rsa
from stuntcard.iso7816 import tlv
from stuntcard.iso7816.transport import Protocol
from stuntcard.profile.load import load_profile

from tests.unit.card.cards import MANAGE, OK, PIN, QPIN, Client, logged_in, new_card, unchanged

NONCE = bytes(range(0x40, 0x50))
CERTIFICATES = "00CA00E700"
P256 = generate_ec(ec.SECP256R1())


def asking(number: int, nonce: bytes = NONCE) -> str:
    """The data of the command."""
    return f"8001{number:02X}81{len(nonce):02X}{nonce.hex().upper()}"


def attested(client: Client, number: int, nonce: bytes = NONCE) -> tuple[bytes, bytes]:
    """The statement about a key, and its signature."""
    client.send(MANAGE)
    data = asking(number, nonce)
    answer, sw = client.fetch(f"00880000{len(data) // 2:02X}{data}")
    assert sw == OK
    [whole] = tlv.parse(answer, strict=True)
    assert whole.tag == 0xE6
    statement, signature = whole.children(strict=True)
    assert (statement.tag, signature.tag) == (0xE5, 0x90)
    return statement.encode(), signature.value


def fields(statement: bytes) -> dict[int, bytes]:
    [whole] = tlv.parse(statement)
    return {field.tag: field.value for field in whole.children()}


def verify(client: Client, statement: bytes, signature: bytes) -> None:
    """The signature, with the key of the certificate that the card shows."""
    key = x509.load_der_x509_certificate(card_certificate(client.card.profile)).public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    key.verify(signature, statement, ec.ECDSA(hashes.SHA256()))


def spki(key: PublicKey) -> bytes:
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def own_public_key(client: Client, number: int) -> bytes:
    private = client.card.content.keys[number].private
    assert isinstance(private, PrivateKey)
    return spki(private.public_key())


def client_with_key() -> Client:
    """With a key made in the general area."""
    client = logged_in(PIN)
    assert client.make_key(3) == OK
    client.send(MANAGE)
    return client


def test_a_key_brought_in_every_byte() -> None:
    client = logged_in(PIN)
    client.import_key(4, P256)
    statement, signature = attested(client, 1)
    assert statement.hex().upper() == (
        "E58194"
        + "800101" + "810770726F69642D71" + "82085354554E54000001" + "830101" + "840767656E6572616C" + "850101"
        + "865B" + spki(P256.public_key()).hex().upper() + "8710" + NONCE.hex().upper()
    )  # fmt: skip
    verify(client, statement, signature)


def test_a_key_made_in_the_cc_area() -> None:
    client = logged_in(PIN, QPIN)
    client.make_key(3)
    statement, signature = attested(client, 1)
    assert fields(statement) == {
        0x80: b"\1",
        0x81: b"proid-q",
        0x82: bytes.fromhex("5354554E54000001"),
        0x83: b"\1",
        0x84: b"cc",
        0x85: b"\0",
        0x86: own_public_key(client, 1),
        0x87: NONCE,
    }
    verify(client, statement, signature)


def test_a_key_from_the_factory() -> None:
    client = Client(new_card(load_profile("zzzs-pk")))
    statement, signature = attested(client, 2)
    shown = fields(statement)
    assert (shown[0x81], shown[0x84], shown[0x85]) == (b"zzzs-pk", b"kpep", b"\2")
    assert shown[0x86] == own_public_key(client, 2)
    verify(client, statement, signature)


def test_rsa_and_every_curve() -> None:
    client = logged_in(PIN)
    client.import_key(3, generate_rsa(2048))
    for reference, domain in enumerate(DOMAINS, start=4):
        assert client.make_key(reference, domain.curve().name) == OK
    for number in range(1, len(DOMAINS) + 2):
        statement, signature = attested(client, number)
        assert fields(statement)[0x86] == own_public_key(client, number)
        verify(client, statement, signature)


def test_the_key_need_not_be_listed_and_no_code_is_asked_for() -> None:
    client = client_with_key()
    client.card.reset()
    statement, _ = attested(client, 1)
    assert fields(statement)[0x83] == b"\1"


@pytest.mark.parametrize("length", [16, 17, 32])
def test_the_nonce_comes_back(length: int) -> None:
    client = client_with_key()
    nonce = bytes(reversed(range(length)))
    statement, signature = attested(client, 1, nonce)
    assert fields(statement)[0x87] == nonce
    verify(client, statement, signature)


def test_another_nonce_is_another_signature_and_the_same_one_the_same() -> None:
    client = client_with_key()
    assert attested(client, 1) == attested(client, 1)
    assert attested(client, 1)[1] != attested(client, 1, bytes(16))[1]


def test_it_changes_nothing() -> None:
    client = client_with_key()
    with unchanged(client):
        (attested(client, 1), client.fetch(CERTIFICATES))


# Certificates


def test_the_certificates() -> None:
    client = Client()
    client.send(MANAGE)
    answer, sw = client.fetch(CERTIFICATES)
    assert sw == OK
    [whole] = tlv.parse(answer, strict=True)
    assert whole.tag == 0xE7
    assert [(field.tag, field.value) for field in whole.children()] == [
        (0x80, card_certificate(client.card.profile)),
        (0x81, issuer_certificate()),
    ]


# Ways of transport


def exchanged_in_parts(client: Client, command: str, protocol: Protocol) -> bytes:
    """What a reader of a protocol gets by short commands and GET RESPONSE: at most 256 bytes at once."""
    assert client.card.transport_protocol is protocol
    answer = bytes.fromhex(client.send(command))
    data = answer[:-2]
    while answer[-2] == 0x61:
        answer = bytes.fromhex(client.send(f"00C00000{answer[-1]:02X}"))
        assert len(answer) <= 258
        data += answer[:-2]
    assert answer[-2:].hex() == "9000"
    return data


def test_long_answers_under_t0_come_in_parts() -> None:
    client = Client(new_card(load_profile("zzzs-pk")))
    client.send(MANAGE)
    without_le = exchanged_in_parts(client, f"0088000015{asking(1)}", Protocol.T0)
    assert without_le == exchanged_in_parts(client, f"0088000015{asking(1)}00", Protocol.T0)
    assert without_le[:1].hex() == "e6"
    assert len(exchanged_in_parts(client, CERTIFICATES, Protocol.T0)) > 4 * 256


def test_long_answers_under_t1_come_in_parts_or_whole_by_extended_length() -> None:
    client = Client(new_card(load_profile("tokenme")))
    client.send(MANAGE)
    in_parts = exchanged_in_parts(client, CERTIFICATES, Protocol.T1)
    assert bytes.fromhex(client.send("00CA00E7000000")) == in_parts + bytes.fromhex("9000")


def test_an_rsa_key_by_extended_length() -> None:
    client = logged_in(PIN)
    client.import_key(3, generate_rsa(2048))
    client.send(MANAGE)
    short = client.fetch(f"0088000015{asking(1)}")[0]
    assert len(short) > 256
    assert client.send(f"00880000000015{asking(1)}0000") == short.hex().upper() + OK
