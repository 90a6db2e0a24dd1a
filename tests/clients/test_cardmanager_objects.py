"""`cardmanager` with two cards, files that it writes, and a card that is pulled. The rest is told in `sessions/`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_public_key
from stuntcard.applets.registry import APPLETS
from stuntcard.card.card import Card
from stuntcard.faults.faulty_card import FaultyCard
from stuntcard.faults.rules import Faults
from stuntcard.faults.text import parse_rule
from stuntcard.profile.load import load_profile
from stuntcard.readers.slot import Slot
from stuntcard.readers.slot_control import SlotControl
from stuntcard.running.pcsc import reader_name

from tests.clients.cardmanager import UNAVAILABLE, USAGE, CardManager, lasting
from tests.clients.certificates import as_pkcs12, new_key
from tests.clients.desk import PIN, WatchedCard, desk_before
from tests.clients.desk_words import FILE_PASSWORD, store_certificate

pytestmark = pytest.mark.own_module


def test_two_readers_and_one_named() -> None:
    cards = [WatchedCard(Card(load_profile(name), APPLETS)) for name in ("proid-q", "tokenme")]
    slots = {reader_name(card.card.profile): Slot(card) for card in cards}
    with desk_before(slots, cards[0]) as desk:
        cardmanager = CardManager(desk)
        assert "more than one card" in cardmanager.refused("show", status=USAGE)
        name = reader_name(cards[1].card.profile)
        devices = cardmanager.run("devices", "--json").data
        assert [device["profile"] for device in devices] == ["proid-q", "tokenme"]
        # pcsc-lite puts the numbers of reader and slot behind the name.
        reader = next(device["reader"] for device in devices if device["reader"].startswith(name))
        assert "TokenME" in cardmanager("show", "--reader", reader)


@pytest.mark.fact("PQ-22")
def test_certificate_and_public_key_are_exported(cardmanager: CardManager) -> None:
    desk = cardmanager.desk
    desk.make_key("30", "rsa/2048")
    der = store_certificate(desk, "30")
    cardmanager("export", "30", "out.pem")
    cardmanager("export", "30", "out.der", "--format", "der")
    cardmanager("export", "30", "key.pem", "--public-key")
    assert (desk.folder / "out.der").read_bytes() == der
    certificate = x509.load_pem_x509_certificate((desk.folder / "out.pem").read_bytes())
    assert certificate.public_bytes(Encoding.DER) == der
    assert load_pem_public_key((desk.folder / "key.pem").read_bytes()) == certificate.public_key()

    desk.write("mine", b"not to be lost")
    assert "--force" in cardmanager.refused("export", "30", "mine", status=USAGE)
    assert (desk.folder / "mine").read_bytes() == b"not to be lost"
    cardmanager("export", "30", "mine", "--force", "--format", "der")
    assert (desk.folder / "mine").read_bytes() == der
    assert "can't be written" in cardmanager.refused("export", "30", "no/such/folder", status=USAGE)


# A card pulled in the middle


@contextmanager
def card_pulled_at(rule: str) -> Iterator[CardManager]:
    """A ProID+Q that is out of the reader once such a command comes, which it does not carry out."""

    class PulledCard(WatchedCard):
        def transmit(self, command: bytes) -> bytes:
            return faulty.transmit(command)

    card, faults, slot_control = Card(load_profile("proid-q"), APPLETS), Faults(), SlotControl(Slot())
    faulty = FaultyCard(card, faults, slot_control)
    watched = PulledCard(card)
    slot_control.insert(watched)
    faults.set(parse_rule(f"{rule} act=remove"))
    with desk_before({reader_name(card.profile): slot_control.slot}, watched) as desk:
        yield CardManager(desk)


@pytest.mark.parametrize(
    ("rule", "command", "lines"),
    [
        ("ins=24", ("change", "pin"), (PIN, "my own", "my own")),
        ("ins=20", ("import-p12", "backup.p12"), (FILE_PASSWORD, PIN)),
        ("ins=CA", ("show",), ()),
    ],
)
def test_a_card_pulled_in_the_middle_is_told_and_unharmed(
    rule: str, command: tuple[str, ...], lines: tuple[str, ...]
) -> None:
    with card_pulled_at(rule) as cardmanager:
        desk = cardmanager.desk
        desk.write("backup.p12", as_pkcs12(new_key("ec"), FILE_PASSWORD))
        before = lasting(desk.card.content)
        assert "taken out in the middle" in cardmanager.refused(*command, lines=lines, status=UNAVAILABLE)
        assert lasting(desk.card.content) == before
        assert "no card in the reader" in cardmanager.refused("show", status=UNAVAILABLE)
        assert "no card in the reader" in cardmanager.refused("devices", status=UNAVAILABLE)


def test_a_card_pulled_in_the_middle_of_an_import_keeps_at_most_an_empty_container() -> None:
    with card_pulled_at("ins=DB") as cardmanager:
        desk = cardmanager.desk
        desk.write("backup.p12", as_pkcs12(new_key("ec"), FILE_PASSWORD))
        cardmanager.refused("import-p12", "backup.p12", lines=(FILE_PASSWORD, PIN), status=UNAVAILABLE)
        assert not any(key.paired for key in desk.seen.keys)
        assert desk.tries() == (3, 5, 3)
