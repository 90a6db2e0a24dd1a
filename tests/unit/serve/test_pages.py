"""The live page without JavaScript: who gets in, what it shows, and what its forms do."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient
from stuntcard.applets.code_commands import PAD
from stuntcard.profile.model import Language
from stuntcard.serve.access import Access, Caller, Role
from stuntcard.serve.cards import Cards
from stuntcard.serve.plans import CardPlan

NASTY = "<script>alert(1)</script>\"'&"


@pytest.fixture
def visitor(anyone: TestClient, access: Access) -> TestClient:
    """A browser that came by the owner's link."""
    assert anyone.get("/enter", params={"link": access.new_link()}).status_code == 200
    return anyone


def test_a_link_lets_one_browser_in_once(anyone: TestClient, access: Access) -> None:
    link = access.new_link()
    first = anyone.get("/enter", params={"link": link})
    assert "HttpOnly" in first.headers["set-cookie"]
    assert "SameSite=strict" in first.headers["set-cookie"]
    anyone.cookies.clear()
    again = anyone.get("/enter", params={"link": link})
    assert (again.status_code, "not valid" in again.text) == (401, True)
    stranger = anyone.get("/")
    assert (stranger.status_code, "Who are you?" in stranger.text) == (401, True)


def test_who_has_the_token_gets_in_and_out_again(anyone: TestClient, access: Access) -> None:
    assert anyone.post("/enter", data={"token": "wrong"}).status_code == 401
    anyone.post("/enter", data={"token": access.owner_token})
    assert anyone.get("/").status_code == 200
    anyone.post("/leave")
    assert anyone.get("/").status_code == 401


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("profile", ["proid-q", "tokenme", "eobcanka", "zzzs-pk"])
def test_every_card_has_a_page_in_every_language(
    visitor: TestClient, cards: Cards, profile: str, language: Language
) -> None:
    cards.make("anna", CardPlan(profile=profile))
    shown = visitor.get("/cards/anna", params={"language": language})
    assert shown.status_code == 200
    assert f'<html lang="{language}">' in shown.text
    assert "default-src 'none'" in shown.headers["content-security-policy"]
    assert visitor.get("/").text.count(f'<html lang="{language}">') == 1  # it is remembered


def test_names_are_text_and_never_html(visitor: TestClient, cards: Cards) -> None:
    cards.make("anna", CardPlan(profile="proid-q", label=NASTY))
    for path in ("/", "/cards/anna"):
        assert "<script>alert" not in visitor.get(path).text


def test_a_card_is_made_moved_and_removed_by_forms(visitor: TestClient, cards: Cards) -> None:
    made = visitor.post("/cards", data={"source": "profile:proid-q", "id": "anna", "label": "Anna"})
    assert made.url.path == "/cards/anna"
    visitor.post("/cards/anna/remove")
    assert cards.find("anna").description.place == "out"
    visitor.post("/cards/anna/insert")
    visitor.post("/cards/anna/snapshots", data={"name": "new"})
    visitor.post("/cards/anna/faults", data={"rule": "ins=20 act=status:6F00"})
    assert len(cards.find("anna").description.faults) == 1
    assert "new" in visitor.get("/cards/anna").text
    assert visitor.post("/cards/anna/delete").url.path == "/"
    assert cards.all() == ()


def test_what_can_not_be_undone_is_said_before_it_is_done(visitor: TestClient, cards: Cards) -> None:
    cards.make("anna", CardPlan(profile="proid-q"))
    asked = visitor.post("/cards/anna/set", data={"wanted": "card=dead"})
    assert "the whole card" in asked.text
    assert 'value="card=dead"' in asked.text
    assert cards.find("anna").description.state.life_cycle == "operational"
    visitor.post("/cards/anna/set", data={"wanted": "card=dead", "sure": "yes"})
    assert cards.find("anna").description.state.life_cycle == "dead"


def test_a_refusal_is_told_on_the_page(visitor: TestClient, cards: Cards) -> None:
    cards.make("anna", CardPlan(profile="proid-q"))
    assert 'role="alert"' in visitor.post("/cards/anna/faults", data={"rule": "nonsense"}).text
    assert 'role="alert"' not in visitor.get("/cards/anna").text


def test_the_office_acts_by_a_form_and_the_values_are_not_on_the_page(visitor: TestClient, cards: Cards) -> None:
    cards.make("jan", CardPlan(profile="eobcanka"))
    act = cards.find("jan").card.profile.actors["office"].acts["set-identification"]
    fields = {f"value-{code}": "73519" for code in act.asks_for}
    done = visitor.post("/cards/jan/actors/office/set-identification", data=fields)
    assert "73519" not in done.text
    assert {cards.find("jan").description.state.codes[code].state for code in act.asks_for} == {"set"}


def test_who_may_look_only_has_no_buttons_and_sees_no_other_card(
    anyone: TestClient, access: Access, cards: Cards
) -> None:
    for name in ("anna", "petr"):
        cards.make(name, CardPlan(profile="proid-q", label=f"card of {name}"))
    anyone.get("/enter", params={"link": access.new_link(Caller(Role.OBSERVER, frozenset({"anna"})))})
    assert "card of petr" not in anyone.get("/").text
    page = anyone.get("/cards/anna").text
    assert page.count("<form") == 2  # logging out, and choosing what to draw
    assert anyone.get("/cards/petr").status_code == 403
    assert anyone.post("/cards/anna/remove").status_code == 403
    assert cards.find("anna").description.place == "in"


def test_an_exercise_is_told_and_helped_with_on_the_page(visitor: TestClient, cards: Cards) -> None:
    cards.make("anna", CardPlan(exercise="proid-q-pin-blocked"))
    page = visitor.get("/cards/anna").text
    assert "Under way" in page
    assert 'role="status"' in visitor.post("/cards/anna/hints").text
    unblock = bytes.fromhex("002C000120") + b"87654321".ljust(16, PAD) + b"24681357".ljust(16, PAD)
    lying = cards.find("anna").reader.slot_control.slot.card
    assert lying is not None
    assert lying.transmit(unblock) == bytes.fromhex("9000")
    assert "Solved" in visitor.get("/cards/anna").text


@pytest.mark.parametrize(
    ("language", "taken", "not_filled_in"),
    [
        ("en", "There is a card of that name already.", "nothing was done: Id"),
        ("cs", "Karta s tímto označením už existuje.", "se nic nestalo: Označení"),
        ("sl", "Kartica s to oznako že obstaja.", "se ni nič zgodilo: Oznaka"),
    ],
)
def test_a_form_is_refused_in_the_readers_language(
    visitor: TestClient, cards: Cards, language: str, taken: str, not_filled_in: str
) -> None:
    cards.make("anna", CardPlan(profile="proid-q"))
    visitor.get("/", params={"language": language})
    assert taken in visitor.post("/cards", data={"source": "profile:tokenme", "id": "anna"}).text
    assert not_filled_in in visitor.post("/cards", data={"source": "profile:tokenme", "id": "no name"}).text
