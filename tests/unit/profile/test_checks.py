from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import ValidationError
from stuntcard.profile.checks import cross_check
from stuntcard.profile.document import Finding
from stuntcard.profile.model import Profile

PROFILES = Path(__file__).parents[3] / "profiles"


def steps(path: str) -> tuple[str | int, ...]:
    return tuple(int(step) if step.isdigit() else step for step in path.split("."))


def findings(changes: dict[str, Any], profile: str = "proid-q") -> list[Finding]:
    """What is wrong with a shipped profile once what stands at these places is something else."""
    content = yaml.safe_load((PROFILES / f"{profile}.yaml").read_text(encoding="utf-8"))
    for path, value in changes.items():
        *way, last = steps(path)
        place = content
        for step in way:
            place = place[step]
        if isinstance(place, list) and last == len(place):
            place.append(value)
        else:
            place[last] = value
    return list(cross_check(Profile.model_validate(content)))


FACTORY = "does not fit the code's own rule; expected 4 to 15 printable characters"
NO_CODE = "there is no code 'pim'; expected one of: pin, puk, qpin"
WRONG = [
    (
        {"codes.pin.length": {"min": 9, "max": 8}, "codes.pin.factory": None},
        "codes.pin.length.min",
        "min 9 is more than max 8",
    ),
    ({"codes.qpin.tries.limit": 4}, "codes.qpin.tries.limit", "limit 4 is more than max 3"),
    ({"codes.pin.factory.value": "123"}, "codes.pin.factory.value", FACTORY),
    ({"codes.pin.factory.value": "1234567890123456"}, "codes.pin.factory.value", FACTORY),
    ({"codes.pin.factory.value": "12345678\u00e9"}, "codes.pin.factory.value", FACTORY),
    (
        {"codes.pin.reset_by.0.code": "pin"},
        "codes.pin.reset_by",
        "a code can't be reset by itself; that is what `change` is for",
    ),
    ({"codes.qpin.reference": 1}, "codes.qpin.reference", "reference 1 is taken by 'pin' already"),
    ({"codes.pin.reset_by.0.code": "pim"}, "codes.pin.reset_by.0.code", NO_CODE),
    ({"codes.pin.blocks": {"codes": ["pim"]}}, "codes.pin.blocks.codes.0", NO_CODE),
    ({"areas.cc.guard": "pim"}, "areas.cc.guard", NO_CODE),
    ({"areas.cc.create_with": ["pin", "pim"]}, "areas.cc.create_with.1", NO_CODE),
    ({"files.guard": "pim"}, "files.guard", NO_CODE),
    ({"parts": {"chip": {"name": "chip", "codes": ["pim"]}}}, "parts.chip.codes.0", NO_CODE),
    ({"ends.0.when_blocked": ["pin", "puk", "pim"]}, "ends.0.when_blocked.2", NO_CODE),
    (
        {"parts": {"chip": {"name": "chip", "areas": ["cc", "dd"]}}},
        "parts.chip.areas.1",
        "there is no area 'dd'; expected one of: cc, general",
    ),
    ({"ends.0.part": "chip"}, "ends.0.part", "there is no part 'chip'; expected one of: card"),
]


def test_the_profiles_as_shipped_have_no_problem() -> None:
    assert findings({}) == findings({}, "blank") == []


@pytest.mark.parametrize(("changes", "path", "message"), WRONG, ids=lambda part: part if isinstance(part, str) else "")
def test_what_is_wrong_is_told_with_its_place(changes: dict[str, Any], path: str, message: str) -> None:
    assert findings(changes) == [Finding(steps(path), message)]


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"parts": {"card": {"name": "all of it"}}}, "parts.card"),  # the card needs no entry among its parts
        ({"codes.pin.reset_by.1": {"code": "qpin", "from": ["blocked"]}}, "codes.pin.reset_by.1"),  # a second setter
        ({"applets.2": "manage"}, "applets"),  # twice
        ({"eop": {"plain_code_changes": True}}, "eop"),  # for an applet that is not there
        ({"emptied_with": "pin"}, "emptied_with"),  # of a card that is never open
    ],
)
def test_the_place_of_what_is_wrong(changes: dict[str, Any], path: str) -> None:
    assert [finding.path for finding in findings(changes)] == [steps(path)]


def test_all_problems_come_at_once() -> None:
    found = findings({"codes.pin.length.min": 15, "files.guard": "pim", "ends.0.part": "chip"})
    assert {finding.path[0] for finding in found} == {"codes", "files", "ends"}


