"""`stuntcard list`, `show` and `profile`."""

from __future__ import annotations

from pathlib import Path

from tests.unit.cli.command_line import ROOT, refused

PROFILES = ROOT / "profiles"


def test_a_profile_with_mistakes_gets_all_of_them_with_their_places(tmp_path: Path) -> None:
    bad = tmp_path / "bad.yaml"
    text = (PROFILES / "proid-q.yaml").read_text(encoding="utf-8")
    bad.write_text(text.replace("min: 4,", "min: four,").replace("dead:\n", "colour: blue\ndead:\n"), "utf-8")
    min_line = text[: text.index("min: 4,")].count("\n") + 1
    dead_line = text[: text.index("dead:\n")].count("\n") + 1
    [first, second] = refused("profile", "check", bad).splitlines()
    assert first.startswith(f"{bad}:{min_line}:")
    assert first.endswith("codes.pin.length.min: 'four': expected a valid integer")
    assert second.startswith(
        f"{bad}:{dead_line}:1: colour: is not a key that a profile has here; expected one of: schema"
    )
    assert refused("show", bad).splitlines()[-1] == f"{bad} can't be used; correct it and try again."
