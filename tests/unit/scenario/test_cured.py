"""What a scenario says of its cure: it is not so at first, and the law's way there cures it, on a card."""

from __future__ import annotations

from pathlib import Path

import pytest
from stuntcard.policy.functions import Situation
from stuntcard.policy.goals import Goal, Standpoint
from stuntcard.running.scenarios import ReadyScenario, ready_scenario, reported
from stuntcard.scenario.build import build
from stuntcard.scenario.expectations import is_cured
from stuntcard.scenario.load import ScenarioFileError, load_scenario, parse_scenario, scenario_names

from tests.unit.exercises.hands import Hands

CURABLE = [name for name in scenario_names() if load_scenario(name).scenario.cured]


def test_most_troubles_have_a_cure() -> None:
    assert len(CURABLE) >= 30


@pytest.mark.parametrize("name", CURABLE)
def test_the_laws_way_cures_it(name: str) -> None:
    named = load_scenario(name)
    card = build(named).card
    assert not is_cured(named.scenario, named.profile, card.content)
    way = Goal(named.profile, named.scenario.cured, card.content.numbers).way(Standpoint(Situation(card.state)))
    assert way is not None
    hands = Hands(card, {})
    for move in way:
        hands.do(move)
    assert is_cured(named.scenario, named.profile, card.content)


@pytest.fixture
def pin_blocked() -> ReadyScenario:
    return ready_scenario("pin-blocked", "proid-q", "cs")


def test_who_cures_a_trouble_is_told_so(pin_blocked: ReadyScenario, capsys: pytest.CaptureFixture[str]) -> None:
    pin_blocked.built.card.reset_code("pin", "puk", b"87654321", b"24681357")
    assert reported(pin_blocked)
    assert capsys.readouterr().err == "Scénář proid-q-pin-blocked: potíž je odstraněna.\n"


def test_who_does_neither_is_told_what_was_expected(
    pin_blocked: ReadyScenario, capsys: pytest.CaptureFixture[str]
) -> None:
    assert not reported(pin_blocked)
    assert "NESPLNĚNO: výměna VERIFY pin -> 6983" in capsys.readouterr().err


def test_a_cure_speaks_of_the_cards_own_keys(tmp_path: Path) -> None:
    head = "schema: 1\nprofile: proid-q\ntitle: {en: a, cs: b, sl: c}\ntext: {en: a, cs: b, sl: c}\nsource: PQ-06\n"
    with pytest.raises(ScenarioFileError) as raised:
        parse_scenario(f'{head}cured: [{{key: "21", is: gone}}]\n'.encode(), str(tmp_path / "mine.yaml"))
    assert str(raised.value).endswith(
        "mine.yaml:6:10: cured.0.key: the card at first has no key '21'; it has none that could be named"
    )
