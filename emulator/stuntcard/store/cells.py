"""Cells of a card's file, read as what should stand there: SQLite holds no cell to its column's type."""

from __future__ import annotations

import json
from collections.abc import Callable
from enum import Enum
from typing import TypeVar

_Kind = TypeVar("_Kind", bound=Enum)
_Read = TypeVar("_Read")


class ContentError(ValueError):
    """Rows, or other data, that are no card's content."""


def number(cell: object) -> int:
    """A whole number. Raises ContentError."""
    if not isinstance(cell, int):
        raise ContentError(f"there is {_shown(cell)} where a whole number should be")
    return cell


def text(cell: object) -> str:
    """A text. Raises ContentError."""
    if not isinstance(cell, str):
        raise ContentError(f"there is {_shown(cell)} where a text should be")
    return cell


def octets(cell: object) -> bytes:
    """Bytes. Raises ContentError."""
    if not isinstance(cell, bytes):
        raise ContentError(f"there is {_shown(cell)} where bytes should be")
    return cell


def flag(cell: object) -> bool:
    """Yes or no, which is 1 or 0. Raises ContentError."""
    if cell not in (0, 1):
        raise ContentError(f"there is {_shown(cell)} where 0 or 1 should be")
    return bool(cell)


def perhaps(read: Callable[[object], _Read], cell: object) -> _Read | None:
    """What `read` gives, or None for an empty cell. Raises ContentError."""
    return None if cell is None else read(cell)


def one_of(kinds: type[_Kind], cell: object) -> _Kind:
    """The member of this value. Raises ContentError."""
    found = next((kind for kind in kinds if kind.value == cell), None)
    if found is None:
        known = ", ".join(str(kind.value) for kind in kinds)
        raise ContentError(f"there is {_shown(cell)} where one of these should be: {known}")
    return found


def names(cell: object) -> frozenset[str]:
    """Names, in JSON. Raises ContentError."""
    try:
        found = json.loads(text(cell))
    except (ValueError, RecursionError):
        raise ContentError(f"there is {_shown(cell)} where a list of names should be") from None
    if not isinstance(found, list):
        raise ContentError(f"there is {_shown(cell)} where a list of names should be")
    return frozenset(text(name) for name in found)


def _shown(cell: object) -> str:
    """What is there, as far as it can't be a secret: a number's value, and of the rest the kind."""
    match cell:
        case None:
            return "nothing"
        case bytes():
            return "a row of bytes"
        case str():
            return "another text"
        case _:
            return "another number"
