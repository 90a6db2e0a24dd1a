"""What shall be on a desk, as it was typed."""

from __future__ import annotations

import pytest
from stuntcard.running.plan import ReaderPlan, plan_of, with_names


def test_a_word_is_a_card_or_names_one() -> None:
    assert plan_of("card:mine") == ReaderPlan("card:mine")
    assert plan_of("anna=proid-q") == ReaderPlan("proid-q", "anna", named=True)
    assert plan_of("./a=b/c.yaml") == ReaderPlan("./a=b/c.yaml")


def test_every_reader_has_a_name_of_its_own() -> None:
    words = ["proid-q", "card:mine", "empty", "proid-q", "proid-q-2=tokenme", "./my cards/x.yaml", "empty"]
    names = [plan.name for plan in with_names([plan_of(word) for word in words])]
    assert names == ["proid-q", "mine", "empty", "proid-q-3", "proid-q-2", "x", "empty-2"]


def test_fresh_cards_of_one_profile_are_counted() -> None:
    plans = with_names([plan_of(word) for word in ("proid-q", "tokenme", "anna=proid-q", "proid-q")])
    assert [plan.beside for plan in plans] == [0, 0, 1, 2]


def test_two_cards_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="two cards are called anna"):
        with_names([plan_of("anna=proid-q"), plan_of("anna=tokenme")])
