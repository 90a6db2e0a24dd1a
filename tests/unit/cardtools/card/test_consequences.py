"""What becomes of a card at a code's last try, by what the card tells of its kind."""

from __future__ import annotations

from dataclasses import replace

import pytest
from cardtools.card.consequences import AtNone, at_none, blocked_with, destroyed, fate
from cardtools.card.kind import CardKind, parse_kind
from cardtools.card.status import CardStatus, Characters, CodeState, CodeStatus, PartStatus
from cardtools.common.messages import Language, Messages
from stuntcard.applets.manage import kind_of_card
from stuntcard.profile.load import load_profile


def status(kind: str, *codes: CodeStatus, parts: tuple[PartStatus, ...] = ()) -> CardStatus:
    return CardStatus(kind, "00", False, codes, (), parts, (), parse_kind(kind_of_card(load_profile(kind))))


def code(name: str, shown: str, unblocked_by: str | None = None) -> CodeStatus:
    return CodeStatus(
        name, shown, 1, CodeState.SET, 3, 3, 3, False, 4, 15, False, unblocked_by, Characters.DIGITS, True
    )  # fmt: skip


@pytest.mark.parametrize("language", Language)
def test_what_happens_at_the_last_try_is_told(language: Language) -> None:
    messages, kpep = Messages(language), PartStatus("kpep", "KPEP", False)
    cases = [
        (status("proid-q", code("pin", "PIN", "puk"), code("puk", "PUK")), "at-none-unblock", ["PIN", "PUK"]),
        (status("proid-q", code("puk", "PUK")), "at-none-for-good", ["PUK"]),
        (status("eobcanka", code("dok", "DOK")), "at-none-office", ["DOK"]),
        # TPIN sets the PIN of KPEP once and never unblocks it.
        (status("zzzs-pk", code("kpep-pin", "PIN", "tpin"), code("tpin", "TPIN"), parts=(kpep,)),
         "at-none-part-lost", ["KPEP"]),
    ]  # fmt: skip
    for card, key, words in cases:
        consequence = at_none(card, card.codes[0])
        assert consequence.key == key
        assert all(word in messages.told(consequence) for word in words)


@pytest.mark.fact("EO-12")
@pytest.mark.parametrize("language", Language)
def test_a_code_that_is_blocked_along_with_another_is_named(language: Language) -> None:
    card = status("eobcanka", code("dok", "DOK"), code("iok", "IOK", "dok"))
    consequence = blocked_with(card, card.codes[0])
    assert consequence is not None
    told = Messages(language).told(consequence)
    assert told.index("DOK") < told.index("IOK")
    assert blocked_with(card, card.codes[1]) is None


@pytest.mark.fact("PQ-06")
def test_codes_that_destroy_the_card_together_are_told() -> None:
    codes = (code("pin", "PIN", "puk"), code("puk", "PUK"), code("qpin", "QPIN", "puk"))
    consequence = destroyed(status("proid-q", *codes), codes[0])
    assert consequence is not None
    assert "PIN, PUK, QPIN" in Messages(Language.ENGLISH).told(consequence)
    assert destroyed(status("tokenme", *codes), codes[0]) is None


def test_of_a_card_that_does_not_tell_its_kind_the_unblocking_code_is_believed() -> None:
    card = CardStatus("old", "00", False, (code("pin", "PIN", "puk"), code("puk", "PUK")), (), (), ())
    assert card.kind == CardKind()
    assert [fate(card, one) for one in card.codes] == [AtNone.UNBLOCK, AtNone.FOR_GOOD]


def test_a_part_that_two_codes_end_is_lost_once_the_other_is_blocked() -> None:
    kind = parse_kind(bytes.fromhex("A4 0F 80 03 706570 81 03 70696E 81 03 70756B".replace(" ", "")))
    pin, puk = code("pin", "PIN"), code("puk", "PUK")
    blocked = replace(puk, state=CodeState.BLOCKED)
    parts = (PartStatus("pep", "PEP", False),)
    fates = [fate(CardStatus("x", "00", False, (pin, other), (), parts, (), kind), pin) for other in (puk, blocked)]
    assert fates == [AtNone.FOR_GOOD, AtNone.PART_LOST]
