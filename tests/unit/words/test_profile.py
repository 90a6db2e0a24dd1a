from __future__ import annotations

import pytest
from stuntcard.messages import Messages
from stuntcard.profile.load import load_profile, shipped_names
from stuntcard.profile.model import Language, Profile
from stuntcard.words.profile import describe, rests_on
from stuntcard.words.sections import Section

from tests.unit.cli.command_line import run

ENGLISH = Messages(Language.ENGLISH)


def section(profile: Profile, name: str) -> Section:
    (found,) = [
        section for section in (*describe(profile, ENGLISH), *rests_on(profile, ENGLISH)) if section.name == name
    ]
    return found


def test_whatever_is_assumed_is_told_with_its_reason() -> None:
    """Once for each place in the YAML that says `assumed`."""
    profile = load_profile("zzzs-pk")
    paths = [path for row in section(profile, "assumed").rows for path in row[0].split(", `")]
    assert len(paths) == profile.model_dump_json().count('"assumed":"')
    assert ("`codes.kpep-pin.tries`", "The documents do not give it.") in section(profile, "assumed").rows


# What `show` prints


@pytest.mark.parametrize("name", shipped_names())
def test_show_prints_every_section(name: str) -> None:
    result = run("show", name)
    assert result.exit_code == 0
    for told in describe(load_profile(name), ENGLISH):
        assert f"\n{told.title.replace('`', '')}\n" in result.stdout


def test_show_prints_actors_factory_keys_and_claims(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    shown = run("show", "eobcanka").stdout
    assert "office unblock-puk is refused. A blocked PUK can never be unblocked" in shown
    assert "checks BOK; the card need not be there [EO-06]" in shown
    assert "TESTOMIL TEST-VYMYŠLENÝ; eop: 0001" in shown
    assert "- When DOK is blocked, IOK is blocked with it. [EO-12]" in shown
