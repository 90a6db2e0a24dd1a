"""IAS Classic beyond its table of commands and answers (exchanges/zzzs-pk.ias.apdu)."""

from __future__ import annotations

import hashlib

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from stuntcard.applets.ias import NAME
from stuntcard.applets.registry import APPLETS
from stuntcard.card.card import Card
from stuntcard.profile.load import load_profile
from stuntcard.profile.model import Ias, Profile

from tests.unit.card.cards import CardClient

ZZZS_PK = load_profile("zzzs-pk")
SELECT = f"00A4040C0C{NAME.hex()}"
PIN = b"1234".ljust(12, b"\0").hex()
WRONG = b"9999".ljust(12, b"\0").hex()
SIGNED_AS_IT_IS, SIGNED_AS_SHA256 = "02", "42"


class Client(CardClient):
    """A client that selected the applet."""

    def __init__(self, profile: Profile = ZZZS_PK) -> None:
        super().__init__(Card(profile, APPLETS))
        assert self.send(SELECT) == "9000"

    def sign(self, algorithm: str, data: bytes) -> bytes:
        assert self.send(f"002241B606 840101 8001{algorithm}") == "9000"
        field = (b"\x90" + (b"" if len(data) < 128 else b"\x81") + bytes([len(data)]) + data).hex()
        assert self.send(f"002A90A0{len(field) // 2:02X}{field}") == "9000"
        answer = self.card.transmit(bytes.fromhex("002A9E9A00"))
        assert answer[-2:] == b"\x90\x00"
        return answer[:-2]

    def public_key(self) -> rsa.RSAPublicKey:
        assert self.send("00A4000C02B001") == "9000"
        content = b""
        while (answer := self.card.transmit(bytes.fromhex(f"00B0{len(content):04X}00")))[-2:] == b"\x90\x00":
            content += answer[:-2]
        key = x509.load_der_x509_certificate(content).public_key()
        assert isinstance(key, rsa.RSAPublicKey)
        return key


@pytest.mark.fact("PK-01")
def test_what_was_signed_is_found_good_with_the_certificate() -> None:
    client = Client()
    assert client.send(f"002000110C{PIN}") == "9000"
    digest = hashlib.sha256(b"a prescription").digest()
    key = client.public_key()
    key.verify(client.sign(SIGNED_AS_SHA256, digest), b"a prescription", padding.PKCS1v15(), hashes.SHA256())
    for data in (digest, b"\0", bytes(245)):
        signature = client.sign(SIGNED_AS_IT_IS, data)
        assert key.recover_data_from_signature(signature, padding.PKCS1v15(), None) == data


def test_of_several_keys_that_of_the_code_with_a_number_is_shown_wherever_it_stands() -> None:
    assert ZZZS_PK.personalisation is not None
    kpep_first = tuple(reversed(ZZZS_PK.personalisation.keys))
    assert [key.area for key in kpep_first] == ["kpep", "pep"]
    personalisation = ZZZS_PK.personalisation.model_copy(update={"keys": kpep_first})
    client = Client(ZZZS_PK.model_copy(update={"personalisation": personalisation}))
    assert client.send(f"002000110C{PIN}") == "9000"
    digest = hashlib.sha256(b"a prescription").digest()
    signature = client.sign(SIGNED_AS_SHA256, digest)
    client.public_key().verify(signature, b"a prescription", padding.PKCS1v15(), hashes.SHA256())


def test_a_card_without_the_key_has_no_certificate_and_signs_nothing() -> None:
    assert ZZZS_PK.personalisation is not None
    (kpep,) = (key for key in ZZZS_PK.personalisation.keys if key.area == "kpep")
    personalisation = ZZZS_PK.personalisation.model_copy(update={"keys": (kpep,)})
    client = Client(ZZZS_PK.model_copy(update={"personalisation": personalisation}))
    assert client.send("00A4000002B001") == "6A82"
    assert client.send(f"002000110C{PIN}") == "9000"
    commands = ("002241B606840101800102", "002A90A0049002DEAD", "002A9E9A00")
    assert [client.send(command) for command in commands] == ["9000", "9000", "6A88"]


@pytest.mark.parametrize("blocked", ["6983", "6984"])
def test_what_a_blocked_code_answers_is_the_profiles(blocked: str) -> None:
    client = Client(ZZZS_PK.model_copy(update={"ias": Ias.model_validate({"version": "4.0.0.A", "blocked": blocked})}))
    assert [client.send(f"002000110C{WRONG}") for _ in range(4)] == ["63C2", "63C1", "63C0", blocked]
    assert client.send("0020001100") == blocked
    assert client.send(f"0024001118{PIN}{PIN}") == blocked


@pytest.mark.parametrize(
    ("version", "told"),
    [
        ("4.0.0.A", "7F3019C00E49415320436C6173736963207634C107342E302E302E419000"),
        ("5.2.0.A.C", "7F301BC00E49415320436C6173736963207635C109352E322E302E412E439000"),
    ],
)
def test_the_version_is_the_profiles(version: str, told: str) -> None:
    client = Client(ZZZS_PK.model_copy(update={"ias": Ias.model_validate({"version": version, "blocked": "6983"})}))
    assert client.send("00CA7F3000") == told


def test_a_code_given_through_one_applet_is_not_given_through_the_other() -> None:
    client = Client()
    assert client.send(f"002000110C{PIN}") == "9000"
    assert client.send("00A4040C0CF276A288BCFBA69D34F31001") == "9000"
    assert client.send("00200001") == "63C3"
