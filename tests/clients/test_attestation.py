"""A card's statements about its keys, asked over PC/SC and checked as a CA would."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key
from stuntcard.iso7816 import tlv

from tests.clients.apdu_client import ApduClient
from tests.clients.certificates import as_pem, new_key
from tests.clients.desk import PIN, Desk, desk_with_own_socket, desk_with_pcscd

ISSUERS = Path(__file__).parents[2] / "tools/cardtools/ca/pki/attestation_issuers.pem"
SELECT_MANAGE = bytes.fromhex("00A4040C07F05354554E5401")
NONCE = bytes(range(0xA0, 0xC0))
MADE, IMPORTED, FACTORY = b"\0", b"\1", b"\2"


@pytest.fixture
def health_card() -> Iterator[Desk]:
    """A fresh ZZZS-PK."""
    with desk_with_own_socket("zzzs-pk") as desk:
        yield desk


@pytest.fixture(params=["tokenme", "proid-q"], ids=["T=1", "T=0"])
def behind_pcscd(request: pytest.FixtureRequest) -> Iterator[Desk]:
    """A fresh card of either protocol, in a reader of a pcscd."""
    with desk_with_pcscd(request.param) as desk:
        yield desk


class Asking:
    """A program that asks a card about its keys."""

    def __init__(self, client: ApduClient) -> None:
        self._client = client

    def attest(self, number: int, nonce: bytes = NONCE, *, extended: bool = False) -> tuple[bytes, bytes]:
        """The statement about a key and its signature."""
        data = tlv.encode(0x80, bytes([number])) + tlv.encode(0x81, nonce)
        lengths = (len(data).to_bytes(3), bytes(2)) if extended else (len(data).to_bytes(1), bytes(1))
        answer = self._fetch(bytes.fromhex("00880000") + lengths[0] + data + lengths[1])
        [whole] = tlv.parse(answer, strict=True)
        assert whole.tag == 0xE6
        statement, signature = whole.children(strict=True)
        return statement.encode(), signature.value

    def certificates(self, *, extended: bool = False) -> tuple[x509.Certificate, x509.Certificate]:
        """The card's certificate and its issuer's."""
        [whole] = tlv.parse(self._fetch(bytes.fromhex("00CA00E7") + bytes(3 if extended else 1)), strict=True)
        card, issuer = (x509.load_der_x509_certificate(field.value) for field in whole.children())
        return card, issuer

    def _fetch(self, command: bytes) -> bytes:
        assert self._client.transmit(SELECT_MANAGE) == bytes.fromhex("9000")
        answer, data = self._client.transmit(command), b""
        while answer[-2] == 0x61:
            data += answer[:-2]
            answer = self._client.transmit(bytes([0x00, 0xC0, 0x00, 0x00, answer[-1]]))
        assert answer[-2:].hex() == "9000"
        return data + answer[:-2]


def checked(desk: Desk, number: int, *, extended: bool = False) -> dict[int, bytes]:
    """What the statement about a key says, once everything that a CA would look at is found right."""
    with ApduClient(desk) as client:
        asking = Asking(client)
        statement, signature = asking.attest(number, extended=extended)
        certificate, issuer = asking.certificates(extended=extended)
    [trusted] = x509.load_pem_x509_certificates(ISSUERS.read_bytes())
    assert issuer == trusted
    certificate.verify_directly_issued_by(trusted)
    key = certificate.public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    key.verify(signature, statement, ec.ECDSA(hashes.SHA256()))
    [whole] = tlv.parse(statement, strict=True)
    assert whole.tag == 0xE5
    said = {field.tag: field.value for field in whole.children()}
    [name] = certificate.subject.get_attributes_for_oid(x509.NameOID.SERIAL_NUMBER)
    assert (name.value, said[0x81].decode()) == (said[0x82].hex().upper(), desk.card.profile.id)
    assert said[0x87] == NONCE
    return said


def public_key(desk: Desk, identifier: str) -> bytes:
    """A key's public part as OpenSC's programs read it, as SubjectPublicKeyInfo."""
    key = load_pem_public_key((desk.folder / desk.public_key(identifier)).read_bytes())
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


@pytest.mark.parametrize("kind", ["rsa/2048", "ec/prime256v1"])
def test_key_made_in_the_cc_area(any_desk: Desk, kind: str) -> None:
    any_desk.make_qualified_key("20", kind)
    said = checked(any_desk, any_desk.key("20").number)
    assert (said[0x84], said[0x85]) == (b"cc", MADE)
    assert said[0x86] == public_key(any_desk, "20")


@pytest.mark.parametrize("kind", ["rsa", "ec"])
def test_key_imported(desk: Desk, kind: str) -> None:
    key = new_key(kind)
    desk.tool("pkcs15-init", "--store-private-key", desk.write("key.pem", as_pem(key)), "--auth-id", "01",
              "--pin", PIN, "--id", "30", "--label", "from a file", "--insecure")  # fmt: skip
    said = checked(desk, desk.key("30").number)
    assert (said[0x84], said[0x85]) == (b"general", IMPORTED)
    assert said[0x86] == key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def test_factory_keys(health_card: Desk) -> None:
    for identifier, area in (("01", b"pep"), ("02", b"kpep")):
        said = checked(health_card, health_card.key(identifier).number)
        assert (said[0x84], said[0x85]) == (area, FACTORY)
        assert said[0x86] == public_key(health_card, identifier)


@pytest.mark.pcscd
def test_either_protocol_through_pcscd(behind_pcscd: Desk) -> None:
    behind_pcscd.make_key("10", "rsa/2048")
    assert checked(behind_pcscd, behind_pcscd.key("10").number)[0x85] == MADE


def test_extended_length(desk: Desk) -> None:
    desk.make_key("10", "rsa/2048")
    assert checked(desk, desk.key("10").number, extended=True) == checked(desk, desk.key("10").number)


def test_another_nonce_another_signature(desk: Desk) -> None:
    desk.make_key("10")
    with ApduClient(desk) as client:
        asking = Asking(client)
        assert asking.attest(1, bytes(16)) == asking.attest(1, bytes(16))
        assert asking.attest(1, bytes(16))[1] != asking.attest(1, bytes(17))[1]
