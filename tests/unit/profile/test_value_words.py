"""What is wrong with values is told in the words of who writes the file, whatever the file is of."""

from __future__ import annotations

from typing import Annotated, Literal

import pytest
import yaml
from pydantic import Field
from stuntcard.profile.blocks import Block, HexBytes, ObjectId, Sourced
from stuntcard.profile.document import Document, DocumentError
from stuntcard.profile.load import ProfileError, parse_profile, profile_path, read_profile_text
from stuntcard.profile.value_words import HIDDEN

Names = Annotated[tuple[str, ...], Field(min_length=1)]


class Inner(Block):
    most: Annotated[int, Field(ge=1, le=9)] = 1
    share: Annotated[float, Field(gt=0, lt=1)] = 0.5


class Thing(Sourced):
    """Something of each kind."""

    label: Annotated[str, Field(min_length=1, max_length=4)] = "a"
    names: Names = ("a",)
    either: int | Literal["any", "none"] | Inner = 1
    inner: Inner = Inner()
    yes: bool = True
    answer: HexBytes = "90"
    id: ObjectId = "01"
    code: Annotated[Annotated[str, Field(min_length=4)] | None, HIDDEN] = None


def told(text: str) -> list[str]:
    """What is said of a text, without the file's name."""
    with pytest.raises(DocumentError) as caught:
        Document("thing", "f", DocumentError).read(text.encode(), Thing, lambda _: ())
    return [line.removeprefix("f:") for line in str(caught.value).splitlines()]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("label: 5", "1:1: label: 5 is read as a number; put it in quotes"),
        ("label: yes", "1:1: label: true is read as yes or no; put it in quotes"),
        ("label: 2026-01-31", "1:1: label: 2026-01-31 is read as a date; put it in quotes"),
        ("label:", "1:1: label: nothing stands here: expected a text"),
        ("label: [a]", "1:1: label: this: expected a text"),
        ("label: ''", "1:1: label: '': expected a text that is not empty"),
        ("label: abcde", "1:1: label: 'abcde': expected a text of 4 characters at most"),
        ("names: a", "1:1: names: 'a': expected a list"),
        ("either: all", "1:1: either: 'all': expected a whole number or 'any' or 'none' or keys with values"),
        ("either: {most: 0}", "1:10: either.most: 0: expected 1 at least"),
        (
            "either: {mots: 1}",
            "1:10: either.mots: is not a key that a thing has here; did you mean most? It has: most, share",
        ),
        ("either: {x: 1}", "1:10: either.x: is not a key that a thing has here; expected one of: most, share"),
        ("inner: 5", "1:1: inner: expected keys with values: most, share"),
        ("inner: {most: 1.5}", "1:9: inner.most: 1.5: expected a whole number"),
        ("inner: {share: 1.0}", "1:9: inner.share: 1.0: expected less than 1"),
        ("yes: 1", "1:1: yes: 1: expected true or false"),
        ("answer: 9e", "1:1: answer: '9e': expected bytes in hexadecimal with capital letters, such as 3B7E"),
        ("id: '1'", "1:1: id: '1': expected two hexadecimal digits in quotes, such as \"45\""),
        (
            "source: pq1",
            "1:1: source: 'pq1': expected the number of a fact, such as PQ-01; where no document gives the value, "
            "say why with `assumed`",
        ),
        (
            "source: {a: 1}",
            "1:1: source: this: expected the number of a fact, such as PQ-01, or a list of such numbers",
        ),
        ("code: 1234", "1:1: code: this is read as a number; put it in quotes"),
        ("code: '123'", "1:1: code: expected a text of 4 characters at least"),
        ("code: [1234]", "1:1: code: expected a text"),
        (
            "code: 1234567890123456789012",
            "1:7: a number too large for a thing; a text, such as a code, has to stand in quotes",
        ),
        (
            "code: !!int x123",
            "1:7: what stands here can't be read as tag:yaml.org,2002:int; a thing has plain values only",
        ),
        ("assumed: [a]", "1:1: assumed: this: expected a text"),
    ],
)
def test_a_mistake_in_the_writers_words(text: str, said: str) -> None:
    assert told(text) == [said]


def of_another_kind(content: object) -> object:
    if isinstance(content, dict):
        return {key: of_another_kind(value) for key, value in content.items()}
    return [of_another_kind(value) for value in content] if isinstance(content, list) else [[]]


def test_no_part_of_a_shipped_profile_is_told_of_in_pydantics_words() -> None:
    """Each value is made one of another kind."""
    wrong = yaml.safe_dump(of_another_kind(yaml.safe_load(read_profile_text(profile_path("zzzs-pk")))))
    with pytest.raises(ProfileError) as caught:
        parse_profile(wrong.encode(), "f")
    said = str(caught.value).splitlines()
    assert len(said) > 50
    assert [line for line in said if "should" in line or "a valid" in line] == []


def test_a_text_that_needs_quotes_is_told_so() -> None:
    assert told("label: a\nnames: [{a} b]") == [
        "2:13: not YAML: did not find expected ',' or ']'; a text with { } [ ] : or # in it has to stand in quotes"
    ]


def test_of_a_long_value_the_beginning_is_told() -> None:
    assert told(f"label: {'a' * 200_000}") == [
        f"1:1: label: '{'a' * 80}' and so on: expected a text of 4 characters at most"
    ]


@pytest.mark.parametrize("key", ["[1, 2]", '"\\e[31mred"', "a" * 201], ids=["a list", "for a terminal", "long"])
def test_what_can_be_no_key_is_not_repeated(key: str) -> None:
    assert told(f"? {key}\n: 1") == ["1:3: a key is one line of text, of 200 characters at most"]


@pytest.mark.parametrize("text", ["mobil 7391", "7391", "[7391]"])
def test_of_a_file_that_is_of_quite_another_kind_nothing_is_repeated(text: str) -> None:
    assert told(text) == ["1:1: the thing: expected keys with values"]
