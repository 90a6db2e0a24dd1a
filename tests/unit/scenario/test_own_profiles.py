"""A profile of one's own is one card, by its id and by its file, for scenarios too."""

from __future__ import annotations

from pathlib import Path

import pytest
from stuntcard.profile.copying import NewProfile, copied
from stuntcard.profile.load import profile_path
from stuntcard.running.scenarios import ScenarioRefusedError, ready_scenario
from stuntcard.scenario.load import load_scenario, scenario_names, scenarios_found

SCENARIO = "schema: 1\nprofile: mine\ntitle: {en: a}\ntext: {cs: b}\nassumed: x\ncodes: {pin: blocked}\n"


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    file = tmp_path / "mine.yaml"
    file.write_text(copied(profile_path("proid-q").read_text("utf-8"), NewProfile("mine", "Mine")), "utf-8")
    return file


@pytest.fixture
def scenario(tmp_path: Path) -> Path:
    file = tmp_path / "scenarios" / "mine-pin-blocked.yaml"
    file.parent.mkdir()
    file.write_text(SCENARIO, "utf-8")
    return file


def test_the_file_that_is_given_stands_for_the_profile_of_its_id(mine: Path, scenario: Path) -> None:
    ready = ready_scenario(str(scenario), str(mine))
    assert (ready.named.profile.name, ready.named.profile_file) == ("Mine", mine)
    assert ready.built.card.state.codes["pin"].tries_left == 0
    assert (ready.named.scenario.title.sl, ready.named.scenario.text.en) == ("a", "b")


def test_a_scenario_that_names_the_file_is_of_the_id_too(mine: Path, scenario: Path) -> None:
    scenario.write_text(SCENARIO.replace("profile: mine", "profile: ../mine.yaml"), "utf-8")
    assert ready_scenario(str(scenario), str(mine)).named.profile.id == "mine"
    with pytest.raises(ScenarioRefusedError, match="mine-pin-blocked is a scenario of mine, not of tokenme"):
        ready_scenario(str(scenario), "tokenme")


def test_on_the_search_path_both_are_found_by_their_names(
    mine: Path, scenario: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(FileNotFoundError, match="no scenario 'mine-pin-blocked'"):
        load_scenario("mine-pin-blocked")
    monkeypatch.setenv("STUNTCARD_PROFILES", str(mine.parent))
    assert load_scenario("mine-pin-blocked").profile_file == mine
    assert (
        load_scenario("pin-blocked", "mine").name == load_scenario("pin-blocked", str(mine)).name == "mine-pin-blocked"
    )
    assert load_scenario("pin-blocked", "proid-q").profile.id == "proid-q"
    assert "mine-pin-blocked" in scenario_names()
    scenario.write_text("schema: 1\n", "utf-8")
    assert scenarios_found()[1] == ("mine-pin-blocked",)


def test_a_profile_that_is_not_there_is_told_by_its_name(tmp_path: Path, scenario: Path) -> None:
    with pytest.raises(ScenarioRefusedError, match=r"none\.yaml: there is no such file"):
        ready_scenario(str(scenario), str(tmp_path / "none.yaml"))
