"""Texts of a certain form: the pattern, for programs, and beside it what people are told of it."""

from __future__ import annotations

from pydantic import StringConstraints

_IN_WORDS: dict[str, str] = {}


def of_form(pattern: str, words: str, max_length: int | None = None) -> StringConstraints:
    """The constraint that a text has this form, of which people are told in these words ("expected …")."""
    _IN_WORDS[pattern] = words
    return StringConstraints(pattern=pattern, max_length=max_length)


def form_in_words(pattern: str) -> str:
    """What people are told of a form."""
    return _IN_WORDS.get(pattern, f"a text of the form {pattern}")
