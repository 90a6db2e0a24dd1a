"""Reads a gettext catalogue in its text form (.po), so that nothing has to be compiled before it is shipped.

Of the form (GNU gettext manual, "The Format of PO Files") it takes what our catalogues use: comments, `msgctxt`,
`msgid`, `msgid_plural`, `msgstr`, `msgstr[N]`, and strings that go on over several lines.
"""

from __future__ import annotations

import ast
import gettext
import io
import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

NAME_CONTEXT = "name"
"""The context of a profile's names."""

_KEYWORD = re.compile(r"(?P<name>msgctxt|msgid|msgid_plural|msgstr)(\[(?P<index>\d)\])?")
_CONTEXT_END = "\x04"
_MO_MAGIC = 0x950412DE
_MO_HEADER = struct.Struct("<7I")
_MO_ENTRY = struct.Struct("<2I")


class CatalogueError(ValueError):
    """A catalogue that can't be read."""


@dataclass(slots=True)
class Entry:
    """One message as the catalogue has it: `forms` has one text, or one for each plural form."""

    context: str = ""
    key: str = ""
    plural: str = ""
    forms: dict[int, str] = field(default_factory=dict)


class Catalogue:
    """The messages of one language, by key."""

    def __init__(self, entries: tuple[Entry, ...]) -> None:
        self.entries = entries
        self._keys = {entry.key for entry in entries if not entry.context}
        self._plurals = {entry.key for entry in entries if entry.plural}
        self._translations = gettext.GNUTranslations(io.BytesIO(_as_mo(entries)))

    def text(self, key: str) -> str:
        """The message's text. Raises KeyError."""
        if key not in self._keys:
            raise KeyError(key)
        return self._translations.gettext(key)

    def counted(self, key: str, number: int) -> str:
        """The message's text in the form for that number. Raises KeyError."""
        if key not in self._plurals:
            raise KeyError(key)
        return self._translations.ngettext(key, key, number)

    def name(self, name: str) -> str:
        """A profile's name, translated where the catalogue has it."""
        return self._translations.pgettext(NAME_CONTEXT, name)


@cache
def read_catalogue(language: str) -> Catalogue:
    """The catalogue of a language. Raises CatalogueError."""
    file = f"{language}.po"
    return Catalogue(parse_po((files("emulator.messages") / file).read_text(encoding="utf-8"), file))


def parse_po(text: str, file: str) -> tuple[Entry, ...]:
    """The entries of a catalogue, its header (with an empty key) among them. Raises CatalogueError."""
    entries: list[Entry] = []
    for keyword, value, line in _strings(text, file):
        found = _KEYWORD.fullmatch(keyword)
        if found is None:
            raise CatalogueError(f"{file}:{line}: {keyword} is not taken in a catalogue")
        name, index = found["name"], found["index"]
        if name == "msgctxt" or (name == "msgid" and (not entries or entries[-1].forms)):
            entries.append(Entry())
        if not entries:
            raise CatalogueError(f"{file}:{line}: {keyword} stands before any msgid")
        match name:
            case "msgctxt":
                entries[-1].context = value
            case "msgid":
                entries[-1].key = value
            case "msgid_plural":
                entries[-1].plural = value
            case "msgstr":
                entries[-1].forms[int(index or 0)] = value
    return tuple(entries)


def _strings(text: str, file: str) -> Iterator[tuple[str, str, int]]:
    """Each keyword with its whole string, and the line where it stands."""
    keyword, value, start = "", "", 0
    for number, line in enumerate((line.strip() for line in text.splitlines()), 1):
        if not line or line.startswith("#"):
            continue
        if not line.startswith('"'):
            if keyword:
                yield keyword, value, start
            keyword, _, line = line.partition(" ")
            value, start = "", number
        try:
            value += str(ast.literal_eval(line))
        except (SyntaxError, ValueError) as error:
            raise CatalogueError(f"{file}:{number}: expected a keyword and a string in quotes") from error
    if keyword:
        yield keyword, value, start


def _as_mo(entries: tuple[Entry, ...]) -> bytes:
    """The catalogue in the form that the standard library reads (GNU gettext manual, "The Format of GNU MO Files")."""
    texts = sorted(_mo_pair(entry) for entry in entries)
    tables = _MO_HEADER.size + 2 * len(texts) * _MO_ENTRY.size
    ids, translations, strings = b"", b"", b""
    for key, _ in texts:
        ids += _MO_ENTRY.pack(len(key), tables + len(strings))
        strings += key + b"\0"
    for _, value in texts:
        translations += _MO_ENTRY.pack(len(value), tables + len(strings))
        strings += value + b"\0"
    header = _MO_HEADER.pack(_MO_MAGIC, 0, len(texts), _MO_HEADER.size, _MO_HEADER.size + len(ids), 0, tables)
    return header + ids + translations + strings


def _mo_pair(entry: Entry) -> tuple[bytes, bytes]:
    key = f"{entry.context}{_CONTEXT_END}{entry.key}" if entry.context else entry.key
    if entry.plural:
        key += f"\0{entry.plural}"
    return key.encode(), "\0".join(entry.forms[index] for index in sorted(entry.forms)).encode()
