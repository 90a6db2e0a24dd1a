"""Text from cards, files and strangers, as a terminal may be given it."""

from __future__ import annotations


def printable(text: str, instead: str = "\N{REPLACEMENT CHARACTER}") -> str:
    """A text in which nothing, whoever wrote it, steers the terminal."""
    return "".join(character if character.isprintable() else instead for character in text)
