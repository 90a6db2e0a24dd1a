"""What a client of GIDS keeps copies of, and how it learns that somebody else has changed that: `cardcf`."""

from __future__ import annotations

from collections.abc import Callable
from struct import unpack

import pytest
from stuntcard.applets.gids_formats import packed_certificate
from stuntcard.card.content import Content

from tests.unit.applets.gids_words import CERTIFICATE, commands, master_file
from tests.unit.applets.test_gids import (
    FIRST_CERTIFICATE,
    FRESHNESS,
    MASTER_FILE,
    OTHER_CERTIFICATE,
    GidsClient,
    isoapplet_client,
    make_rsa_key,
)
from tests.unit.card.cards import Client

WRITTEN = bytes.fromhex("00FF07000900")


def as_written() -> GidsClient:
    """A card with a key and its certificate, all of it by a client of this kind, which wrote how fresh it is."""
    client = GidsClient()
    client.bring_in()
    client.certify()
    assert client.write(FRESHNESS, WRITTEN) == "9000"
    return client


def numbers(content: Content) -> tuple[int, int, int]:
    """How fresh code, containers and files are."""
    freshness = GidsClient(content, pin=False).read(FRESHNESS) or b""
    assert freshness[0] == 0
    return unpack("<BHH", freshness[1:])


def test_what_a_client_of_this_kind_changes_it_counts_itself() -> None:
    client = as_written()
    assert client.read(FRESHNESS) == WRITTEN
    assert client.write(FIRST_CERTIFICATE, packed_certificate(OTHER_CERTIFICATE)) == "9000"
    client.bring_in(0x82, "another")
    assert client.write(MASTER_FILE, master_file("kxc00", "notes")) == "9000"
    assert client.write(FIRST_CERTIFICATE, b"") == "9000"
    assert client.send([*commands("00A4000C", bytes.fromhex("B082")), *commands("00E40000")]) == "9000"
    assert client.read(FRESHNESS) == WRITTEN


def test_each_change_by_another_command_set_gives_other_numbers() -> None:
    content = as_written().card.content
    seen = [numbers(content)]
    for reference in range(3):
        iso = isoapplet_client(content)
        make_rsa_key(iso, reference)
        content = iso.card.content
        seen.append(numbers(content))
    assert len({containers for _, containers, _ in seen}) == len(seen)
    assert {(code, files) for code, _, files in seen} == {(0xFF, 9)}


def test_a_certificate_that_was_renewed_elsewhere_is_read_anew() -> None:
    content = as_written().card.content
    iso = isoapplet_client(content)
    path, file = next((path, file) for path, file in content.files.files.items() if CERTIFICATE in file.content)
    iso.write(path.hex(), CERTIFICATE[:-1] + b"\1" + file.content[len(CERTIFICATE) :])
    code, containers, files = numbers(iso.card.content)
    assert (code, containers) == (0xFF, 7)
    assert files != 9


def through_isoapplet(client: Client) -> str:
    return client.change("pin", "12345678", "87654321")


def by_puk(client: Client) -> str:
    return client.set_code("pin", "87654321")


@pytest.mark.parametrize("change", [through_isoapplet, by_puk])
def test_a_code_that_was_changed_elsewhere_is_counted(change: Callable[[Client], str]) -> None:
    iso = isoapplet_client(as_written().card.content)
    assert change(iso) == "9000"
    assert numbers(iso.card.content) == (0x00, 7, 9), "FF is the last there is"
    assert iso.change("pin", "87654321", "24681357") == "9000"
    assert numbers(iso.card.content) == (0x01, 7, 9)


def test_a_code_is_counted_through_this_command_set_too_because_not_every_client_does_it() -> None:
    client = as_written()
    assert client.send(commands("00240080", b"1234567824681357")) == "9000"
    assert client.read(FRESHNESS) == bytes.fromhex("000007000900")
    assert client.send(commands("00200080", b"24681357")) == "9000"
    assert client.write(FRESHNESS, bytes.fromhex("000107000900")) == "9000"
    assert client.read(FRESHNESS) == bytes.fromhex("000107000900")


def test_a_wrong_code_is_no_change() -> None:
    content = as_written().card.content
    iso = isoapplet_client(content)
    iso.verify_wrong("pin")
    assert iso.change("pin", "00000000", "24681357") == "63C1"
    assert numbers(iso.card.content) == (0xFF, 7, 9)


def test_what_is_no_number_of_this_form_comes_back_as_it_was_written() -> None:
    client = as_written()
    for value in (b"", b"\1\2", bytes(9)):
        assert client.write(FRESHNESS, value) == "9000"
        assert client.read(FRESHNESS) == value


def test_where_no_client_wrote_how_fresh_it_is_the_changes_are_counted_from_nothing() -> None:
    iso = isoapplet_client()
    for old, new in (("12345678", "87654321"), ("87654321", "24681357")):
        assert iso.change("pin", old, new) == "9000"
    assert numbers(iso.card.content) == (2, 0, 0)
