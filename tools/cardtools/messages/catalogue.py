"""Reads gettext catalogues in their text form (GNU gettext manual, "The Format of PO Files"); nothing is compiled.

Taken are comments, `msgctxt`, `msgid`, `msgid_plural`, `msgstr`, `msgstr[N]`, and strings over several lines.
"""

from __future__ import annotations

import ast
import gettext
import io
import re
import struct
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

NAMES = "name"
"""The context of the names that cards give."""

_LINE = re.compile(r'(?:(?P<keyword>msg(?:ctxt|id_plural|id|str))(?:\[(?P<form>\d)\])?\s+)?(?P<string>".*")')


class CatalogueError(ValueError):
    """A catalogue that is missing or can't be read."""


@dataclass(slots=True)
class Message:
    """One message; `forms` has one text, or one for each way of counting. The header has an empty key."""

    context: str = ""
    key: str = ""
    plural: str = ""
    forms: dict[int, str] = field(default_factory=dict)


class Catalogue:
    """The messages of one domain in one language."""

    def __init__(self, messages: tuple[Message, ...]) -> None:
        self.messages = messages
        self._texts = {(message.context, message.key): message for message in messages}
        header = self._texts.get(("", ""), Message()).forms.get(0, "")
        self._plural_index = gettext.GNUTranslations(io.BytesIO(_header_as_mo(header))).ngettext

    def __contains__(self, key: str) -> bool:
        return bool(key) and ("", key) in self._texts

    def text(self, key: str) -> str:
        """The message's text. Raises KeyError, also for one that is to be counted."""
        message = self._texts["", key]
        if not key or message.plural:
            raise KeyError(key)
        return message.forms[0]

    def counted(self, key: str, number: int) -> str:
        """The message's text in the form for a number. Raises KeyError, also for one that is not counted."""
        message = self._texts["", key]
        if not message.plural:
            raise KeyError(key)
        return message.forms[int(self._plural_index(_PROBE, _PROBE, number))]

    def name(self, name: str) -> str | None:
        """The translation of a name, or None."""
        message = self._texts.get((NAMES, name))
        return None if message is None else message.forms[0]


@cache
def read_catalogue(domain: str, language: str) -> Catalogue:
    """The catalogue of a domain in a language. Raises CatalogueError."""
    name = f"{domain}.{language}.po"
    try:
        text = (files("cardtools.messages") / name).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CatalogueError(f"{name}: {error}") from error
    return Catalogue(parse_po(text, name))


def parse_po(text: str, name: str) -> tuple[Message, ...]:
    """The messages of a catalogue, its header among them. Raises CatalogueError, naming file and line."""
    messages: list[Message] = []
    keyword, form = "", 0
    for number, line in enumerate((line.strip() for line in text.splitlines()), 1):
        if not line or line.startswith("#"):
            continue
        try:
            found = _LINE.fullmatch(line)
            string = str(ast.literal_eval(found["string"])) if found else ""
        except (SyntaxError, ValueError):
            found = None
        if found is None:
            raise CatalogueError(f"{name}:{number}: expected a keyword and a string in quotes")
        if found["keyword"]:
            keyword, form = found["keyword"], int(found["form"] or 0)
            if keyword == "msgctxt" or (keyword == "msgid" and (not messages or messages[-1].forms)):
                messages.append(Message())
        if not messages:
            raise CatalogueError(f"{name}:{number}: text before any msgid")
        _add(messages[-1], keyword, form, string)
    return tuple(messages)


def _add(message: Message, keyword: str, form: int, string: str) -> None:
    match keyword:
        case "msgctxt":
            message.context += string
        case "msgid":
            message.key += string
        case "msgid_plural":
            message.plural += string
        case _:
            message.forms[form] = message.forms.get(form, "") + string


_PROBE = "n"
_MO_MAGIC, _MO_STRINGS, _MO_FORMS_MAX = 0x950412DE, 2, 8


def _header_as_mo(header: str) -> bytes:
    """A compiled catalogue of the header and one message whose forms are "0", "1", "2" …

    The standard library knows how to work out a language's rule for plurals, but only of a compiled catalogue
    (GNU gettext manual, "The Format of GNU MO Files").
    """
    pairs = [
        (b"", header.encode()),
        (f"{_PROBE}\0{_PROBE}".encode(), "\0".join(map(str, range(_MO_FORMS_MAX))).encode()),
    ]
    start = 28
    strings_at = start + 2 * _MO_STRINGS * 8
    tables, strings = b"", b""
    for column in (0, 1):
        for pair in pairs:
            tables += struct.pack("<2I", len(pair[column]), strings_at + len(strings))
            strings += pair[column] + b"\0"
    return struct.pack("<7I", _MO_MAGIC, 0, _MO_STRINGS, start, start + _MO_STRINGS * 8, 0, 0) + tables + strings
