"""What the text of an e-mail asks for."""

from __future__ import annotations

import re

import pytest
from cardtools.ca.errors import RefusedError
from cardtools.ca.mail.order import NamedCard, Order, parse
from cardtools.common.messages import Language, Messages
from cardtools.common.protocol import Applicant


@pytest.mark.parametrize(
    "text",
    [
        "Applicant: Jana Nováková\nSerial: A1\nSerial: 0B2\nCard: 0001\n",
        "Hello\r\n\r\napplicant : Jana Nováková\r\n serial number: a1, b2\r\nCARD NUMBER: 0001\r\n--\r\nCard: 0009\r\n",
        "Žadatelka: Jana Nováková\nSériové číslo: A1; B2\nČíslo karty: 00:01\n> Karta: 0009\n",
        "zadatel: Jana Nováková\nseriove cislo: A1\nSeriove Cislo: B2\nSeriove cislo: A1\nkarta: 0001\n",
        "Prosilka: Jana Nováková\nSerijska številka: a1,B2\nŠtevilka kartice: 0001\nHvala: lepa\n",
        "Prosilec: Jana Nováková\nserijska stevilka: a1,B2\nKartica: 0001\n",
        "Ime osebe: Jana Nováková\nSerijske številke potrdil: a1,B2\nSerijska številka kartice: 0001\n",
        "Jméno osoby: Jana Nováková\nSériová čísla: a1,B2\nVýrobní číslo karty: 0001\n",
    ],
)
def test_an_order_in_each_language(text: str) -> None:
    assert parse(text) == Order("Jana Nováková", ("A1", "B2"), (NamedCard("0001"),))


def test_the_kind_of_card_can_be_named() -> None:
    [card] = parse("Applicant: Jana\nCard: proid-q/00a1").cards
    assert (card, str(card)) == (NamedCard("00A1", "proid-q"), "proid-q/00A1")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Applicant: Jana",
        "Applicant:\nSerial: A1",
        "Applicant: Jana\nApplicant: Jana\nSerial: A1",
        "Serial: A1",
        "Applicant: Jana\nSerial:",
        "Applicant: Jana\nSerial: 0",
        "Applicant: Jana\nSerial: A1 and B2",
        "Applicant: Jana\nSerial: A1,",
        f"Applicant: Jana\nSerial: {'A' * 41}",
        "Applicant: Jana\nCard:",
        "Applicant: Jana\nCard: 0001, 0002",
        f"Applicant: {'J' * 500}\nSerial: A1",
        "Applicant: Jana\nSerial: " + ",".join(f"{number:X}" for number in range(1, 52)),
    ],
)
def test_an_order_that_is_not_clear(text: str) -> None:
    with pytest.raises(RefusedError):
        parse(text)


@pytest.mark.parametrize("language", list(Language))
def test_a_refusal_names_words_of_its_language_that_are_taken(language: Language) -> None:
    messages = Messages(language, "ca")
    told = f"{messages.text('mail-no-applicant')} {messages.text('mail-names-nothing')}"
    words = re.findall(r"[„»`](.*?): (?:…|Jana Nováková)[“«`]", told)
    name, serial, card = words
    assert parse(f"{name}: Jana\n{serial}: A1\n{card}: 1") == Order("Jana", ("A1",), (NamedCard("1"),))
    english = {"Applicant", "Serial", "Card"}
    assert set(words) == english if language is Language.ENGLISH else not set(words) & english


def test_how_an_applicant_is_named() -> None:
    jana = Applicant(name="Jana Nováková", e_mail="jana@example.org")
    for name in ("jana  nováková", "JANA@example.org", "Jana Nováková <jana@example.org>"):
        assert Order(name, ("A1",), ()).names(jana)
    for name in ("Jana", "Nováková Jana", "Jana Nováková <other@example.org>", ""):
        assert not Order(name, ("A1",), ()).names(jana)
