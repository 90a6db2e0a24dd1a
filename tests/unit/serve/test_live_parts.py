"""What pages that look on refresh: written once for all of them, the same as in the whole page, and never old."""

from __future__ import annotations

import re
import time

import pytest
from starlette.testclient import TestClient
from stuntcard.profile.model import Language
from stuntcard.serve.access import Access, Caller, Role
from stuntcard.serve.cards import Cards
from stuntcard.serve.live_parts import LiveParts
from stuntcard.serve.plans import CardPlan

_LIVE = re.compile(r'<(section|div) id="(\w+)" data-live.*?</\1>', re.DOTALL)
_BLOCKED = '"bad">blocked<'
_PART = {"X-Part": "live"}


@pytest.fixture
def visitor(anyone: TestClient, access: Access) -> TestClient:
    """A browser that came by the owner's link."""
    assert anyone.get("/enter", params={"link": access.new_link()}).status_code == 200
    return anyone


@pytest.mark.parametrize("plan", [CardPlan(exercise="proid-q-qpin-blocked"), CardPlan(profile="zzzs-pk")])
def test_the_parts_are_those_of_the_whole_page_and_nothing_else(
    visitor: TestClient, cards: Cards, plan: CardPlan
) -> None:
    cards.make("anna", plan)
    visitor.post("/cards/anna/faults", data={"rule": "ins=20 act=status:6F00"})
    for path in ("/", "/cards/anna"):
        whole, parts = visitor.get(path).text, visitor.get(path, headers=_PART).text
        assert [found[0] for found in _LIVE.finditer(whole)], path
        assert sorted(found[0] for found in _LIVE.finditer(parts)) == sorted(
            found[0] for found in _LIVE.finditer(whole)
        )
        assert "<html" not in parts
        assert "conversation" not in parts


def test_after_a_change_that_was_told_the_parts_are_new(visitor: TestClient, cards: Cards) -> None:
    cards.make("anna", CardPlan(profile="proid-q"))
    assert _BLOCKED not in visitor.get("/cards/anna", headers=_PART).text
    visitor.post("/cards/anna/set", data={"wanted": "pin=blocked"})
    until = time.monotonic() + 60
    while _BLOCKED not in visitor.get("/cards/anna", headers=_PART).text:
        assert time.monotonic() < until
        time.sleep(0.01)
    assert '"bad">zablokován<' in visitor.get("/cards/anna", headers=_PART, params={"language": "cs"}).text


def test_the_parts_of_a_card_are_for_whom_its_page_is_for(anyone: TestClient, access: Access, cards: Cards) -> None:
    for name in ("anna", "petr"):
        cards.make(name, CardPlan(profile="proid-q", label=f"card of {name}"))
    nobodys = [anyone.get(path, headers=_PART) for path in ("/", "/cards/anna", "/cards/petr")]
    assert [answer.status_code for answer in nobodys] == [401] * 3
    anyone.get("/enter", params={"link": access.new_link()})
    assert anyone.get("/cards/petr", headers=_PART).status_code == 200
    # What was written for another is there still, and is not given out.
    anyone.cookies.clear()
    anyone.get("/enter", params={"link": access.new_link(Caller(Role.OBSERVER, frozenset({"anna"})))})
    assert anyone.get("/cards/anna", headers=_PART).status_code == 200
    refused = anyone.get("/cards/petr", headers=_PART)
    assert (refused.status_code, "data-live" in refused.text) == (403, False)
    assert "card of petr" not in anyone.get("/", headers=_PART).text


def test_ten_pages_cost_what_one_costs(cards: Cards) -> None:
    (card, _), parts = cards.make("anna", CardPlan(profile="proid-q")), LiveParts()
    written: list[int] = []

    def write() -> str:
        written.append(1)
        return f"text {len(written)}"

    assert {parts.text(card, Language.ENGLISH, "e-1", write) for _ in range(10)} == {"text 1"}
    assert {parts.text(card, Language.ENGLISH, "e-2", write) for _ in range(10)} == {"text 2"}
    assert parts.text(card, Language.CZECH, "e-2", write) == "text 3"
