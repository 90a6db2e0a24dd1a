"""The files of GIDS: what the master file names, which certificate is whose, and what says that copies are old."""

from __future__ import annotations

from stuntcard.applets.gids_formats import NO_CONTAINER, ContainerRecord, Entry, packed_certificate, read_entries
from stuntcard.applets.registry import APPLETS, seen_through
from stuntcard.card.card import Card
from stuntcard.card.content import Content
from stuntcard.iso7816 import tlv

from tests.unit.applets.gids_words import CERTIFICATE, THEIR_KEY, bringing, creating, master_file
from tests.unit.applets.test_gids import CONTAINER_MAP, MASTER_FILE, PROID_Q, GidsClient
from tests.unit.card.cards import Client, certificate_entry, key_entry, new_card

PUBLIC, HOLDERS = 0xA010, 0xA013
CARD_IDENTIFIER = 0xA012, 0xDF20


def lines(client: GidsClient) -> tuple[Entry, ...]:
    return read_entries(client.read(MASTER_FILE) or b"")


def certified_elsewhere(content: Content | None = None) -> GidsClient:
    """A client of a card with two keys from elsewhere: one that no directory lists, and one with a certificate."""
    iso = Client(new_card(PROID_Q, content))
    iso.verify("pin")
    for reference in (0, 1):
        assert iso.import_key(reference, THEIR_KEY) == "9000"
    iso.fetch("00A4080C043F005015")
    fields = bytes.fromhex("8002") + len(CERTIFICATE).to_bytes(2) + bytes.fromhex("820101 83023101")
    assert iso.chained("E00000", tlv.encode(0x6F, fields))[1] == "9000"
    iso.write("3F0050153101", CERTIFICATE)
    iso.list_keys(key_entry(1, b"\x11", label="letters", kind=0x30))
    iso.list_certificates(certificate_entry(b"\x11", file=0x3101))
    return GidsClient(iso.card.content)


def test_a_certificate_from_elsewhere_gets_a_line_with_a_tag_that_no_other_has() -> None:
    client = GidsClient()
    client.write(MASTER_FILE, master_file("notes"))
    client = certified_elsewhere(client.card.content)
    assert client.names() == ["00", "letters"]
    assert lines(client) == (Entry("mscp", "notes", 0xDF24, PUBLIC), Entry("mscp", "kxc01", 0xDF25, PUBLIC))
    assert client.write(CONTAINER_MAP, client.read(CONTAINER_MAP) or b"") == "9000"
    assert client.certificate((PUBLIC, 0xDF25)) == CERTIFICATE, "also where a client wrote a record of its key"


def test_the_certificate_of_a_key_that_signs_only_has_another_name() -> None:
    client = GidsClient()
    client.write(CONTAINER_MAP, ContainerRecord("seal", 3, 2048, 0).encode())
    client.send(creating(0x81))
    client.send(bringing(0x81))
    client.certify()
    client.write(MASTER_FILE, master_file())
    assert lines(client) == (Entry("mscp", "ksc00", 0xDF24, PUBLIC),)


def test_whose_a_certificate_is_its_name_says_in_capitals_too() -> None:
    client = GidsClient()
    client.write(CONTAINER_MAP, NO_CONTAINER.encode() * 26 + ContainerRecord("key", 3, 0, 2048).encode())
    client.send(creating(0x9B))
    client.send(bringing(0x9B))
    client.write(MASTER_FILE, master_file("KXC1A"))
    assert client.write((PUBLIC, 0xDF24), packed_certificate(CERTIFICATE)) == "9000"
    assert lines(client) == (Entry("mscp", "KXC1A", 0xDF24, PUBLIC),)
    client.card.reset()
    (item,) = client.card.state.items
    assert item.certificate


def test_what_is_named_like_a_certificate_in_another_file_is_none() -> None:
    client = GidsClient()
    client.bring_in()
    client.write(MASTER_FILE, b"\1" + Entry("mscp", "kxc00", 0xDF30, HOLDERS).encode())
    there = packed_certificate(CERTIFICATE)
    assert client.write((HOLDERS, 0xDF30), there) == "9000"
    assert client.read((HOLDERS, 0xDF30)) == there
    client.card.reset()
    (item,) = client.card.state.items
    assert not item.certificate


def test_a_short_serial_number_stands_last_in_the_identifier() -> None:
    token = PROID_Q.token.model_copy(update={"serial": "0102"})
    client = GidsClient(pin=False)
    client.card = Card(seen_through(PROID_Q.model_copy(update={"token": token}), "gids:general"), APPLETS)
    client.card.transmit(bytes.fromhex("00A4040C09A00000039742544659"))
    assert client.read(CARD_IDENTIFIER) == b"general\0" + bytes.fromhex("0000000000000102")
