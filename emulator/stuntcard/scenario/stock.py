"""Has an area hold so many keys, made and certified as a client would; they come from the card's serial number."""

from __future__ import annotations

from stuntcard.applets.registry import APPLETS
from stuntcard.card.card import Card
from stuntcard.card.content import Content
from stuntcard.policy.described import KeysAre
from stuntcard.policy.state import Item, Origin
from stuntcard.profile.model import Profile
from stuntcard.scenario.model import CertificateWanted, ObjectWanted
from stuntcard.scenario.objects import make_object
from stuntcard.scenario.shelf import NotTakenError, Shelf

_HOLDER = "TEST Holder"
_FIRST_IDENTIFIER = 0x21


def stocked(profile: Profile, content: Content, wanted: KeysAre) -> Content:
    """The content with keys made until there are so many of each kind in the area. Raises NotTakenError."""
    card = Card(profile, APPLETS, content)
    card.power_on()
    for kind, count, certificate in (
        ("with a certificate", wanted.paired, CertificateWanted()),
        ("without one", wanted.unpaired, None),
    ):
        there = sum(_counts(item, wanted.area, paired=certificate is not None) for item in card.state.items)
        if there > count:
            raise NotTakenError(f"the area '{wanted.area}' has {there} keys {kind} already; delete some first")
        for _ in range(count - there):
            identifier = _free_identifier(card)
            one = ObjectWanted(id=identifier, label=f"TEST {identifier}", certificate=certificate)
            Shelf(card).store(make_object(f"set {profile.token.serial}", _HOLDER, wanted.area, one))
    card.power_off()
    return card.content


def _counts(item: Item, area: str, *, paired: bool) -> bool:
    """Whether an item is one of the holder's keys of that kind."""
    return item.area == area and item.key not in (None, Origin.FACTORY) and item.paired is paired


def _free_identifier(card: Card) -> str:
    taken = {record.identifier for record in card.content.keys.values()}
    numbers = (bytes((number,)) for number in range(_FIRST_IDENTIFIER, 0x100))
    return next(number.hex().upper() for number in numbers if number not in taken)
