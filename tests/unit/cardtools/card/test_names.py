"""What a card calls its codes, areas and parts in other languages, as it tells it and the tools show it."""

from __future__ import annotations

from cardtools.card.kind import parse_kind
from cardtools.common.messages import Language, Messages
from cardtools.common.told import Name
from stuntcard.applets.manage import kind_of_card
from stuntcard.profile.load import load_profile, parse_profile, profile_path, read_profile_text

OF_MINE = {"en": "My drawer", "cs": "Moje zásuvka", "sl": "Moj predal"}


def test_a_card_of_ones_own_is_shown_in_the_readers_language() -> None:
    text = read_profile_text(profile_path("proid-q")).decode()
    mine = text.replace("{en: CC area, cs: oblast CC, sl: območje CC}", str(OF_MINE).replace("'", ""))
    kind = parse_kind(kind_of_card(parse_profile(mine.encode(), "mine")))
    name = Name(Name(OF_MINE["en"], kind.names.get(OF_MINE["en"])))
    shown = {language: Messages(language).name(name) for language in Language}
    assert shown == OF_MINE
    # It is said of any failure, too, in which the name stands.
    assert "Moj predal" in Messages(Language.SLOVENIAN, "manager").text("found-area-full", area=name, places=2)


def test_a_name_that_is_the_same_everywhere_is_not_told_again() -> None:
    names = parse_kind(kind_of_card(load_profile("proid-q"))).names
    assert "PIN" not in names
    assert all(set(others) == {"cs", "sl"} for others in names.values())


def test_a_name_that_the_card_does_not_translate_is_the_catalogues() -> None:
    [known, *_] = parse_kind(kind_of_card(load_profile("proid-q"))).names
    for language in Language:
        assert Messages(language).name(known) == Messages(language).name(Name(known))
