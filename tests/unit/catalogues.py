"""What holds for every catalogue of messages, whichever program speaks from it."""

from __future__ import annotations

import re
import string
from pathlib import Path

import polib


def variables(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def forms(message: polib.POEntry) -> list[str]:
    """A message's text, or its texts for each way of counting."""
    return list(message.msgstr_plural.values()) if message.msgid_plural else [message.msgstr]


def messages(file: Path) -> dict[tuple[str, str], polib.POEntry]:
    """The messages of a catalogue, by context and key; none stands twice."""
    entries = polib.pofile(str(file))
    found = {(entry.msgctxt or "", entry.msgid): entry for entry in entries}
    assert len(found) == len(entries)
    return found


def says_all_that(file: Path, english: Path, without_number: str = "") -> None:
    """It has the messages of the English catalogue, in its order, with their variables in all forms of the language.

    One message may do without its number in some of its forms.
    """
    theirs, found = messages(english), messages(file)
    assert list(found) == list(theirs)
    [count] = re.findall(r"nplurals=(\d)", polib.pofile(str(file)).metadata["Plural-Forms"])
    for place, message in found.items():
        assert len(forms(message)) == (int(count) if message.msgid_plural else 1), place
        assert all(forms(message)), place
        wanted = set().union(*map(variables, forms(theirs[place])))
        free = {"number"} if message.msgid == without_number else set()
        assert all(variables(text) | free == wanted | free for text in forms(message)), place
