"""Cards that leave the factory with keys: their files, whose they are, and how a client finds them listed."""

from __future__ import annotations

from dataclasses import replace

import pytest
from cryptography import x509
from stuntcard.card.content import Content, factory_content, with_codes_shown
from stuntcard.card.factory_objects import entries, with_factory_listed
from stuntcard.card.files import File, FileSystem
from stuntcard.card.keys import PrivateKey
from stuntcard.card.pkcs15 import CERTIFICATES, PRIVATE_KEYS, read_keys
from stuntcard.policy.events import SessionEnd
from stuntcard.policy.state import KeyRights
from stuntcard.profile.load import load_profile

from tests.unit.card.cards import AODF, CDF, ISOAPPLET, OK, PRKDF, directory, proid_q
from tests.unit.card.holders import holder_of
from tests.unit.card.test_witness import Notes
from tests.unit.store.cards import Recorder

ZZZS_PK, EOBCANKA = load_profile("zzzs-pk"), load_profile("eobcanka")


def at(content: Content, path: str) -> File:
    return content.files.at(bytes.fromhex(path))


@pytest.mark.fact("PK-09")
def test_a_card_that_is_closed_lets_nobody_do_more_than_read() -> None:
    files = factory_content(ZZZS_PK).files.files
    assert {path.hex().upper(): f"{file.kind.name} {file.access.hex().upper()}" for path, file in files.items()} == {
        "3F00": "DF FFFFFFFFFFFFFFFF",
        "3F005015": "DF FFFFFFFFFF909090",
        **dict.fromkeys(
            ("3F002F00", "3F0050155031", "3F0050155032", "3F0050155033", "3F0050154401", "3F0050154402",
             "3F0050154403", "3F0050154404", "3F0050154405", "3F0050204301", "3F0050204302"),
            "EF FFFFFFFFFFFFFF00",
        ),
        "3F005020": "DF FFFFFFFFFFFFFFFF",
        "3F0050204B10": "RSA_KEY FFFFFFFFFFFFFF91",
        "3F0050204B11": "RSA_KEY FFFFFFFFFFFFFF93",
    }  # fmt: skip
    assert [name.hex() for name in (file.name for file in files.values()) if name] == ["a000000063504b43532d3135"]


@pytest.mark.parametrize(
    ("name", "keys"),
    [("zzzs-pk", {1: (0x10, "01", "3F0050204301"), 2: (0x11, "02", "3F0050204302")}),
     ("eobcanka", {1: (0x10, "10", "3F0050200001")})],
)  # fmt: skip
def test_each_key_has_its_reference_its_identifier_and_a_certificate_of_its_own(
    name: str, keys: dict[int, tuple[int, str, str]]
) -> None:
    """eObčanka has one certificate more, of a key that no client reaches."""
    profile = load_profile(name)
    content = factory_content(profile)
    assert list(content.keys) == list(keys)
    for number, (reference, identifier, path) in keys.items():
        record = content.keys[number]
        assert (record.reference, record.identifier) == (reference, bytes.fromhex(identifier))
        assert isinstance(record.private, PrivateKey)
        certified = x509.load_der_x509_certificate(at(content, path).content).public_key()
        assert certified == record.private.public_key()
    listed = read_keys(PRIVATE_KEYS, [at(content, PRKDF).content]) or ()
    assert [(entry.reference, entry.identifier) for entry in listed] == [
        (reference, bytes.fromhex(identifier)) for reference, identifier, _ in keys.values()
    ]
    assert {item.rights for item in content.state.items} == {KeyRights()}, "their guard, and nothing more"


def test_who_may_delete_files_may_not_delete_a_key_from_the_factory_and_the_order_of_keys_is_all_the_same() -> None:
    content = factory_content(EOBCANKA)
    assert at(content, "3F0050204B10").access.hex() == "ffffffffffffff94"
    assert EOBCANKA.personalisation is not None
    turned = EOBCANKA.personalisation.model_copy(update={"keys": EOBCANKA.personalisation.keys[::-1]})
    other = factory_content(EOBCANKA.model_copy(update={"personalisation": turned}))
    assert {number: record.reference for number, record in other.keys.items()} == {1: 0x10}
    assert other.files.files == content.files.files


def test_another_card_has_other_certificates_for_the_same_keys() -> None:
    token = ZZZS_PK.token.model_copy(update={"serial": "0102"})
    cards = [factory_content(profile) for profile in (ZZZS_PK, ZZZS_PK.model_copy(update={"token": token}))]
    certificates = [x509.load_der_x509_certificate(at(content, "3F0050204301").content) for content in cards]
    assert len({certificate.serial_number for certificate in certificates}) == 2
    assert certificates[0].public_key() == certificates[1].public_key()


def test_what_a_client_left_out_of_the_directories_is_listed_again_in_front() -> None:
    wanted = entries(ZZZS_PK)
    files = factory_content(ZZZS_PK).files
    emptied = {
        bytes.fromhex(path): replace(files.at(bytes.fromhex(path)), content=bytes(2048)) for path in (PRKDF, CDF)
    }
    listed = with_factory_listed(ZZZS_PK, FileSystem({**files.files, **emptied}))
    for path, kind in ((PRKDF, PRIVATE_KEYS), (CDF, CERTIFICATES)):
        assert listed.at(bytes.fromhex(path)).content == directory(wanted[kind])
    plain = factory_content(proid_q()).files
    assert with_factory_listed(proid_q(), plain) is plain


def test_what_its_holder_wrote_is_listed_again_when_the_session_ends_and_nothing_more_is_written() -> None:
    client, notes = holder_of("eobcanka"), Notes()
    before = at(client.card.content, PRKDF).content
    assert client.verify("pin") == OK
    client.list_keys()
    assert not any(at(client.card.content, PRKDF).content)
    client.send(ISOAPPLET)
    assert at(client.card.content, PRKDF).content == before
    client.card.watched_by(notes)
    client.send(ISOAPPLET)
    assert [event for event, _, _ in notes.told] == [SessionEnd()]


def test_what_can_not_be_kept_is_listed_at_the_next_end_of_a_session() -> None:
    client, keeper = holder_of("eobcanka"), Recorder()
    before = at(client.card.content, PRKDF).content
    assert client.verify("pin") == OK
    client.list_keys()
    client.leave()
    assert client.card.session.directories_to_tidy
    client.card._keeper = keeper
    keeper.fails = True
    client.card.reset()
    assert not any(at(client.card.content, PRKDF).content)
    keeper.fails = False
    client.card.reset()
    assert at(client.card.content, PRKDF).content == before


def test_codes_that_are_not_set_are_shown_so_and_nothing_is_written_on_a_card_that_is_empty() -> None:
    content = factory_content(EOBCANKA)
    shown = at(with_codes_shown(EOBCANKA, content), AODF).content
    assert at(content, AODF).content == shown
    other = replace(content, files=content.files.updated(bytes.fromhex(AODF), 0, bytes(1024)))
    assert at(with_codes_shown(EOBCANKA, other), AODF).content == shown
    empty = factory_content(load_profile("blank"))
    assert with_codes_shown(load_profile("blank"), empty) is empty
