"""The commands that act on a running card, as a person types them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.unit.cli.command_line import done, json_of, run
from tests.unit.cli.command_line import refused as refused_with
from tests.unit.control.running_cards import Live, running_card


def refused(*arguments: str, status: int = 1) -> str:
    """What a running card, or the law, refuses."""
    return refused_with(*arguments, status=status)


@pytest.fixture
def running() -> Iterator[Live]:
    with running_card("proid-q") as live:
        yield live


@pytest.fixture
def eobcanka() -> Iterator[Live]:
    with running_card("eobcanka") as live:
        yield live


@pytest.mark.parametrize(
    "arguments",
    [
        ("insert", "proid-q"),
        ("remove", "proid-q"),
        ("reset", "proid-q"),
        ("state", "proid-q"),
        ("set", "proid-q", "pin=1"),
        ("fault", "set", "proid-q", "act=tear"),
        ("fault", "list", "proid-q"),
        ("fault", "clear", "proid-q"),
    ],
)
def test_no_card_is_running(arguments: tuple[str, ...]) -> None:
    expected = "no card 'proid-q' is running (running: none); start one with: stuntcard run proid-q\n"
    assert refused(*arguments, status=2) == expected


def test_out_and_in(running: Live) -> None:
    assert done("remove", "proid-q") == "the card is out of the reader\n"
    assert running.slot_control.slot.card is None
    assert "out of the reader" in done("state", "proid-q")
    assert refused("reset", "proid-q") == "the card is not in the reader; put it in first (insert)\n"
    assert done("insert", "proid-q") == "the card is in the reader\n"
    assert done("reset", "proid-q") == "the card was reset\n"
    assert json_of("state", "proid-q")["place"] == "in"


def test_out_for_a_while(running: Live) -> None:
    assert done("remove", "proid-q", "--back-after", "900") == (
        "the card is out of the reader, and comes back in 900 s\n"
    )
    running.slot_control.rest()
    assert run("remove", "proid-q", "--back-after", "-1").exit_code == 2


def test_faults(running: Live) -> None:
    assert done("fault", "list", "proid-q") == "no faults are set\n"
    first = "1: ins=2A nth=3 act=status:6F00 when=after (matched 0, struck 0)\n"
    assert done("fault", "set", "proid-q", "ins=2A", "nth=3", "act=status:6F00", "when=after") == first
    second = "2: ins=20 act=cut:1 (matched 0, struck 0)\n"
    assert done("fault", "set", "proid-q", "ins=verify act=cut") == first + second
    running.faulty.transmit(bytes.fromhex("00200001"))
    assert json_of("fault", "list", "proid-q")[1] == {
        "number": 2,
        "rule": "ins=20 act=cut:1",
        "matched": 1,
        "struck": 1,
    }
    assert "fault 2: ins=20 act=cut:1 (matched 1, struck 1)" in done("state", "proid-q")
    assert refused("fault", "clear", "proid-q", "7") == "there is no fault 7; there are: 1, 2\n"
    assert done("fault", "clear", "proid-q", "2") == first
    assert done("fault", "clear", "proid-q") == "no faults are set\n"
    assert "act=boom can't be understood; there are: status:XXXX" in refused("fault", "set", "proid-q", "act=boom")


def test_set_tells_how(running: Live) -> None:
    assert done("set", "proid-q", "pin=blocked", "puk=2") == (
        "PIN given wrongly, 3 times\nPUK given wrongly, 3 times\n"
    )
    assert running.card.state.codes["puk"].tries_left == 2
    assert done("set", "proid-q", "pin=blocked", "puk=2") == "the card is in this state already\n"
    assert done("set", "proid-q", "pin=set") == "PIN set with PUK\nPUK given wrongly, 3 times\n"


def test_set_with_force(running: Live) -> None:
    assert "with --force it is set all the same" in refused("set", "proid-q", "puk=not_set")
    assert done("set", "proid-q", "puk=not_set", "--force") == (
        "forced: puk=not_set; no card comes to this state in this way\n"
    )
    assert json_of("set", "proid-q", "puk=5", "--force") == {
        "law": [],
        "forced": ["puk=5"],
        "given": {},
        "also": [],
    }
    assert running.card.state.codes["puk"].tries_left == 5


def test_set_tells_values_that_nobody_could_know_and_what_came_with_it(eobcanka: Live) -> None:
    shown = done("set", "eobcanka", "puk=set")
    values = eobcanka.card.content.values
    for code in ("iok", "puk"):
        assert f"{code} had no value; it is {values[code].decode()} now\n" in shown
    assert shown.endswith("with it came: iok=3, dok=10\n")


def test_state_for_scripts(running: Live) -> None:
    shown = json_of("state", "proid-q")
    assert shown["card"]["codes"]["pin"]["tries_left"] == 3
    assert (shown["place"], shown["commands"], shown["faults"]) == ("in", running.card.commands, [])