def test_a_guard_whose_reference_no_key_file_can_name() -> None:
    [found] = findings({"codes.qpin.reference": 15})
    assert found.path == ("areas", "cc", "guard")
    assert found.message == "'qpin' has the reference 15; a guard's is 14 at the most"
    assert findings({"codes.qpin.reference": 14}) == []


def test_a_guard_that_is_not_on_the_chip() -> None:
    found = findings({"codes.qpin.reference": None})
    assert {finding.path for finding in found} == {("areas", "cc", "guard"), ("areas", "cc", "create_with", 1)}
    assert "not on the chip" in found[0].message


@pytest.mark.parametrize("name", ["two\nlines", "nul\0", "\N{GRINNING FACE}" * 17])
def test_a_name_that_no_reader_could_have(name: str) -> None:
    with pytest.raises(ValidationError, match="name"):
        findings({"name": name})


# Cards that are open at first


@pytest.mark.parametrize(
    ("changes", "paths"),
    [
        ({"codes.pin.factory": {"value": "1234"}}, ["codes.pin.factory"]),
        ({"open_while": "dawn", "emptied_with": "key"}, ["emptied_with", "open_while", "open_while"]),
    ],
)
def test_what_an_open_card_can_not_have(changes: dict[str, Any], paths: list[str]) -> None:
    assert [finding.path for finding in findings(changes, "blank")] == [steps(path) for path in paths]


def test_an_open_card_that_nobody_can_activate() -> None:
    blank = yaml.safe_load((PROFILES / "blank.yaml").read_text(encoding="utf-8"))
    acts = {name: act for name, act in blank["actors"]["maker"]["acts"].items() if name != "activate"}
    found = findings({"actors.maker.acts": acts}, "blank")
    assert found == [Finding(("open_while",), "nobody ends it; give an act that `loses: open-phase`")]


def test_codes_too_long_for_the_only_command_set_that_takes_them() -> None:
    message = "the myeid applet takes at most 8 characters, and no other is there"
    too_long = {"codes.pin.length.max": 9}
    assert findings(too_long, "blank") == [Finding(("codes", "pin", "length", "max"), message)]
    assert findings(too_long | {"applets.2": "isoapplet"}, "blank") == []


# A card with the ias applet


IAS = ("applets", 1)
ONE_CODE = "the ias applet knows one code; give an area's guard, and no other, `ias_reference: 17`"
ONE_KEY = "the ias applet shows one key, of RSA with 2048 bits; give its area one from the factory"
TOO_LONG = "the ias applet takes at most 12 characters"


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"ias": None}, [Finding(("ias",), "the block `ias` and the applet of that name belong together")]),
        ({"codes.pep-pin.ias_reference": 16}, [Finding(IAS, ONE_CODE)]),
        ({"codes.kpep-pin.ias_reference": 18}, [Finding(IAS, ONE_CODE)]),
        ({"codes.pep-pin.ias_reference": None}, [Finding(IAS, ONE_CODE), Finding(IAS, ONE_KEY)]),
        ({"personalisation.keys.0.algorithm": "ec-p256"}, [Finding(IAS, ONE_KEY)]),
        ({"codes.pep-puk.length.max": 13}, [Finding(("codes", "pep-puk", "length", "max"), TOO_LONG)]),
        (
            {"codes.tpin.ias_reference": 17},
            [Finding(("codes", "tpin", "ias_reference"), "ias_reference 17 is taken by 'pep-pin' already"),
             Finding(IAS, ONE_CODE)],
        ),
    ],
)  # fmt: skip
def test_what_the_ias_applet_can_not_show(changes: dict[str, Any], found: list[Finding]) -> None:
    assert findings(changes, "zzzs-pk") == found


# A card with an applet that shows one area

TOGETHER = "`shown_area` and an applet that knows one code (gids or piv) belong together"
BESIDE = "clients take a card for the first applet that they know; leave out: isoapplet"
OF_ONE_AREA = {"applets": ["gids", "manage"], "shown_area": "cc"}


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        (OF_ONE_AREA, []),
        ({"applets": ["gids"]}, [Finding(("shown_area",), TOGETHER)]),
        ({"shown_area": "cc"}, [Finding(("shown_area",), TOGETHER)]),
        (
            {**OF_ONE_AREA, "shown_area": "attic"},
            [Finding(("shown_area",), "there is no area 'attic'; expected one of: cc, general")],
        ),
        ({**OF_ONE_AREA, "applets": ["isoapplet", "gids"]}, [Finding(("applets", 1), BESIDE)]),
    ],
)
def test_what_an_applet_of_one_area_can_not_show(changes: dict[str, Any], found: list[Finding]) -> None:
    assert findings(changes) == found
