"""`stuntcard list`, `show` and `profile`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.cli.command_line import ROOT, refused, run, stuntcard

PROFILES = ROOT / "profiles"


def test_every_profile_that_comes_with_stuntcard_is_good() -> None:
    for file in PROFILES.glob("*.yaml"):
        assert run("profile", "check", file).stdout.startswith(f"{file}: good; a profile of ")


def test_a_profile_with_mistakes_gets_all_of_them_with_their_places(tmp_path: Path) -> None:
    bad = tmp_path / "bad.yaml"
    text = (PROFILES / "proid-q.yaml").read_text(encoding="utf-8")
    bad.write_text(text.replace("min: 4,", "min: four,").replace("dead:\n", "colour: blue\ndead:\n"), "utf-8")
    min_line = text[: text.index("min: 4,")].count("\n") + 1
    dead_line = text[: text.index("dead:\n")].count("\n") + 1
    [first, second] = refused("profile", "check", bad).splitlines()
    assert first.startswith(f"{bad}:{min_line}:")
    assert first.endswith("codes.pin.length.min: 'four': expected a whole number")
    assert second.startswith(
        f"{bad}:{dead_line}:1: colour: is not a key that a profile has here; expected one of: schema"
    )
    assert refused("show", bad).splitlines()[-1] == f"{bad} can't be used; correct it and try again."


def test_a_profile_of_ones_own_is_begun_checked_and_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STUNTCARD_PROFILES", str(tmp_path))
    file = tmp_path / "mine.yaml"
    done = stuntcard("profile", "new", "--from", "tokenme", file, "--language", "sl")
    assert done.stdout == (
        f"{file}: mine, as tokenme is. Change it, then: stuntcard profile check {file}\nRun it: stuntcard run mine\n"
    )
    assert refused("profile", "new", "--from", "tokenme", file) == f"{file}: is there already; choose another name\n"
    checked = stuntcard("profile", "check", "mine").stdout
    assert checked == stuntcard("profile", "check", file).stdout
    good, english, czech = checked.splitlines()
    assert good == f"{file}: good; a profile of mine"
    assert "texts are missing, and another language's stand in: about, notes.0.text, notes.1.text" in english
    assert (english[:3], english[3:]) == ("en:", czech[3:])
    broken = tmp_path / "broken.yaml"
    broken.write_text("schema: 1\n", "utf-8")
    listed = stuntcard("list")
    assert "mine         mine         USB-ključek" in listed.stdout
    assert listed.stderr == "broken: can't be used; `stuntcard profile check broken` says why\n"
    (tmp_path / "tokenme.yaml").write_text((PROFILES / "tokenme.yaml").read_text("utf-8"), "utf-8")
    hidden = stuntcard("profile", "check", tmp_path / "tokenme.yaml").stdout
    assert hidden.endswith(f"tokenme alone means {PROFILES / 'tokenme.yaml'}; this one is found by its path only\n")
