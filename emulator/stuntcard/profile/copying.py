"""A profile of one's own, made from the text of another: comments and sources stay, its id and names are new."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256

import yaml

from stuntcard.profile.blocks import Language

_OWN_BYTES = 3
_LANGUAGES = frozenset(language.value for language in Language)


@dataclass(frozen=True, slots=True)
class NewProfile:
    """What is new in the copy. With a language, its texts stand in that one alone."""

    id: str
    name: str
    language: Language | None = None


@dataclass(frozen=True, slots=True)
class _Edit:
    start: int
    end: int
    text: str


def copied(text: str, new: NewProfile) -> str:
    """The YAML text of a profile as that of a new one. The text is that of a good profile."""
    top = yaml.compose(text, Loader=yaml.SafeLoader)
    assert top is not None, "a good profile is not empty"
    old_id, token = _child(top, "id"), _child(top, "token")
    edits = [
        _scalar(old_id, new.id),
        _scalar(_child(top, "name"), new.name),
        _scalar(_child(token, "label"), new.name),
    ]
    if new.language is not None:
        edits += _in_one_language(text, top, new.language)
    for edit in sorted(edits, key=lambda one: one.start, reverse=True):
        text = text[: edit.start] + edit.text + text[edit.end :]
    head = f"# A card of one's own, made from {old_id.value}; docs/profiles.md has every block.\n"
    serial = str(_child(token, "serial").value)
    return head + _without_head(text).replace(serial, _serial(serial, new.id))


def _child(node: yaml.Node, key: str) -> yaml.Node:
    found: yaml.Node = next(value for name, value in node.value if name.value == key)
    return found


def _scalar(node: yaml.Node, value: str) -> _Edit:
    plain = value.replace("-", "").isalnum() and value[0].isalpha()
    return _Edit(node.start_mark.index, node.end_mark.index, value if plain else json.dumps(value, ensure_ascii=False))


def _in_one_language(text: str, node: yaml.Node, language: Language) -> Iterator[_Edit]:
    """Texts in several languages, each cut down to the one."""
    if isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _in_one_language(text, item, language)
    if not isinstance(node, yaml.MappingNode):
        return
    pairs = {str(key.value): (key, value) for key, value in node.value}
    if language in pairs and pairs.keys() <= _LANGUAGES:
        start, end = node.value[0][0].start_mark.index, node.value[-1][1].end_mark.index
        key, value = pairs[language]
        kept = text[key.start_mark.index : value.end_mark.index].rstrip()
        yield _Edit(start, end, kept + text[len(text[:end].rstrip()) : end])
        return
    for _, value in node.value:
        yield from _in_one_language(text, value, language)


def _without_head(text: str) -> str:
    """Without the comments before the first key, which speak of the other card."""
    lines = text.splitlines(keepends=True)
    first = next(number for number, line in enumerate(lines) if not line.startswith("#"))
    return "".join(lines[first:])


def _serial(serial: str, id_: str) -> str:
    """A serial number of its own, the same every time: clients keep what they know of a card by its number."""
    own = sha256(id_.encode()).hexdigest()[: 2 * _OWN_BYTES].upper()
    return serial[: -len(own)] + own
