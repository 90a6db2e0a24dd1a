"""A text in one language is enough; what is missing is told."""

from __future__ import annotations

import pytest
from stuntcard.profile.blocks import Language
from stuntcard.profile.languages import missing_texts
from stuntcard.profile.load import ProfileError, load_profile, parse_profile
from stuntcard.profile.model import Profile
from stuntcard.profile.places import shipped_directory

TEXT = (shipped_directory() / "tokenme.yaml").read_text("utf-8")
BEFORE, BEHIND = TEXT[: TEXT.index("about:")], TEXT[TEXT.index("atr:") :]


def with_about(about: str) -> Profile:
    return parse_profile(f"{BEFORE}about: {about}\n{BEHIND}".encode(), "mine.yaml")


def test_a_missing_language_has_what_the_first_of_the_others_says() -> None:
    about = with_about("{sl: kartica, cs: karta}").about
    assert (about.en, about.cs, about.sl) == ("karta", "karta", "kartica")
    assert about.missing == (Language.ENGLISH,)


def test_what_is_missing_is_told_by_language_and_place() -> None:
    assert missing_texts(with_about("{en: a card}")) == {Language.CZECH: ("about",), Language.SLOVENIAN: ("about",)}
    assert missing_texts(load_profile("eobcanka")) == {}


@pytest.mark.parametrize(
    ("about", "says"),
    [
        ("{}", "about: this: expected a text in one of en, cs, sl at least"),
        ("{de: Karte}", "about.de: is not a key that a profile has here; expected one of: en, cs, sl"),
        ("{en: 1}", "about.en: 1 is read as a number; put it in quotes"),
        ("a card", "about: expected keys with values: en, cs, sl"),
    ],
)
def test_a_text_in_no_language_is_none(about: str, says: str) -> None:
    with pytest.raises(ProfileError) as raised:
        with_about(about)
    [mistake] = raised.value.mistakes
    assert mistake.message == says
