"""GIDS beyond its tables of commands and answers (exchanges/*.gids*.apdu): one card, and several kinds of client."""

from __future__ import annotations

import zlib

import pytest
from cryptography.hazmat.primitives.asymmetric import padding
from stuntcard.applets.gids_formats import (
    ContainerRecord,
    packed_certificate,
    read_containers,
    read_entries,
    unpacked_certificate,
)
from stuntcard.applets.registry import APPLETS, seen_through
from stuntcard.card.card import Card
from stuntcard.card.content import Content
from stuntcard.card.keeper import KeepError
from stuntcard.card.keys import generate_rsa
from stuntcard.iso7816 import tlv
from stuntcard.policy.state import Origin
from stuntcard.profile.load import load_profile

from tests.unit.applets.gids_words import (
    CERTIFICATE,
    SELECT,
    THEIR_KEY,
    bringing,
    commands,
    creating,
    getting,
    master_file,
    putting,
)
from tests.unit.card.cards import RSA_2048, Client, key_entry, new_card

MASTER_FILE, CONTAINER_MAP, FRESHNESS = (0xA000, 0xDF1F), (0xA010, 0xDF23), (0xA010, 0xDF22)
FIRST_CERTIFICATE = (0xA010, 0xDF24)
PROID_Q = load_profile("proid-q")
OTHER_CERTIFICATE = tlv.encode(0x30, b"\1" * 500)


class Breaking:
    """A keeper that keeps so many changes, and then no more."""

    def __init__(self, changes: int) -> None:
        self.left = changes

    def keep(self, old: Content, new: Content, *, tried: bool = False) -> None:  # noqa: ARG002 - the protocol
        if not self.left:
            raise KeepError("nothing more")
        self.left -= 1


class GidsClient:
    """A client that selected the application and, if it is to, gave PIN."""

    def __init__(self, content: Content | None = None, area: str = "general", *, pin: bool = True) -> None:
        self.card = Card(seen_through(PROID_Q, f"gids:{area}"), APPLETS, content)
        self.send([SELECT])
        if pin:
            self.send(commands("0020 0080", b"12345678"))

    def send(self, parts: list[bytes]) -> str:
        """The status word of the last part; the others are taken."""
        return self.answer(parts)[-2:].hex().upper()

    def answer(self, parts: list[bytes]) -> bytes:
        *first, last = parts
        for part in first:
            assert self.card.transmit(part)[-2:] == b"\x90\x00", part.hex()
        answer = self.card.transmit(last)
        while answer[-2] == 0x61:
            answer = answer[:-2] + self.card.transmit(bytes((0, 0xC0, 0, 0, answer[-1])))
        return answer

    def read(self, what: tuple[int, int]) -> bytes | None:
        """The value of a data object."""
        answer = self.answer(getting(*what))
        if answer == b"\x6a\x88":
            return None
        assert answer[-2:] == b"\x90\x00", what
        found, rest = tlv.parse_one(answer[:-2])
        assert (found.tag, rest) == (what[1], b"")
        return found.value

    def write(self, what: tuple[int, int], value: bytes) -> str:
        return self.send(putting(*what, value))

    def names(self) -> list[str]:
        """The names of the containers, empty for one that is none."""
        return [record.name for record in read_containers(self.read(CONTAINER_MAP) or b"")]

    def certificate(self, what: tuple[int, int] = FIRST_CERTIFICATE) -> bytes | None:
        value = self.read(what)
        return None if value is None else unpacked_certificate(value)

    def sign(self, reference: int, data: bytes, algorithm: int = 0x57) -> bytes:
        assert self.send(commands("0022 41B6", bytes((0x80, 1, algorithm, 0x84, 1, reference)))) == "9000"
        answer = self.answer(commands("002A 9E9A", data, le=256))
        assert answer[-2:] == b"\x90\x00"
        return answer[:-2]

    def bring_in(self, reference: int = 0x81, name: str = "key") -> None:
        """Brings their key in, as a container of this name behind those that there are."""
        there = (self.read(CONTAINER_MAP) or b"")[: 86 * (reference - 0x81)]
        assert self.write(CONTAINER_MAP, there + ContainerRecord(name, 3, 0, 2048).encode()) == "9000"
        assert self.send(creating(reference)) == "9000"
        assert self.send(bringing(reference)) == "9000"

    def certify(self, certificate: bytes = CERTIFICATE) -> None:
        assert self.write(MASTER_FILE, master_file("kxc00")) == "9000"
        assert self.write(FIRST_CERTIFICATE, packed_certificate(certificate)) == "9000"


