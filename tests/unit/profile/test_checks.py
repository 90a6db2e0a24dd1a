from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import ValidationError
from stuntcard.profile.checks import cross_check
from stuntcard.profile.document import Finding
from stuntcard.profile.model import Profile

Content = dict[str, Any]

SOURCE = Path(__file__).parents[3] / "profiles" / "proid-q.yaml"


def findings(change: Callable[[Content], object]) -> list[Finding]:
    """What is wrong with ProID+Q's profile once it was changed so."""
    content: Content = yaml.safe_load(SOURCE.read_text(encoding="utf-8"))
    change(content)
    return list(cross_check(Profile.model_validate(content)))


def one_problem(change: Callable[[Content], object]) -> Finding:
    found = findings(change)
    assert len(found) == 1
    return found[0]


def test_the_profile_as_shipped_has_no_problem() -> None:
    assert findings(lambda _: None) == []


def test_a_length_the_wrong_way_round() -> None:
    def swap(content: Content) -> None:
        content["codes"]["pin"]["length"] = {"min": 9, "max": 8}
        content["codes"]["pin"]["factory"] = None

    assert one_problem(swap) == Finding(("codes", "pin", "length", "min"), "min 9 is more than max 8")


def test_more_tries_than_may_be_set() -> None:
    found = one_problem(lambda content: content["codes"]["qpin"]["tries"].update(limit=4))
    assert found == Finding(("codes", "qpin", "tries", "limit"), "limit 4 is more than max 3")


@pytest.mark.parametrize("value", ["123", "1234567890123456", "12345678\u00e9"])
def test_a_factory_value_that_its_own_code_would_refuse(value: str) -> None:
    found = one_problem(lambda content: content["codes"]["pin"]["factory"].update(value=value))
    message = "does not fit the code's own rule; expected 4 to 15 printable characters"
    assert found == Finding(("codes", "pin", "factory", "value"), message)


def test_a_code_that_resets_itself() -> None:
    found = one_problem(lambda content: content["codes"]["pin"]["reset_by"][0].update(code="pin"))
    message = "a code can't be reset by itself; that is what `change` is for"
    assert found == Finding(("codes", "pin", "reset_by"), message)


def test_two_codes_of_one_reference() -> None:
    found = one_problem(lambda content: content["codes"]["qpin"].update(reference=1))
    assert found == Finding(("codes", "qpin", "reference"), "reference 1 is taken by 'pin' already")


NO_CODE = "there is no code 'pim'; expected one of: pin, puk, qpin"


@pytest.mark.parametrize(
    ("change", "path"),
    [
        (
            lambda content: content["codes"]["pin"]["reset_by"][0].update(code="pim"),
            ("codes", "pin", "reset_by", 0, "code"),
        ),
        (
            lambda content: content["codes"]["pin"].update(blocks={"codes": ["pim"]}),
            ("codes", "pin", "blocks", "codes", 0),
        ),
        (lambda content: content["areas"]["cc"].update(guard="pim"), ("areas", "cc", "guard")),
        (
            lambda content: content["areas"]["cc"].update(create_with=["pin", "pim"]),
            ("areas", "cc", "create_with", 1),
        ),
        (lambda content: content["files"].update(guard="pim"), ("files", "guard")),
        (
            lambda content: content.update(parts={"chip": {"name": "chip", "codes": ["pim"]}}),
            ("parts", "chip", "codes", 0),
        ),
        (
            lambda content: content["ends"][0].update(when_blocked=["pin", "puk", "pim"]),
            ("ends", 0, "when_blocked", 2),
        ),
    ],
    ids=["reset_by", "blocks", "guard", "create_with", "files", "parts", "ends"],
)
def test_a_code_that_is_not_there_wherever_it_is_named(
    change: Callable[[Content], object], path: tuple[str | int, ...]
) -> None:
    assert one_problem(change) == Finding(path, NO_CODE)


