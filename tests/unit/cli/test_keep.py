"""Cards out of `exec` that last, and stored cards whose state is set while they rest."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from tests.unit.cli.command_line import done, json_of, refused, stuntcard

STUNTCARD = Path(sys.executable).with_name("stuntcard")
WRONG_PIN = ("pkcs15-tool", "--verify-pin", "--auth-id", "01", "--pin", "00000000")


@pytest.fixture(autouse=True)
def _home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("STUNTCARD_HOME", str(tmp_path / "home"))


def tries(name: str) -> int:
    return int(json_of("card", "show", name, "--json")["codes"]["pin"]["tries_left"])


def test_a_card_of_exec_is_kept_from_the_start_with_snapshots_meanwhile() -> None:
    script = f"{STUNTCARD} snapshot save qa1 before; {' '.join(WRONG_PIN)}"
    ran = stuntcard(
        "exec", "proid-q", "--keep", "qa1", "--serial", "0102", "--applet", "myeid", "--", "sh", "-c", script
    )
    assert ran.stdout.startswith("before: a snapshot of qa1."), ran.stderr
    assert "The card is kept: stuntcard run card:qa1" in ran.stderr
    kept = json_of("card", "show", "qa1", "--json")
    assert (kept["profile"], kept["serial"], kept["codes"]["pin"]["tries_left"]) == ("proid-q", "0102", 2)
    stuntcard("exec", "card:qa1", "--", *WRONG_PIN)
    assert tries("qa1") == 1
    done("snapshot", "restore", "qa1", "before", "--yes")
    assert tries("qa1") == 3


def test_one_of_a_scenario_is_kept_and_its_expectations_are_told() -> None:
    ran = stuntcard("exec", "--scenario", "proid-q-pin-last-try", "--keep", "qa2", "--", *WRONG_PIN)
    assert "met: codes.pin.state: blocked" in ran.stderr
    assert tries("qa2") == 0


def test_what_can_not_be_kept_is_refused_before_anything_runs(tmp_path: Path) -> None:
    done("card", "new", "mine", "proid-q")
    mark = tmp_path / "ran"
    assert "there is a card 'mine' already" in refused("exec", "proid-q", "--keep", "mine", "--", "touch", mark)
    stored = refused("exec", "card:mine", "--keep", "other", "--", "touch", mark)
    assert stored == "--keep other: is for a fresh card or one of a scenario; a stored card is kept anyhow\n"
    assert "no applet 'cac'" in refused("exec", "proid-q", "--keep", "x", "--applet", "cac", "--", "touch", mark)
    assert not mark.exists()
    assert [card["name"] for card in json_of("card", "list", "--json")] == ["mine"]


def test_a_stored_card_is_set_while_it_rests() -> None:
    done("card", "new", "mine", "proid-q")
    assert done("set", "card:mine", "pin=blocked", "puk=2").splitlines() == [
        "PIN given wrongly, 3 times",
        "PUK given wrongly, 3 times",
    ]
    seen = json_of("card", "show", "mine", "--json")["codes"]
    assert (seen["pin"]["state"], seen["puk"]["tries_left"]) == ("blocked", 2)
    assert "nothing was changed" in refused("set", "card:mine", "puk=5", "card=whole", "pin=not_set", status=1)
    busy = stuntcard("exec", "card:mine", "--", STUNTCARD, "set", "card:mine", "puk=1")
    assert busy.returncode == 69
    assert "in use" in busy.stderr
    assert json.loads(stuntcard("set", "card:mine", "puk=1", "--json").stdout)["law"] == ["PUK given wrongly"]