def isoapplet_client(content: Content | None = None) -> Client:
    client = Client(new_card(PROID_Q, content))
    client.verify("pin")
    return client


def make_rsa_key(client: Client, reference: int) -> None:
    """A key made through the IsoApplet; it still has to be listed."""
    assert client.environment(0x00, RSA_2048, reference) == "9000"
    assert client.fetch("0046420000")[1] == "9000"


# Keys


def test_a_key_brought_in_signs_as_its_owner_knows() -> None:
    client = GidsClient()
    client.bring_in()
    public = THEIR_KEY.public_key()
    for data in (b"a digest", bytes(245)):
        assert public.recover_data_from_signature(client.sign(0x81, data), padding.PKCS1v15(), None) == data
    block = bytes(1) + b"padded off the card".ljust(255, b"\1")
    numbers = public.public_numbers()
    raw = int.from_bytes(client.sign(0x81, block, 0x17))
    assert pow(raw, numbers.e, numbers.n) == int.from_bytes(block)
    (item,) = client.card.state.items
    assert (item.area, item.key) == ("general", Origin.IMPORTED)
    assert client.send(commands("002A 9E9A", le=256)) == "6700", "nothing to sign"


def test_windows_makes_a_container_in_another_order_than_opensc() -> None:
    """By a trace that a project has of it: the size comes last, and data in pieces of 240 bytes."""
    client = GidsClient()
    name = "{6B0C5C3E-36E0-4E4C-9D1B-5D7C3B3C7B11}"
    for record in (ContainerRecord(name, 1), ContainerRecord(name, 3)):
        assert client.write(FRESHNESS, bytes.fromhex("000001000100")) == "9000"
        assert client.write(CONTAINER_MAP, record.encode()) == "9000"
        assert client.read(CONTAINER_MAP) == record.encode()
    assert client.send(creating(0x81)) == "9000"
    assert client.send(bringing(0x81, piece=240)) == "9000"
    assert read_containers(client.read(CONTAINER_MAP) or b"") == (ContainerRecord(name, 3, 0, 2048),)
    key_map = bytes.fromhex("01 01000000079A81B0FFFF0000")
    assert client.write((0xA000, 0xDF20), key_map) == "9000"
    assert client.read((0xA000, 0xDF20)) == key_map
    public = THEIR_KEY.public_key()
    hashes_of_tls = bytes(range(36))
    assert (
        public.recover_data_from_signature(client.sign(0x81, hashes_of_tls), padding.PKCS1v15(), None) == hashes_of_tls
    )
    cryptogram = public.encrypt(b"a session's key", padding.PKCS1v15())
    assert client.send(commands("0022 41B8", bytes.fromhex("800147 840181"))) == "9000"
    assert client.answer(commands("002A 8086", cryptogram, le=256, piece=240)) == b"a session's key\x90\0"


def test_small_keys_of_old_are_taken() -> None:
    client = GidsClient()
    client.write(CONTAINER_MAP, ContainerRecord("old", 3, 1024, 0).encode())
    client.send(creating(0x81, 0x06))
    assert client.send(bringing(0x81, generate_rsa(1024))) == "9000"
    assert len(client.sign(0x81, b"a digest", 0x56)) == 128


# Certificates


def test_a_certificate_is_the_same_to_all_command_sets() -> None:
    client = GidsClient()
    client.bring_in()
    client.certify()
    assert client.certificate() == CERTIFICATE
    assert [entry.name for entry in read_entries(client.read(MASTER_FILE) or b"")] == ["kxc00"]
    client.card.reset()
    (item,) = client.card.state.items
    assert item.paired
    other = isoapplet_client(client.card.content)
    (record,) = other.card.content.keys.values()
    assert record.identifier == bytes.fromhex("B081")
    assert CERTIFICATE in {file.content for file in other.card.files.files.values()}