def test_an_area_that_is_not_there() -> None:
    found = one_problem(lambda content: content.update(parts={"chip": {"name": "chip", "areas": ["cc", "dd"]}}))
    assert found == Finding(("parts", "chip", "areas", 1), "there is no area 'dd'; expected one of: cc, general")


def test_a_part_that_is_not_there() -> None:
    found = one_problem(lambda content: content["ends"][0].update(part="chip"))
    assert found == Finding(("ends", 0, "part"), "there is no part 'chip'; expected one of: card")


def test_the_card_needs_no_entry_among_its_parts() -> None:
    found = one_problem(lambda content: content.update(parts={"card": {"name": "all of it"}}))
    assert found.path == ("parts", "card")


def test_all_problems_come_at_once() -> None:
    def spoil(content: Content) -> None:
        content["codes"]["pin"]["length"]["min"] = 15
        content["files"]["guard"] = "pim"
        content["ends"][0]["part"] = "chip"

    assert {finding.path[0] for finding in findings(spoil)} == {"codes", "files", "ends"}


def test_a_guard_that_is_not_on_the_chip() -> None:
    def take_off(content: Content) -> None:
        content["codes"]["qpin"]["reference"] = None

    found = findings(take_off)
    assert {finding.path for finding in found} == {("areas", "cc", "guard"), ("areas", "cc", "create_with", 1)}
    assert "not on the chip" in found[0].message


def test_two_codes_that_could_set_one() -> None:
    def add(content: Content) -> None:
        content["codes"]["pin"]["reset_by"].append({"code": "qpin", "from": ["blocked"]})

    assert one_problem(add).path == ("codes", "pin", "reset_by", 1)


def test_an_applet_twice() -> None:
    assert one_problem(lambda content: content["applets"].append("manage")).path == ("applets",)


def test_a_block_for_an_applet_that_is_not_there() -> None:
    assert one_problem(lambda content: content.update(eop={"plain_code_changes": True})).path == ("eop",)


@pytest.mark.parametrize("name", ["two\nlines", "nul\0", "\N{GRINNING FACE}" * 17])
def test_a_name_that_no_reader_could_have(name: str) -> None:
    with pytest.raises(ValidationError, match="name"):
        findings(lambda content: content.update(name=name))


# Cards that are open at first


def blank(change: Callable[[Content], object]) -> list[Finding]:
    """What is wrong with the blank card's profile once it was changed so."""
    content: Content = yaml.safe_load((SOURCE.parent / "blank.yaml").read_text(encoding="utf-8"))
    change(content)
    return list(cross_check(Profile.model_validate(content)))


def test_an_open_card_that_nobody_can_activate() -> None:
    (finding,) = blank(lambda content: content["actors"]["maker"]["acts"].pop("activate"))
    assert finding == Finding(("open_while",), "nobody ends it; give an act that `loses: open-phase`")


def test_an_open_card_with_a_code_from_the_factory() -> None:
    (finding,) = blank(lambda content: content["codes"]["pin"].update(factory={"value": "1234"}))
    assert finding.path == ("codes", "pin", "factory")


def test_parts_and_codes_that_are_not_there() -> None:
    findings = blank(lambda content: content.update(open_while="dawn", emptied_with="key"))
    assert [finding.path for finding in findings] == [("emptied_with",), ("open_while",), ("open_while",)]


def test_a_card_that_is_never_open_is_not_emptied() -> None:
    assert one_problem(lambda content: content.update(emptied_with="pin")).path == ("emptied_with",)


def test_codes_too_long_for_the_only_command_set_that_takes_them() -> None:
    (finding,) = blank(lambda content: content["codes"]["pin"]["length"].update(max=9))
    message = "the myeid applet takes at most 8 characters, and no other is there"
    assert finding == Finding(("codes", "pin", "length", "max"), message)
    assert (
        blank(lambda content: (content["codes"]["pin"]["length"].update(max=9), content["applets"].append("isoapplet")))
        == []
    )
