from __future__ import annotations

import pytest
from pydantic import ValidationError
from stuntcard.profile.load import load_profile
from stuntcard.profile.model import (
    Characters,
    DeadCard,
    Length,
    Profile,
    ResetRule,
    Sourced,
    Tries,
)


@pytest.fixture(scope="module")
def proid_q() -> Profile:
    return load_profile("proid-q")


# What a code may be


@pytest.mark.parametrize(
    ("characters", "allowed"),
    [(Characters.PRINTABLE, set(range(0x20, 0x7F))), (Characters.DIGITS, set(range(0x30, 0x3A)))],
)
def test_characters_are_those_and_no_others(characters: Characters, allowed: set[int]) -> None:
    assert {byte for byte in range(256) if characters.allow(bytes([byte]))} == allowed


@pytest.mark.parametrize("characters", list(Characters))
def test_one_wrong_character_spoils_a_value(characters: Characters) -> None:
    assert characters.allow(b"123456")
    assert not characters.allow(b"123\x00456")


# Where a value comes from


def test_a_source_is_one_fact_or_several() -> None:
    assert Sourced.model_validate({"source": "PQ-06"}).source == ("PQ-06",)
    assert Sourced.model_validate({"source": ["PQ-06", "PQ-12"]}).source == ("PQ-06", "PQ-12")
    assert Sourced.model_validate({}).source == ()


def test_every_number_of_proid_q_says_where_it_comes_from(proid_q: Profile) -> None:
    blocks: list[Sourced] = [proid_q.files, proid_q.dead, proid_q.token, *proid_q.ends]
    for code in proid_q.codes.values():
        blocks += [code.length, code.characters, code.tries, code.holds, code.change, *code.reset_by]
        assert code.factory is not None
        blocks.append(code.factory)
    for area in proid_q.areas.values():
        blocks.append(area)
        if area.places is not None:
            blocks.append(area.places)
    assert [block for block in blocks if not block.source and not block.assumed] == []


# Values


def test_a_profile_can_not_be_changed(proid_q: Profile) -> None:
    with pytest.raises(ValidationError, match="frozen"):
        setattr(proid_q, "name", "other")  # noqa: B010 - a type checker refuses it too


@pytest.mark.parametrize("answer", ["mute", "6F00", "6A82"])
def test_a_dead_card_is_mute_or_answers_an_error(answer: str) -> None:
    assert DeadCard(answer=answer).answer == answer


@pytest.mark.parametrize("answer", ["9000", "6f00", "6F0", "6F0000", "", "silent"])
def test_any_other_answer_of_a_dead_card_is_refused(answer: str) -> None:
    with pytest.raises(ValidationError):
        DeadCard(answer=answer)


@pytest.mark.parametrize(("model", "content"), [(Length, {"min": 0, "max": 4}), (Length, {"min": 4, "max": 17})])
def test_lengths_stay_within_what_a_card_stores(model: type[Length], content: dict[str, int]) -> None:
    with pytest.raises(ValidationError):
        model.model_validate(content)


@pytest.mark.parametrize("limit", [0, 16, "3", 3.0, True])
def test_tries_are_a_whole_number_that_63cx_can_tell(limit: object) -> None:
    with pytest.raises(ValidationError):
        Tries.model_validate({"limit": limit, "max": 15})


@pytest.mark.parametrize("statuses", [[], ["lost"], "set", [["set"]], [{}]])
def test_a_reset_from_anything_else_is_refused(statuses: object) -> None:
    with pytest.raises(ValidationError):
        ResetRule.model_validate({"code": "puk", "from": statuses})


# The schema for editors


def test_the_schema_refuses_unknown_keys_and_uses_the_names_of_the_yaml() -> None:
    schema = Profile.model_json_schema(by_alias=True)
    assert schema["additionalProperties"] is False
    assert schema["properties"]["schema"]["const"] == 1
    assert {"id", "name", "atr", "codes", "areas", "dead"} <= set(schema["required"])
    assert "from" in schema["$defs"]["ResetRule"]["properties"]
    assert "for" in schema["$defs"]["Holding"]["properties"]
