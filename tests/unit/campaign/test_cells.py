from __future__ import annotations

from dataclasses import replace

import pytest
from stuntcard.campaign.cells import Cell, Matrix, Series, TooManyCellsError
from stuntcard.campaign.model import Campaign, Selection


def campaign(**changes: object) -> Campaign:
    given = {
        "schema": 1,
        "title": "A try",
        "cards": ["proid-q", "tokenme"],
        "applets": ["own", "myeid"],
        "clients": {"one": {}, "two": {}},
        "tasks": {"list": {"run": "true"}, "login": {"run": "true"}},
        **changes,
    }
    return Campaign.model_validate(given)


def cells(wanted: Campaign) -> list[Cell]:
    return [entry for entry in Matrix(wanted).entries() if isinstance(entry, Cell)]


def test_every_card_meets_every_client_and_task_once() -> None:
    found = cells(campaign())
    assert len(found) == len({cell.id for cell in found}) == Matrix(campaign()).size == 16
    assert found[0] == Cell("proid-q", None, "own", "plain", "one", "list")


def test_a_cells_id_comes_from_what_it_is_made_of_alone() -> None:
    cell = Cell("proid-q", None, "own", "plain", "one", "list")
    assert cell.id == Cell("proid-q", None, "own", "plain", "one", "list").id == "41e5ba12789b"
    others = [replace(cell, task="login"), replace(cell, nth=1), replace(cell, seed=1), replace(cell, fault="act=tear")]
    assert len({cell.id, *(one.id for one in others)}) == 5


def test_a_fault_for_each_command_is_a_series_of_as_many_as_its_client_sends() -> None:
    faults = ["none", {"each_command": ["act=tear", "act=remove"], "most": 3}]
    entries = list(Matrix(campaign(cards=["tokenme"], applets=["own"], faults=faults)).entries())
    series = [entry for entry in entries if isinstance(entry, Series)]
    assert (len(entries), len(series)) == (12, 8)
    assert series[0].probe in entries
    assert [cell.rules for cell in series[0].cells(2)] == [("nth=1 act=tear",), ("nth=2 act=tear",)]
    assert len(list(series[0].cells(100))) == 3


def test_rules_that_are_set_together_are_one_fault() -> None:
    (cell, *_) = cells(campaign(faults=[["act=slow:5", "nth=3 act=tear"]]))
    assert cell.rules == ("act=slow:5", "nth=3 act=tear")


def test_what_is_included_and_not_excluded_is_run() -> None:
    wanted = campaign(include=[{"client": "o*"}, {"task": "login"}], exclude=[{"card": "tokenme", "applet": "myeid"}])
    found = {(cell.card, cell.applet, cell.client, cell.task) for cell in cells(wanted)}
    assert len(found) == 9
    assert ("tokenme", "myeid", "one", "login") not in found
    narrowed = cells(wanted.model_copy(update={"only": Selection(client="two")}))
    assert {(cell.client, cell.task) for cell in narrowed} == {("two", "login")}
    assert ("proid-q", "own", "two", "list") not in found


def test_ten_million_cells_are_refused_with_their_number_or_sampled() -> None:
    many = campaign(cards=["proid-q"], applets=["own"], seeds=list(range(2_500_000)))
    with pytest.raises(TooManyCellsError, match=r"10,000,000 cells are more than 200,000.*--sample"):
        list(Matrix(many).entries())
    sampled = [cells(many.model_copy(update={"sample": 500, "seed": 7})) for _ in range(2)]
    assert sampled[0] == sampled[1]
    assert len({cell.id for cell in sampled[0]}) == 500


def test_pairs_meet_all_the_same() -> None:
    wanted = campaign(cards=["proid-q", "tokenme", "zzzs-pk"], applets=["own", "myeid", "piv"], pairs=True)
    found = cells(wanted)
    assert len(found) < Matrix(wanted).size / 2
    for first, second in (("card", "applet"), ("card", "client"), ("applet", "task"), ("client", "task")):
        pairs = {(getattr(cell, first), getattr(cell, second)) for cell in found}
        assert len(pairs) == len({one for one, _ in pairs}) * len({other for _, other in pairs})
