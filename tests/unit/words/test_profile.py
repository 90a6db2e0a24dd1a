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


def row(profile: str, name: str, first: str) -> tuple[str, ...]:
    (found,) = [row for row in section(load_profile(profile), name).rows if row[0] == first]
    return found


def test_a_code_with_where_each_value_comes_from() -> None:
    assert row("proid-q", "codes", "QPIN") == (
        "QPIN",
        "5 to 15 [PQ-09]",
        "printable ASCII [assumed]",
        "3 [PQ-11, PQ-12, assumed]",
        "for one use [PQ-03]",
        "12345678, must be changed [PQ-02, PQ-05]",
    )


def test_who_gives_a_code_a_new_value_in_each_of_its_states() -> None:
    assert row("eobcanka", "values", "PUK") == (
        "PUK",
        "yes [EO-18]",
        "IOK, once only [EO-15, EO-16, EO-17]",
        "nothing",
        "nothing",
    )
    assert row("eobcanka", "values", "DOK")[2:] == (
        "the office [EO-09, assumed]",
        "the office [EO-09, assumed]",
        "the office [EO-13]",
    )
    assert row("eobcanka", "values", "IOK")[4] == "DOK [EO-10]; the office, together with DOK [EO-09, EO-13, assumed]"
    assert row("zzzs-pk", "values", "PIN of KPEP")[2:] == (
        "TPIN, once only [PK-05, PK-06, PK-07]",
        "nothing",
        "nothing",
    )
    assert row("proid-q", "values", "PUK")[2:] == ("the factory [PQ-02, PQ-05]", "nothing", "nothing")


def test_what_programs_call_a_code() -> None:
    assert row("eobcanka", "names", "IOK") == ("IOK", "`iok`", "IOK", "04; `eop`: 11")
    assert row("eobcanka", "names", "BOK") == ("BOK", "`bok`", "none: not on the chip", "none")
    assert row("zzzs-pk", "names", "TPIN") == ("TPIN", "`tpin`", "HPC-Qualified TPIN", "04")


def test_areas_tell_their_bounds() -> None:
    assert row("proid-q", "areas", "CC area")[2:] == ("2 [PQ-13, PQ-14]", "PIN and QPIN", "QPIN [PQ-03, PQ-18]")
    assert row("proid-q", "areas", "general area")[2] == "no limit"
    assert row("tokenme", "areas", "token's store")[2] == "as many as the memory holds"
    assert row("zzzs-pk", "areas", "PEP")[2:4] == ("those from the factory", "not possible")


def test_what_makes_a_key_that_takes_two_codes() -> None:
    lines = {
        card: [line for line in section(load_profile(card), "areas").lines if "keypairgen" in line]
        for card in shipped_names()
    }
    assert {card: [line.partition(":")[0] for line in found] for card, found in lines.items() if found} == {
        "eobcanka": ["qualified signatures"],
        "proid-q": ["CC area"],
    }
    assert "takes PIN and QPIN" in lines["proid-q"][0]
    assert "--auth-id 03" in lines["proid-q"][0]


def test_how_parts_end() -> None:
    assert (
        "When PIN, PUK and QPIN are blocked at the same time, the whole card is lost for good. [PQ-06]"
        in section(load_profile("proid-q"), "ends").lines
    )
    lines = section(load_profile("eobcanka"), "ends").lines
    assert "When DOK becomes blocked, IOK becomes blocked with it. [EO-12]" in lines
    assert "By `helpline block-identification` the part identification is lost for good. [EO-27, assumed]" in lines


def test_whatever_is_assumed_is_told_with_its_reason() -> None:
    """Once for each place in the YAML that says `assumed`."""
    profile = load_profile("zzzs-pk")
    paths = [path for row in section(profile, "assumed").rows for path in row[0].split(", `")]
    assert len(paths) == profile.model_dump_json().count('"assumed":"')
    assert ("`codes.kpep-pin.tries`", "The documents do not give it.") in section(profile, "assumed").rows


def test_facts_tell_where_they_are_used() -> None:
    assert row("proid-q", "facts", "PQ-06") == ("PQ-06", "`ends`, `claims`")


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
