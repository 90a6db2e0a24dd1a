"""A profile of one's own begins with a copy of another."""

from __future__ import annotations

import difflib

import pytest
from stuntcard.profile.blocks import Language
from stuntcard.profile.copying import NewProfile, copied
from stuntcard.profile.languages import missing_texts
from stuntcard.profile.load import load_profile, parse_profile, profile_path, shipped_names
from stuntcard.profile.serial import with_serial


def text_of(name: str) -> str:
    return profile_path(name).read_text("utf-8")


@pytest.mark.parametrize("name", shipped_names())
def test_it_is_the_same_card_with_another_id_name_label_and_number(name: str) -> None:
    source = load_profile(name)
    made = parse_profile(copied(text_of(name), NewProfile("mine", "Mine: č")).encode(), "mine.yaml")
    assert (made.id, made.name, made.token.label) == ("mine", "Mine: č", "Mine: č")
    assert made.token.serial != source.token.serial
    renamed = with_serial(source, made.token.serial)
    token = renamed.token.model_copy(update={"label": "Mine: č"})
    assert made == renamed.model_copy(update={"id": "mine", "name": "Mine: č", "token": token})


def test_comments_and_sources_stay_and_the_head_that_spoke_of_the_other_card_goes() -> None:
    before, after = text_of("tokenme").splitlines(), copied(text_of("tokenme"), NewProfile("mine", "Mine")).splitlines()
    changes = list(difflib.ndiff(before, after))
    assert [line[2:] for line in changes if line[0] == "-"] == [
        "# TokenME, Bit4id's USB token as PostSignum's customers get it.",
        "# `source` names facts of the source documents; `assumed` marks what no document gives.",
        "id: tokenme",
        "name: TokenME",
        "  label: TokenME",
        '  serial: "5354554E54000002"',
    ]
    assert [line[2:] for line in changes if line[0] == "+"] == [
        "# A card of one's own, made from tokenme; docs/profiles.md has every block.",
        "id: mine",
        "name: Mine",
        "  label: Mine",
        '  serial: "5354554E543FD305"',
    ]


@pytest.mark.parametrize("name", shipped_names())
@pytest.mark.parametrize("language", Language)
def test_texts_can_be_cut_down_to_one_language(name: str, language: Language) -> None:
    source = load_profile(name)
    made = parse_profile(copied(text_of(name), NewProfile("mine", "Mine", language)).encode(), "mine.yaml")
    assert getattr(made.about, language) == getattr(source.about, language)
    assert [note.source for note in made.notes] == [note.source for note in source.notes]
    assert missing_texts(made).keys() == set(Language) - {language}
    assert [claim.when for claim in made.claims] == [claim.when for claim in source.claims]
