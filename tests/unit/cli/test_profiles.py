"""`stuntcard list`, `show` and `profile`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from stuntcard.profile.load import profile_names

from tests.unit.cli.command_line import ROOT, done, json_of, refused

PROFILES = ROOT / "profiles"


def test_list_names_every_shipped_profile() -> None:
    lines = done("list").splitlines()
    assert [line.split()[0] for line in lines] == list(profile_names())


def test_list_for_scripts() -> None:
    listed = json_of("list")
    assert [entry["id"] for entry in listed] == list(profile_names())
    proid_q = next(entry for entry in listed if entry["id"] == "proid-q")
    assert proid_q["name"] == "ProID+Q"
    assert set(proid_q["about"]) == {"en", "cs", "sl"}


def test_show_tells_rules_and_where_they_come_from() -> None:
    shown = done("show", "proid-q")
    assert "ProID+Q (proid-q)" in shown
    assert "ATR 3B7E9400008025A00000002856801012000114" in shown
    assert "PQ-06" in shown
    assert "assumed" in shown


def test_show_for_scripts_is_the_profile() -> None:
    shown = json_of("show", "proid-q")
    assert shown["id"] == "proid-q"
    assert shown["codes"]["pin"]["length"]["max"] == 15
    assert shown["codes"]["pin"]["reset_by"][0]["from"] == ["set", "blocked"]


def test_show_the_issuer_of_attestation_certificates() -> None:
    issuers = ROOT / "tools/cardtools/ca/pki/attestation_issuers.pem"
    assert done("show", "proid-q", "--attestation-issuer") == issuers.read_text(encoding="ascii")


def test_show_of_a_file_of_ones_own(tmp_path: Path) -> None:
    mine = tmp_path / "mine.yaml"
    mine.write_text((PROFILES / "proid-q.yaml").read_text(encoding="utf-8").replace("ProID+Q", "Mine"), "utf-8")
    assert "Mine (proid-q)" in done("show", mine)


# Bad input


@pytest.mark.parametrize("command", [["show"], ["run"], ["exec"]], ids=" ".join)
def test_an_unknown_profile_is_answered_with_those_there_are(command: list[str]) -> None:
    complaint = refused(*command, "proidq", *(["--", "true"] if command == ["exec"] else []))
    assert complaint.startswith("there is no profile 'proidq'; there are: ")
    assert "proid-q" in complaint


def test_a_file_that_is_not_there() -> None:
    for command in (["show"], ["profile", "check"]):
        assert "nowhere.yaml" in refused(*command, "nowhere.yaml")


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


def test_a_folder_is_no_profile(tmp_path: Path) -> None:
    assert f"{tmp_path}: can't be read" in refused("profile", "check", tmp_path)


def test_a_good_profile() -> None:
    path = PROFILES / "proid-q.yaml"
    assert done("profile", "check", path) == f"{path}: good; a profile of ProID+Q\n"


def test_the_schema_is_json_schema() -> None:
    schema = json.loads(done("profile", "schema"))
    assert schema["properties"]["schema"]["const"] == 1
    assert schema["additionalProperties"] is False
