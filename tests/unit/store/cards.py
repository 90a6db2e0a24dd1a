"""Stored cards for tests."""

from __future__ import annotations

from dataclasses import replace

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from stuntcard.applets.registry import APPLETS
from stuntcard.card.card import Card
from stuntcard.card.content import Content
from stuntcard.card.keeper import KeepError
from stuntcard.profile.load import profile_path, read_profile_text
from stuntcard.store.database import CardFile, Durability, StoredCard
from stuntcard.store.library import factory_card

from tests.unit.card.cards import ISOAPPLET, PIN, QPIN, Client, certificate_entry, key_entry


def stored_card(
    profile: str = "proid-q", durability: Durability = Durability.FULL, serial: str | None = None
) -> StoredCard:
    """A card as it left the factory."""
    path = profile_path(profile)
    return factory_card(read_profile_text(path), str(path), durability, serial)


def client_of(file: CardFile) -> Client:
    """A client of the card in an open file."""
    card = Card(file.stored.profile, APPLETS, file.stored.content, file)
    card.power_on()
    return Client(card)


def live_a_little(client: Client) -> None:
    """Something of each kind that a card keeps: tries, values, keys made and brought in, a pair, and files."""
    client.verify(QPIN, "wrong value")
    client.change(PIN, "12345678", "24681357")
    client.verify(PIN, "24681357")
    client.import_key(1, ec.derive_private_key(7, ec.BrainpoolP384R1()))
    client.verify(PIN, "24681357")
    client.import_key(2, RSA_KEY)
    client.verify(PIN, "24681357")
    client.make_key(3)
    client.list_keys(key_entry(1, b"\x01"), key_entry(2, b"\x45\x46"))
    client.list_certificates(certificate_entry(b"\x01"))
    client.select("3F005015")
    client.send("00E0000017" + "6F158102002A82010183023101" + "8608FF90909090909000")
    client.send(ISOAPPLET)


RSA_KEY = rsa.generate_private_key(65537, 2048)


class Recorder:
    """A keeper that notes what it was given, and fails when told to."""

    def __init__(self) -> None:
        self.kept: list[tuple[Content, Content]] = []
        self.fails = False

    def keep(self, old: Content, new: Content, *, tried: bool = False) -> None:
        nothing_new = replace(old, state=replace(old.state, verified=new.state.verified)) == new
        if self.fails and (tried or not nothing_new):
            raise KeepError("the disk is full; make room and try again")
        if not nothing_new:
            self.kept.append((old, new))
