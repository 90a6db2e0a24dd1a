from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stuntcard.profile.document import MAX_BYTES, MAX_DEPTH, Mistake
from stuntcard.profile.load import (
    ProfileError,
    load_profile,
    parse_profile,
    read_profile,
    shipped_names,
)
from stuntcard.profile.model import Profile

SOURCE = Path(__file__).parents[3] / "profiles" / "proid-q.yaml"
TEXT = SOURCE.read_text(encoding="utf-8")


def mistakes(text: str | bytes) -> tuple[Mistake, ...]:
    raw = text.encode() if isinstance(text, str) else text
    with pytest.raises(ProfileError) as caught:
        parse_profile(raw, "my.yaml")
    return caught.value.mistakes


def parsed(text: str) -> Profile | ProfileError:
    try:
        return parse_profile(text.encode(), "my.yaml")
    except ProfileError as error:
        return error


def replaced(old: str, new: str, text: str = TEXT) -> str:
    assert text.count(old) == 1, f"{old!r} should stand in the profile once"
    return text.replace(old, new)


def line_of(text: str, what: str) -> int:
    """The line, from 1, where this stands first."""
    return text[: text.index(what)].count("\n") + 1


# Finding


def test_shipped_profiles_are_found_by_their_id() -> None:
    assert "proid-q" in shipped_names()
    assert load_profile("proid-q") == read_profile(SOURCE)


@pytest.mark.parametrize("name", shipped_names())
def test_every_shipped_profile_is_good_and_named_as_its_file(name: str) -> None:
    assert load_profile(name).id == name


# Each mistake with its place


@pytest.mark.parametrize(
    ("old", "new", "told_at", "message"),
    [
        (
            "length: {min: 4,",
            "length: {minimum: 4, min: 4,",
            "minimum: 4",
            "codes.pin.length.minimum: is not a key that a profile has here; "
            "did you mean min? It has: source, assumed, min, max",
        ),
        ("    length: {min: 4, max: 15, source: PQ-07}\n", "", "pin:\n", "codes.pin.length: is missing"),
        (
            "    guard: qpin\n",
            "    guard: qpim\n",
            "guard: qpim",
            "areas.cc.guard: there is no code 'qpim'; expected one of: pin, puk, qpin",
        ),
    ],
)
def test_a_mistake_is_told_with_its_place(old: str, new: str, told_at: str, message: str) -> None:
    """A key that is missing is told at the block that misses it."""
    text = replaced(old, new)
    line = line_of(text, told_at)
    assert mistakes(text) == (Mistake(line, text.splitlines()[line - 1].index(told_at.strip()) + 1, message),)


def test_a_wrong_atr() -> None:
    text = replaced("12000114", "12000115\n")
    [mistake] = mistakes(text.replace("3B7E94", "3B7F94"))
    assert "not an ATR" in mistake.message
    assert mistake.line == line_of(text, "3B7E94")


def test_all_mistakes_come_in_one_go_in_the_order_of_the_lines() -> None:
    text = replaced("min: 4,", "min: four,")
    text = replaced("places: {count: 2,", "places: {count: two,", text)
    text = replaced("name: ProID+Q\n\n", "title: ProID+Q\n\n", text)
    found = mistakes(text)
    assert [mistake.message.split(":")[0] for mistake in found] == [
        "name",
        "title",
        "codes.pin.length.min",
        "areas.cc.places.count",
    ]
    assert [mistake.line for mistake in found] == sorted(mistake.line for mistake in found)


def test_the_error_as_text_has_file_line_and_column() -> None:
    with pytest.raises(ProfileError) as caught:
        parse_profile(replaced("dead:\n", "colour: blue\ndead:\n").encode(), "my.yaml")
    told = "colour: is not a key that a profile has here; expected one of: schema, id, name, "
    assert str(caught.value).startswith(f"my.yaml:{line_of(TEXT, 'dead:')}:1: {told}")


# What is no profile at all


