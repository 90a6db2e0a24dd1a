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

from tests.unit.cli.command_line import ROOT, done, refused
from tests.unit.control.running_cards import answering

PROFILES = ROOT / "profiles"


@pytest.fixture
def running() -> Iterator[Card]:
    """A ProID+Q that runs."""
    card = Card(load_profile("proid-q"), APPLETS)
    with answering(card):
        yield card


# Where the state comes from


def test_of_two_cards_that_run_one_has_to_be_named(running: Card) -> None:
    with answering(running) as socket:
        assert refused("advise", "proid-q").startswith("Several cards proid-q are running")
        assert "all that this card" not in done("advise", socket.parent.name)


def test_a_state_file(tmp_path: Path) -> None:
    card = Card(load_profile("eobcanka"), APPLETS)
    card.act("office", "set-identification", {"dok": b"1111", "iok": b"2222"})
    card.act("helpline", "block-identification", {})
    file = tmp_path / "state.json"
    file.write_text(as_json(view(card.profile, card.content)), encoding="utf-8")
    told = done("advise", file, "--language", "cs")
    assert "(část identifikace je nenávratně ztracena)" in told
    assert "leave --state out" in refused("advise", file, "--state", "pin=blocked")


def test_a_state_file_that_the_law_can_not_come_to(tmp_path: Path) -> None:
    card = Card(load_profile("eobcanka"), APPLETS)
    content = json.loads(as_json(view(card.profile, card.content)))
    content["codes"]["pin"].update(state="set")
    file = tmp_path / "state.json"
    file.write_text(json.dumps(content), encoding="utf-8")
    told = refused("advise", file)
    assert "with pin=set there is never dok=not_set, but only: dok=set, dok=blocked." in told


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda c: c.pop("codes"), "codes: is missing"),
        (lambda c: c["codes"].pop("pin"), "codes: puk, qpin <> pin, puk, qpin"),
        (lambda c: c["codes"]["pin"].update(tries_left=9), "codes.pin: set, 9 / 3"),
        (lambda c: c["codes"]["pin"].update(state="odd"), "codes.pin.state"),
        (lambda c: c["areas"].pop("cc"), "areas: general <> cc, general"),
        (lambda c: c.update(keys=[{"number": 1}]), "keys.0.area"),
    ],
)
def test_a_file_that_is_no_state_is_refused_with_the_reason(tmp_path: Path, change: Any, reason: str) -> None:
    card = Card(load_profile("proid-q"), APPLETS)
    content = json.loads(as_json(view(card.profile, card.content)))
    change(content)
    file = tmp_path / "state.json"
    file.write_text(json.dumps(content), encoding="utf-8")
    told = refused("advise", file)
    assert told.startswith(f"{file}: is not a card's state: ")
    assert reason in told
    assert "--state-out" in told


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe", b"[" * 100_000, b"[]", b"null", b"1" * 5000])
def test_a_file_of_anything_else_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "state.json"
    file.write_bytes(content)
    assert refused("advise", file).startswith(f"{file}: is not a card's state: ")


def test_a_profile_of_ones_own(tmp_path: Path) -> None:
    content = yaml.safe_load((PROFILES / "tokenme.yaml").read_text(encoding="utf-8"))
    content["areas"]["general"]["name"] = "my drawer"
    file = tmp_path / "mine.yaml"
    file.write_text(yaml.safe_dump(content), encoding="utf-8")
    told = done("advise", file, "--state", "pin=blocked", "--language", "sl")
    assert "my drawer: uporaba ključev, novi ključi" in told
    assert "is neither a card that is running" in refused("advise", tmp_path / "other.yaml", "--state", "pin=blocked")
