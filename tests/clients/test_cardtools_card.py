"""The tools' card library with real PC/SC and OpenSC: what of it `cardmanager` and `enrol` do not show."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key
from stuntcard.card.files import FileSystem
from stuntcard.card.pkcs15 import EF_ODF

from tests.clients.cardtools_client import CardtoolsClient, client_at
from tests.clients.certificates import as_pem, certify, new_key
from tests.clients.desk import PIN, QPIN, Desk, desk_with_own_socket

pytestmark = pytest.mark.own_module


@pytest.fixture
def client(desk: Desk) -> Iterator[CardtoolsClient]:
    """At a fresh ProID+Q."""
    with client_at(desk) as client:
        yield client


@pytest.fixture
def logged_in(client: CardtoolsClient) -> CardtoolsClient:
    """At a ProID+Q, with PIN and QPIN given."""
    client("open")
    client("log_in", {"pin": PIN, "qpin": QPIN})
    return client


@pytest.fixture
def other_desk(request: pytest.FixtureRequest) -> Iterator[Desk]:
    """At a fresh card of the profile that the test names."""
    with desk_with_own_socket(request.param) as desk:
        yield desk


def certificate_for(public_key: str) -> str:
    """A certificate for a key given as SubjectPublicKeyInfo, in hexadecimal as it is."""
    key = load_der_public_key(bytes.fromhex(public_key))
    assert isinstance(key, rsa.RSAPublicKey)
    return certify(key, "Holder").public_bytes(Encoding.DER).hex()


def public_key_in(certificate: str) -> str:
    """The SubjectPublicKeyInfo of a certificate, both in hexadecimal."""
    key = x509.load_der_x509_certificate(bytes.fromhex(certificate)).public_key()
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo).hex()


def require_signed(public_key: str, data: bytes, signature: str) -> None:
    key = load_der_public_key(bytes.fromhex(public_key))
    assert isinstance(key, rsa.RSAPublicKey)
    key.verify(bytes.fromhex(signature), data, padding.PKCS1v15(), hashes.SHA256())


# Codes


def test_no_code_ever_stands_in_an_error(client: CardtoolsClient) -> None:
    values = ("9638527410", "a wrong PUK", "the new one", "x" * 40)
    client.refused("verify", "pin", values[0])
    client.refused("reset", "pin", "puk", values[1], values[2])
    client.refused("verify", "qpin", values[3])
    client("open")
    client.refused("log_in", {"qpin": values[0]})
    assert client.texts
    assert not [value for value in values for text in client.texts if value in text]


def test_a_value_that_no_code_can_have_is_not_sent(client: CardtoolsClient, desk: Desk) -> None:
    assert client.refused("verify", "pin", "x" * 17) == "ImpossibleValueError"
    assert client.refused("change", "pin", PIN, "") == "ImpossibleValueError"
    assert desk.tries() == (3, 5, 3)
    assert client.refused("change", "pin", PIN, "123") == "NewValueRefusedError"
    assert desk.code("pin").must_change


@pytest.mark.fact("PK-12")
@pytest.mark.parametrize("other_desk", ["zzzs-pk"], indirect=True)
def test_zzzs_pk_shows_its_certificates_and_takes_nothing(other_desk: Desk) -> None:
    with client_at(other_desk) as client:
        client("open")
        objects = client.rows("objects")
        shown = {(row[0], row[1], row[3]) for row in objects}
        assert {("certificate", "01", "pep"), ("certificate", "02", "kpep"), ("private-key", "01", "pep")} <= shown
        client("reset", "kpep-pin", "tpin", "12345678", "654321")
        client("log_in", {"pep-pin": "1234", "kpep-pin": "654321"})
        before = other_desk.card.content.files
        assert client.refused("make_key", "pep", "20") == "ReadOnlyCardError"
        assert client.refused("delete_certificate", "01") == "ReadOnlyCardError"
        assert client.refused("delete_key", "01") == "ReadOnlyCardError"
        certificates = {str(row[1]): str(row[4]) for row in objects if row[0] == "certificate"}
        for identifier, certificate in certificates.items():
            signature = client.text("sign", identifier, b"some data".hex())
            require_signed(public_key_in(certificate), b"some data", signature)
        assert other_desk.card.content.files == before


# Keys and certificates


@pytest.mark.parametrize("other_desk", ["eobcanka"], indirect=True)
def test_the_area_of_a_factory_s_key_takes_no_other(other_desk: Desk) -> None:
    with client_at(other_desk) as client:
        client("open")
        assert client.refused("make_key", "identification", "31") == "NoSuchAreaError"
        assert [row[:2] for row in client.rows("keys")] == [["identification", "10"]]


@pytest.mark.parametrize(("area", "code"), [("cc", "qpin"), ("general", "pin")])
def test_a_key_is_made_in_its_area_and_signs(logged_in: CardtoolsClient, desk: Desk, area: str, code: str) -> None:
    public = logged_in.text("make_key", area, "21")
    assert logged_in("keys") == [[area, "21", "MADE", False, True]]
    for _ in range(2):
        require_signed(public, b"a contract", logged_in.text("sign", "21", b"a contract".hex()))
    assert desk.card.state.verified == frozenset(), f"{code} stays given"


def test_signing_takes_the_code_of_the_keys_area(client: CardtoolsClient) -> None:
    client("open")
    client("log_in", {"pin": PIN})
    assert client.refused("make_key", "cc", "21") == "NotLoggedInError"
    client("log_in", {"qpin": QPIN})
    public = client.text("make_key", "cc", "21")
    client("open")
    assert client.refused("sign", "21", "00") == "NotLoggedInError"
    assert client.refused_counting("sign", "21", "00", "54321") == ("WrongCodeError", 2)
    require_signed(public, b"\0", client.text("sign", "21", "00", QPIN))


def test_a_certificate_pairs_with_its_key_and_both_are_deleted(logged_in: CardtoolsClient) -> None:
    public = logged_in.text("make_key", "cc", "21")
    certificate = certificate_for(public)
    assert logged_in("store_certificate", None, certificate) == "21"
    assert logged_in("keys") == [["cc", "21", "MADE", True, True]]
    assert logged_in("objects") == [
        ["certificate", "21", "certificate", "cc", certificate],
        ["private-key", "21", "key 21", "cc", None],
        ["public-key", "21", "key 21", "cc", public],
    ]
    assert logged_in("free_identifier") == "22"
    assert logged_in.refused("store_certificate", None, certificate) == "IdentifierTakenError"
    assert logged_in.refused("make_key", "cc", "21") == "IdentifierTakenError"

    logged_in("delete_certificate", "21")
    assert logged_in("keys") == [["cc", "21", "MADE", False, True]]
    logged_in("delete_key", "21")
    assert logged_in("objects") == []
    assert logged_in.refused("delete_certificate", "21") == "NoSuchObjectError"
    assert logged_in.refused("delete_key", "21") == "NoSuchObjectError"


def test_a_key_deleted_leaves_its_certificate(logged_in: CardtoolsClient) -> None:
    certificate = certificate_for(logged_in.text("make_key", "cc", "21"))
    logged_in("store_certificate", "21", certificate)
    logged_in("delete_key", "21")
    assert logged_in("keys") == [["cc", "21", None, False, False]]
    assert logged_in.refused("sign", "21", "00") == "NoSuchObjectError"
    logged_in("delete_certificate", "21")
    assert logged_in("keys") == []


def test_a_certificate_of_no_key_is_not_written(logged_in: CardtoolsClient, desk: Desk) -> None:
    logged_in("make_key", "general", "21")
    other = certificate_for(logged_in.text("make_key", "general", "22"))
    before = desk.card.content.files
    stranger = certify(new_key("rsa").public_key(), "Somebody").public_bytes(Encoding.DER).hex()
    assert logged_in.refused("store_certificate", None, stranger) == "UnpairedCertificateError"
    assert logged_in.refused("store_certificate", "21", other) == "UnpairedCertificateError"
    assert logged_in.refused("store_certificate", None, "3003020100") == "BadCertificateError"
    assert desk.card.content.files == before


@pytest.mark.parametrize("other_desk", ["tokenme"], indirect=True)
def test_a_key_whose_public_key_does_not_fit_leaves_nothing(other_desk: Desk) -> None:
    with client_at(other_desk) as client:
        client("open")
        client("log_in", {"pin": PIN})
        for identifier in ("21", "22", "23", "24", "25"):
            client("make_key", "general", identifier)
        before = other_desk.card.content
        assert client.refused("make_key", "general", "26") == "NoSpaceError"
        key = as_pem(new_key("rsa")).decode()
        assert client.refused("import_key", key, "26") == "NoSpaceError"
        assert other_desk.card.content.keys == before.keys
        assert other_desk.card.state.memory_used == before.state.memory_used


def test_a_key_with_the_certificate_of_another_is_not_imported(logged_in: CardtoolsClient) -> None:
    certificate = certify(new_key("ec").public_key(), "Somebody").public_bytes(Encoding.DER).hex()
    assert logged_in.refused("import_key", as_pem(new_key("ec")).decode(), "40", certificate) == (
        "UnpairedCertificateError"
    )
    assert logged_in("keys") == []


def test_a_size_that_opensc_does_not_offer_is_refused(logged_in: CardtoolsClient) -> None:
    assert logged_in.refused("make_key", "general", "21", 1024) == "KeyNotTakenError"
    assert logged_in("keys") == []


@pytest.mark.parametrize("length", [240, 256, 480])
def test_a_file_is_read_to_its_end_whatever_its_length(client: CardtoolsClient, desk: Desk, length: int) -> None:
    """One of 240 bytes ends where a part ends, and the card says so only when it is asked for more."""
    directory = desk.card.files.at(EF_ODF)
    files = {
        **desk.card.files.files,
        EF_ODF: replace(directory, content=directory.content.rstrip(b"\0").ljust(length, b"\0")),
    }
    desk.card.change_content(lambda content: replace(content, files=FileSystem(files)))
    client("open")
    client("log_in", {"pin": PIN})
    client("make_key", "general", "21")
    client("delete_key", "21")
    assert client("keys") == []