@pytest.mark.parametrize("number", ["1" + ":59" * 3000, "0x" + "F" * 5000, str(2**64)])
def test_a_number_too_large_for_any_profile_is_told_with_its_place(number: str) -> None:
    (mistake,) = mistakes(replaced("schema: 1", f"schema: {number}"))
    assert (mistake.line, mistake.message) == (
        line_of(TEXT, "schema: 1"),
        "a number too large for a profile; a text, such as a code, has to stand in quotes",
    )


def test_a_pipe_that_nobody_writes_to_is_not_waited_for(tmp_path: Path) -> None:
    pipe = tmp_path / "card.yaml"
    os.mkfifo(pipe)
    with pytest.raises(ProfileError, match="is missing"):
        load_profile(str(pipe))


def test_a_key_that_stands_twice() -> None:
    text = TEXT + "dead:\n  answer: mute\n"
    assert mistakes(text) == (Mistake(text.count("\n") - 1, 1, "dead stands here twice"),)


def test_an_alias() -> None:
    [mistake] = mistakes("a: &x 1\nb: *x\n")
    assert mistake == Mistake(2, 4, "aliases (*name) are not taken in a profile; write the value out")


def test_a_bomb_of_aliases_is_refused_before_it_goes_off() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 40)]
    assert "aliases" in mistakes("\n".join(lines))[0].message


@pytest.mark.parametrize("opening", ["[", "{a: "])
def test_nesting_without_end(opening: str) -> None:
    [mistake] = mistakes(opening * 50_000)
    assert mistake.message == f"nested more than {MAX_DEPTH} deep"


def test_a_file_far_too_large() -> None:
    [mistake] = mistakes(b"#" * (MAX_BYTES + 1))
    assert mistake.message == f"the file has more than {MAX_BYTES} bytes; a profile is far smaller"


def test_bytes_that_are_not_text() -> None:
    assert mistakes(b"id: \xff\xfe") == (Mistake(1, 1, "the file is not UTF-8 text"),)


def test_text_that_is_not_yaml_is_told_with_its_place() -> None:
    [mistake] = mistakes("schema: 1\nid: [unclosed\nname: x\n")
    assert mistake.message.startswith("not YAML: ")
    assert mistake.line >= 2


def test_a_control_character() -> None:
    [mistake] = mistakes("id: a\x01b")
    assert mistake.message.startswith("not YAML: ")


@pytest.mark.parametrize(
    "tagged", ["!!python/name:os.system x", "!secret 1", "!!timestamp soon", "!!bool maybe", "!!int ''", "!!float x"]
)
def test_a_tag_runs_nothing_and_is_told_with_its_place(tagged: str) -> None:
    [mistake] = mistakes(f"schema: 1\nid: {tagged}\n")
    assert (mistake.line, mistake.column) == (2, 5)
    assert mistake.message.endswith("a profile has plain values only")


@pytest.mark.parametrize("text", ["", "# nothing\n", "[]", "just text", "7", "null"])
def test_a_file_that_is_no_mapping(text: str) -> None:
    assert mistakes(text)


# Whatever comes


@settings(max_examples=150, deadline=None)
@given(st.one_of(st.text(max_size=200).map(str.encode), st.binary(max_size=200)))
def test_whatever_comes_is_a_profile_or_a_clear_error(raw: bytes) -> None:
    with pytest.raises(ProfileError):
        parse_profile(raw, "my.yaml")


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_damaged_profile_is_a_profile_or_a_clear_error(data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(TEXT) - 1))
    length = data.draw(st.integers(0, 60))
    put_in = data.draw(st.sampled_from(["", "\n", "'", "[", "{", ": ", "*", "&a", "1", "null", "- ", "\t", "!!x "]))
    damaged = TEXT[:start] + put_in + TEXT[start + length :]
    lines = damaged.count("\n") + 1
    found = parsed(damaged)
    assert isinstance(found, Profile) or found.mistakes
    if isinstance(found, ProfileError):
        assert all(1 <= m.line <= lines + 1 and m.column >= 1 and m.message for m in found.mistakes)
