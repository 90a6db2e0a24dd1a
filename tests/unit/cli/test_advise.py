"""`stuntcard advise` with states in files, and with cards that run beside each other; the rest is in `sessions/`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from stuntcard.applets.registry import APPLETS
from stuntcard.card.card import Card
from stuntcard.card.view import view
from stuntcard.control.wire import as_json
from stuntcard.profile.load import load_profile

from tests.unit.cli.command_line import ROOT, json_of, refused, run, stuntcard
from tests.unit.control.running_cards import answering

PROFILES = ROOT / "profiles"


class Desk:
    """Asks, and gives what was printed."""

    def told(self, target: str, state: str | None = None, *forgotten: str, language: str = "en") -> str:
        result = run(*_question(target, state, forgotten, language))
        assert (result.exit_code, result.stderr) == (0, "")
        return result.stdout

    def object(self, target: str, state: str | None = None, *forgotten: str) -> Any:
        return json_of(*_question(target, state, forgotten, "en"))

    def refused(self, target: str, state: str | None = None, *forgotten: str, language: str = "en") -> str:
        return refused(*_question(target, state, forgotten, language)).rstrip("\n")


def _question(target: str, state: str | None, forgotten: tuple[str, ...], language: str) -> list[str]:
    described = [] if state is None else ["--state", state]
    return ["advise", target, *described, *(f"--forgot={code}" for code in forgotten), "--language", language]


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def running() -> Iterator[Card]:
    """A ProID+Q that runs."""
    card = Card(load_profile("proid-q"), APPLETS)
    with answering(card):
        yield card


# Where the state comes from


def test_of_two_cards_that_run_one_has_to_be_named(desk: Desk, running: Card) -> None:
    with answering(running) as socket:
        assert desk.refused("proid-q").startswith("Several cards proid-q are running")
        assert "all that this card" not in desk.told(socket.parent.name)


def test_a_state_file(desk: Desk, tmp_path: Path) -> None:
    card = Card(load_profile("eobcanka"), APPLETS)
    card.act("office", "set-identification", {"dok": b"1111", "iok": b"2222"})
    card.act("helpline", "block-identification", {})
    file = tmp_path / "state.json"
    file.write_text(as_json(view(card.profile, card.content)), encoding="utf-8")
    told = desk.told(str(file), language="cs")
    assert "(část identifikace je nenávratně ztracena)" in told
    assert "leave --state out" in desk.refused(str(file), "pin=blocked")


def test_a_state_file_that_the_law_can_not_come_to(desk: Desk, tmp_path: Path) -> None:
    card = Card(load_profile("eobcanka"), APPLETS)
    content = json.loads(as_json(view(card.profile, card.content)))
    content["codes"]["pin"].update(state="set")
    file = tmp_path / "state.json"
    file.write_text(json.dumps(content), encoding="utf-8")
    refused = desk.refused(str(file))
    assert "with pin=set there is never dok=not_set, but only: dok=set, dok=blocked." in refused


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda c: c.pop("codes"), "codes: Field required"),
        (lambda c: c["codes"].pop("pin"), "codes: puk, qpin <> pin, puk, qpin"),
        (lambda c: c["codes"]["pin"].update(tries_left=9), "codes.pin: set, 9 / 3"),
        (lambda c: c["codes"]["pin"].update(state="odd"), "codes.pin.state"),
        (lambda c: c["areas"].pop("cc"), "areas: general <> cc, general"),
        (lambda c: c.update(keys=[{"number": 1}]), "keys.0.area"),
    ],
)
def test_a_file_that_is_no_state_is_refused_with_the_reason(
    desk: Desk, tmp_path: Path, change: Any, reason: str
) -> None:
    card = Card(load_profile("proid-q"), APPLETS)
    content = json.loads(as_json(view(card.profile, card.content)))
    change(content)
    file = tmp_path / "state.json"
    file.write_text(json.dumps(content), encoding="utf-8")
    refused = desk.refused(str(file))
    assert refused.startswith(f"{file}: is not a card's state: ")
    assert reason in refused
    assert "--state-out" in refused


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe", b"[" * 100_000, b"[]", b"null", b"1" * 5000])
def test_a_file_of_anything_else_is_refused(desk: Desk, tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "state.json"
    file.write_bytes(content)
    assert desk.refused(str(file)).startswith(f"{file}: is not a card's state: ")


def test_a_profile_of_ones_own(desk: Desk, tmp_path: Path) -> None:
    content = yaml.safe_load((PROFILES / "tokenme.yaml").read_text(encoding="utf-8"))
    content["areas"]["general"]["name"] = "my drawer"
    file = tmp_path / "mine.yaml"
    file.write_text(yaml.safe_dump(content), encoding="utf-8")
    assert "my drawer: uporaba ključev, novi ključi" in desk.told(str(file), "pin=blocked", language="sl")
    assert "is neither a card that is running" in desk.refused(str(tmp_path / "other.yaml"), "pin=blocked")


def test_the_command_line() -> None:
    command = ("advise", "eobcanka", "--forgot", "iok", "--forgot", "pin")
    done = stuntcard(*command, "--language", "sl")
    assert (done.returncode, done.stderr) == (0, "")
    assert "Imetnik vnese PUK in nastavi nov PIN." in done.stdout
    wrong = stuntcard(*command, "--state", "x")
    assert (wrong.returncode, wrong.stdout) == (2, "")
