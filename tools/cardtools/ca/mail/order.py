"""What a signed e-mail asks for, read out of its text. Pure.

    Applicant: Jana Nováková
    Serial: 5A10C3
    Card: 0001

Lines without one of these words before a colon are passed over: greetings, closing words, quoted text.

The manual's own e-mail (PQ-34) is taken word for word. It gives notice that a bond is undone, and revokes nothing:

    Oznamuji zrušení vazby osoba-kvalifikovaný prostředek.
    Jméno osoby: Jana Nováková
    výrobní číslo čipové karty: 0001
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, auto
from typing import TypeVar

from cardtools.ca.errors import RefusedError
from cardtools.ca.pki.serial_numbers import serial_in
from cardtools.ca.store.cards import number_in
from cardtools.ca.store.people import folded
from cardtools.common.protocol import Applicant, Problem
from cardtools.common.told import Value

_CARD = re.compile(r"(?:(?P<profile>[a-z0-9-]{1,64})/)?(?P<number>[A-Za-z0-9 ._:-]{1,64})")
_SEVERAL = re.compile(r"[,;]")
_NAMED_MAX = 50
_APPLICANT_MAX = 400
_SIGNATURE_LINE = "--"
"""What follows is the sender's e-mail signature, in the old sense (RFC 3676, 4.3)."""

_Item = TypeVar("_Item")


class _Field(Enum):
    APPLICANT = auto()
    SERIAL = auto()
    CARD = auto()


# English, Czech, Slovenian. As people write them: accents and case don't matter.
_WORDS = {
    _Field.APPLICANT: ("Applicant", "Žadatel", "Žadatelka", "Jméno osoby", "Prosilec", "Prosilka", "Ime osebe"),
    _Field.SERIAL: (
        "Serial", "Serial number", "Serial numbers",
        "Sériové číslo", "Sériová čísla", "Sériové číslo certifikátu", "Sériová čísla certifikátů",
        "Sériová čísla certifikátů uložených na čipové kartě",
        "Serijska številka", "Serijske številke", "Serijska številka potrdila", "Serijske številke potrdil",
    ),
    _Field.CARD: (
        "Card", "Card number", "Karta", "Číslo karty", "Výrobní číslo karty", "Výrobní číslo čipové karty",
        "Kartica", "Številka kartice", "Serijska številka kartice",
    ),
}  # fmt: skip
_NOTICE = "Oznamuji zrušení vazby osoba-kvalifikovaný prostředek"


@dataclass(frozen=True, slots=True)
class NamedCard:
    """A card as the e-mail names it: its serial number, and the id of its profile only where it says so."""

    number: str
    profile: str | None = None

    def __str__(self) -> str:
        return self.number if self.profile is None else f"{self.profile}/{self.number}"


@dataclass(frozen=True, slots=True)
class Order:
    """Revoke these certificates, and those on these cards, and undo the cards' bonds where nothing valid is left."""

    applicant: str
    serials: tuple[str, ...]
    cards: tuple[NamedCard, ...]
    is_notice: bool = False
    """Whether it only undoes bonds, of cards whose certificates were revoked before (PQ-34)."""

    def names(self, applicant: Applicant) -> bool:
        """Whether the order names this applicant: by name, by e-mail address, or by both."""
        name, e_mail = applicant.name, applicant.e_mail
        return folded(self.applicant) in {folded(form) for form in (name, e_mail, f"{name} <{e_mail}>")}


def parse(text: str) -> Order:
    """Reads an order. Raises RefusedError, naming what is missing or not understood."""
    values: dict[_Field, list[str]] = {field: [] for field in _Field}
    is_notice = False
    for line in text.splitlines():
        if line.rstrip() == _SIGNATURE_LINE:
            break
        is_notice |= _bare(line).rstrip(". ") == _bare(_NOTICE)
        word, colon, value = line.partition(":")
        field = _FIELDS.get(_bare(word)) if colon else None
        if field is not None:
            values[field].append(value.strip())
    applicants = values[_Field.APPLICANT]
    if len(applicants) != 1 or not 0 < len(applicants[0]) <= _APPLICANT_MAX:
        raise _refused("mail-no-applicant")
    serials = _unique(_serial(each) for line in values[_Field.SERIAL] for each in _SEVERAL.split(line))
    cards = _unique(_card(line) for line in values[_Field.CARD])
    if not serials and not cards:
        raise _refused("mail-names-nothing")
    if len(serials) + len(cards) > _NAMED_MAX:
        raise _refused("mail-names-too-much", most=_NAMED_MAX)
    return Order(applicants[0], serials, cards, is_notice)


def _bare(word: str) -> str:
    """A word without its accents, in one case, with one space between its parts."""
    return "".join(
        letter for letter in unicodedata.normalize("NFKD", folded(word)) if not unicodedata.combining(letter)
    )


_FIELDS = {_bare(word): field for field, words in _WORDS.items() for word in words}


def _serial(text: str) -> str:
    serial = serial_in(text)
    if serial is None:
        raise _refused("mail-serial-unreadable")
    return serial


def _card(text: str) -> NamedCard:
    found = _CARD.fullmatch(text)
    if found is None:
        raise _refused("mail-card-unreadable")
    return NamedCard(number_in(found["number"]), found["profile"])


def _unique(items: Iterable[_Item]) -> tuple[_Item, ...]:
    return tuple(dict.fromkeys(items))


def _refused(key: str, **values: Value) -> RefusedError:
    return RefusedError(Problem.BAD_REQUEST, key, **values)
