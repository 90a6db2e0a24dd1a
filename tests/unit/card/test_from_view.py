"""From a card's view back to its state, and what no view of a card says."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any

import pytest
from stuntcard.card.content import Content, KeyRecord, factory_content
from stuntcard.card.from_view import SeenCardError, read_view, state_of, traits_of
from stuntcard.card.view import view
from stuntcard.policy.described import CodeIs, PartIs
from stuntcard.policy.state import CodeState, Item, Origin
from stuntcard.profile.load import load_profile, shipped_names
from stuntcard.profile.model import CARD, CodeStatus, Profile

PROID_Q, TOKENME, ZZZS_PK = (load_profile(name) for name in ("proid-q", "tokenme", "zzzs-pk"))


def seen(profile: Profile, content: Content) -> dict[str, Any]:
    """A view as scripts get it."""
    shown: dict[str, Any] = json.loads(json.dumps(asdict(view(profile, content))))
    return shown


def lived(profile: Profile, **changed: Any) -> Content:
    """A card from the factory with something else in its state."""
    content = factory_content(profile)
    records = {item.number: KeyRecord(None, item.number, b"") for item in changed.get("items", ())}
    return replace(content, state=replace(content.state, **changed), keys={**content.keys, **records})


@pytest.mark.parametrize("name", shipped_names())
def test_a_card_from_the_factory_is_known_again(name: str) -> None:
    profile = load_profile(name)
    content = factory_content(profile)
    assert state_of(profile, read_view(seen(profile, content))) == content.state


def test_a_card_that_was_lived_with_is_known_again() -> None:
    keys = (Item(1, "cc", Origin.MADE, listed=True, certificate=True), Item(2, "general", Origin.IMPORTED))
    pin = CodeState(CodeStatus.SET, 1, 3)
    codes = {**factory_content(PROID_Q).state.codes, "pin": pin, "puk": CodeState(CodeStatus.BLOCKED, 0, 5)}
    content = lived(PROID_Q, codes=codes, items=keys)
    assert state_of(PROID_Q, read_view(seen(PROID_Q, content))) == content.state


def test_parts_and_cards_that_are_lost_are_known_again() -> None:
    for lost in (frozenset({"pep"}), frozenset({CARD}), frozenset({"pep", CARD})):
        content = lived(ZZZS_PK, lost=lost)
        assert state_of(ZZZS_PK, read_view(seen(ZZZS_PK, content))).lost == lost


def test_a_key_takes_one_block_of_the_memory_and_files_the_rest() -> None:
    keys = (Item(1, "general", Origin.MADE, size=2048), Item(2, "general", None, certificate=True))
    content = lived(TOKENME, items=keys, files_size=4096)
    state = state_of(TOKENME, read_view(seen(TOKENME, content)))
    assert (state.items, state.files_size) == (keys, 4096)


def unknown_code(shown: dict[str, Any]) -> None:
    shown["codes"]["pim"] = shown["codes"].pop("pin")


def code(**changed: object) -> Callable[[dict[str, Any]], None]:
    return lambda shown: shown["codes"]["pin"].update(changed)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (unknown_code, "^codes: pim, puk, qpin <> pin, puk, qpin$"),
        (lambda shown: shown["areas"].pop("cc"), "^areas: general <> cc, general$"),
        (code(tries_left=0), "^codes.pin: set, 0 / 3$"),
        (code(tries_left=4), "^codes.pin: set, 4 / 3$"),
        (code(tries_left=4, tries_limit=4), "^codes.pin: set, 4 / 4$"),
        (code(state="blocked"), "^codes.pin: blocked, 3 / 3$"),
        (lambda shown: shown["keys"][0].update(area="attic"), "^keys: attic <> cc, general$"),
        (lambda shown: shown["keys"][0]["rights"].update(code="pim"), "^keys: pim <> pin, puk, qpin$"),
        (lambda shown: shown["keys"][0]["rights"].update(consent="pim"), "^keys: pim <> pin, puk, qpin$"),
        (lambda shown: shown.pop("keys"), "^keys: "),
        (lambda shown: shown["parts"].update(lid={"name": "the lid", "lost": False}), "^parts: lid <> $"),
        (lambda shown: shown["keys"][0].pop("number"), r"^keys\.0\.number: "),
    ],
)
def test_what_is_no_view_of_the_card(change: Callable[[dict[str, Any]], object], complaint: str) -> None:
    shown = seen(PROID_Q, lived(PROID_Q, items=(Item(1, "cc", Origin.MADE),)))
    change(shown)
    with pytest.raises(SeenCardError, match=complaint):
        state_of(PROID_Q, read_view(shown))


@pytest.mark.parametrize("content", [None, 7, "a card"])
def test_what_is_no_view_at_all(content: object) -> None:
    with pytest.raises(SeenCardError, match=r"^JSON: "):
        read_view(content)


def test_what_a_state_says_of_codes_and_parts() -> None:
    state = lived(ZZZS_PK, lost=frozenset({"pep"})).state
    codes = [CodeIs(name, state.codes[name].status) for name in ("pep-pin", "pep-puk", "kpep-pin", "tpin")]
    assert traits_of(state, ZZZS_PK) == (*codes, PartIs("pep"), PartIs("kpep", lost=False), PartIs(CARD, lost=False))
