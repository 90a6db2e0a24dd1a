"""What people are told: a message's key and the values that it takes. The words are in `cardtools.common.messages`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol


class Name(str):
    """A name that a card gives to a code, an area or a part; shown in the reader's language where it is known.

    `others`: what the card itself calls it in other languages, by their codes.
    """

    __slots__ = ("others",)
    others: Mapping[str, str]

    def __new__(cls, name: str, others: Mapping[str, str] | None = None) -> Name:
        """A name that is one already keeps what it is called elsewhere."""
        made = super().__new__(cls, name)
        made.others = others or getattr(name, "others", {})
        return made


Value = str | int


class Told(Protocol):
    """Anything that can be said to people: a failure, an advice, a consequence."""

    @property
    def key(self) -> str:
        """The message's key."""

    @property
    def number(self) -> int | None:
        """What the message counts, or None when it counts nothing."""

    @property
    def values(self) -> Mapping[str, Value]:
        """The message's variables."""


class ToldError(Exception):
    """A failure that people can be told of. `str()` is for developers: English, technical, without any secret."""

    key: str = ""

    def __init__(self, technical: str, *, number: int | None = None, **values: Value) -> None:
        super().__init__(technical)
        self.number = number
        self.values: Mapping[str, Value] = values
