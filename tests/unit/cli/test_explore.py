from __future__ import annotations

import json
from pathlib import Path

from stuntcard.cli.explore import explored
from stuntcard.profile.load import load_profile

from tests.unit.cli.command_line import ROOT, run
from tests.unit.policy.profiles_made_smaller import small_proid_q, with_code

PROFILES = ROOT / "profiles"
DONE, BROKEN, BAD_INPUT = 0, 1, 2


def broken_profile(tmp_path: Path) -> Path:
    """ZZZS-PK on which the PUK of PEP ends nothing."""
    text = (PROFILES / "zzzs-pk.yaml").read_text(encoding="utf-8")
    mended = text.replace("  - {part: pep, when_blocked: [pep-puk], source: PK-04}\n", "")
    assert mended != text
    file = tmp_path / "broken.yaml"
    file.write_text(mended, encoding="utf-8")
    return file


def test_json_tells_the_same(tmp_path: Path) -> None:
    result = run("explore", str(broken_profile(tmp_path)), "--json")
    assert result.exit_code == BROKEN
    (report,) = json.loads(result.stdout)
    assert report["profile"] == "zzzs-pk"
    claims = {claim["says"]: claim for claim in report["claims"]}
    broken = claims["The fifth wrong PUK locks PEP for good."]
    assert broken["held"] is False
    assert broken["path"] == ["the holder gives a wrong PUK of PEP"] * 5
    assert broken["source"] == ["PK-04"]
    assert claims["PUK unblocks PEP's PIN."]["held"] is True


def test_several_cards_are_walked_side_by_side_and_told_of_in_order() -> None:
    profiles = [load_profile("zzzs-pk"), small_proid_q().model_copy(update={"claims": ()})]
    found = explored(profiles, "en")
    assert all(one.held for one in found)
    assert [one.report["profile"] for one in found] == ["zzzs-pk", "proid-q"]


def test_one_broken_card_of_several_is_enough_to_end_with_1() -> None:
    broken = with_code(load_profile("zzzs-pk"), "pep-puk", reset_by=load_profile("zzzs-pk").codes["pep-pin"].reset_by)
    claims = (load_profile("zzzs-pk").claims[0].model_copy(update={"never": load_profile("zzzs-pk").claims[0].always}),)
    broken = broken.model_copy(update={"claims": claims})
    assert [one.held for one in explored([load_profile("zzzs-pk"), broken], "en")] == [True, False]


def test_a_claim_of_what_is_not_there_is_a_mistake_with_its_line(tmp_path: Path) -> None:
    text = (PROFILES / "zzzs-pk.yaml").read_text(encoding="utf-8")
    file = tmp_path / "wrong.yaml"
    wrong = """
  - says: nothing
    when: {code: nip, is: blocked}
  - says: two at once
    always: {code: tpin, part: pep, is: lost}
  - says: no such act
    after: {do: act, who: office, act: unblock}
    never: {part: pip, is: lost}
  - says: not of a code
    possible: [{code: tpin, is: lost}, {can: {do: use_key, area: cc}}]
"""
    file.write_text(text.rstrip("\n") + wrong, encoding="utf-8")
    result = run("explore", str(file))
    assert result.exit_code == BAD_INPUT
    for said in (
        "a claim says something",
        "there is no code 'nip'",
        "a condition speaks of one thing",
        "there is no act 'office unblock'",
        "there is no part 'pip'",
        "'lost' is not said of this",
        "there is no area 'cc'",
    ):
        assert said in result.output