def test_a_certificate_is_replaced_and_removed() -> None:
    client = GidsClient()
    client.bring_in()
    files = len(client.card.files.files)
    client.certify()
    for certificate in (OTHER_CERTIFICATE, CERTIFICATE):
        client.write(FIRST_CERTIFICATE, packed_certificate(certificate))
        assert client.certificate() == certificate
    assert len(client.card.files.files) == files + 2, "the certificate, and the master file"
    assert client.write(FIRST_CERTIFICATE, b"") == "9000"
    assert client.read(FIRST_CERTIFICATE) is None
    client.card.reset()
    (item,) = client.card.state.items
    assert not item.certificate


def test_what_is_no_certificate_is_kept_as_it_is() -> None:
    client = GidsClient()
    client.bring_in()
    client.certify()
    assert client.write(FIRST_CERTIFICATE, b"something else") == "9000"
    client = GidsClient(client.card.content)
    assert client.certificate() == CERTIFICATE, "the card's own goes first"
    client.write(MASTER_FILE, master_file("kxc01"))
    assert client.read(FIRST_CERTIFICATE) == b"something else", "there is no such container"


@pytest.mark.parametrize(
    "content",
    [
        b"", b"\1\0", b"\2\0\4\0abcd", b"\1\0\4\0abcd", packed_certificate(CERTIFICATE)[:-3],
        packed_certificate(b"text"),
        b"\1\0\0\1" + packed_certificate(CERTIFICATE)[4:], packed_certificate(CERTIFICATE + b"\0"),
        b"\1\0\xff\xff" + zlib.compress(tlv.encode(0x30, bytes(0x10000))),
    ],
)  # fmt: skip
def test_no_certificate_is_found_where_none_is(content: bytes) -> None:
    assert unpacked_certificate(content) is None


# What others made


def test_keys_from_elsewhere_are_shown_by_their_labels_and_stay_where_they_were_seen() -> None:
    iso = isoapplet_client()
    for reference in (0, 1, 2):
        make_rsa_key(iso, reference)
    iso.make_key(3)
    iso.list_keys(
        key_entry(0, b"\x10", label="letters", kind=0x30), key_entry(1, b"\x11", label="twice", kind=0x30),
        key_entry(2, b"\x12", label="twice", kind=0x30), key_entry(3, b"\x13", label="a curve"),
    )  # fmt: skip
    client = GidsClient(iso.card.content)
    assert client.names() == ["letters", "twice 01", "twice 02"]
    assert client.write(CONTAINER_MAP, client.read(CONTAINER_MAP) or b"") == "9000"
    assert client.send([*commands("00A4 000C", bytes.fromhex("B081")), *commands("00E4 0000")]) == "9000"
    assert client.names() == ["", "twice 01", "twice 02"], "the others stay where they were"
    client.bring_in(0x84, "mine")
    assert client.names()[3] == "mine"


# When the power goes


def test_whatever_change_is_the_last_one_kept_nothing_is_lost_that_was_there() -> None:
    before = GidsClient()
    before.bring_in()
    before.certify()
    before.write((0xA010, 0xDF30), b"old")
    for changes in range(6):
        torn = GidsClient(before.card.content)
        torn.card._keeper = Breaking(changes)
        torn.write(FIRST_CERTIFICATE, packed_certificate(OTHER_CERTIFICATE))
        torn.card._keeper = Breaking(changes)
        torn.write((0xA010, 0xDF30), b"new" * 100)
        after = GidsClient(torn.card.content)
        assert after.certificate() in (CERTIFICATE, OTHER_CERTIFICATE)
        assert after.read((0xA010, 0xDF30)) in (b"old", b"new" * 100)
        assert after.sign(0x81, b"a digest")
        for value in (b"newer" * 100, b"newest"):
            assert after.write((0xA010, 0xDF30), value) == "9000"
            assert after.read((0xA010, 0xDF30)) == value


# Codes
