"""docs/cards/: pages and pictures say what the profiles say, and every fact of a card stands on its page."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from stuntcard.messages import Messages
from stuntcard.pictures.draw import to_svg
from stuntcard.pictures.graph import picture
from stuntcard.policy.walk import walk
from stuntcard.profile.load import load_profile, shipped_names
from stuntcard.profile.model import Language
from stuntcard.words.card_page import marked_sections, own_words, updated_page
from stuntcard.words.profile import describe, rests_on

ENGLISH = Messages(Language.ENGLISH)

CARDS = Path(__file__).parents[3] / "docs" / "cards"
FACT = re.compile(r"\b[A-Z]{2}-\d{2}\b")
PICTURE = re.compile(r"\]\(([a-z0-9.-]+\.svg)\)")

# Facts of the cards that the profiles' blocks need not name: they hold because of what the profiles do not say.
UNNAMED = {
    "proid-q": set[str](),
    "tokenme": set[str](),
    "eobcanka": {
        "EO-14",  # nothing compares DOK with IOK
        "EO-25",  # nothing keeps old values
    },
    "zzzs-pk": set[str](),
    "blank": set[str](),
}


def page(profile: str) -> str:
    return (CARDS / f"{profile}.md").read_text("utf-8")


def facts_named(profile: str) -> set[str]:
    """The facts that the profile's blocks come from."""
    (facts,) = [section for section in rests_on(load_profile(profile), ENGLISH) if section.name == "facts"]
    return {row[0] for row in facts.rows}


def test_every_card_has_a_page_and_stands_in_the_list_of_pages() -> None:
    assert {file.stem for file in CARDS.glob("*.md")} == {"README", *shipped_names()}
    assert all(f"]({name}.md)" in page("README") for name in shipped_names())


@pytest.mark.parametrize("name", shipped_names())
def test_a_page_says_what_the_profile_says(name: str) -> None:
    profile = load_profile(name)
    assert updated_page(profile, ENGLISH, page(name)) == page(name), "the profile has changed; run: make docs"
    wanted = {section.name for section in (*describe(profile, ENGLISH), *rests_on(profile, ENGLISH))}
    assert set(marked_sections(page(name))) == wanted


@pytest.mark.parametrize("name", shipped_names())
def test_every_fact_of_a_card_is_told_on_its_page_and_no_other(name: str) -> None:
    told = set(FACT.findall(own_words(page(name))))
    assert told == facts_named(name) | UNNAMED[name]


@pytest.mark.parametrize("name", shipped_names())
def test_the_pictures_show_the_profiles_life(name: str) -> None:
    drawings = {file.name: file for file in CARDS.glob(f"{name}.*.svg")}
    assert set(PICTURE.findall(page(name))) == set(drawings)
    walked = walk(load_profile(name))
    for file in drawings.values():
        of = file.stem.removeprefix(f"{name}.").replace(".", ":")
        assert file.read_text("utf-8") == to_svg(picture(walked, of, ENGLISH)), (
            f"{file.name}: not as it is now; run: make docs"
        )
