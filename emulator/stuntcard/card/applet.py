"""What a card asks of its applets, and all that it knows of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

from stuntcard.iso7816.apdu import Command, Response

if TYPE_CHECKING:
    from stuntcard.card.card import Card

BY_NAME = 0x04
"""P1 of a SELECT that names an applet (ISO 7816-4, table 62)."""


class Applet(Protocol):
    """A command set. It keeps nothing between two commands: what it must remember is in the session, or a memo."""

    @property
    def name(self) -> bytes:
        """The application identifier (AID) by which it is selected."""

    def select(self, card: Card, command: Command) -> Response:
        """The answer to the SELECT that chose this applet."""

    def handle(self, card: Card, command: Command) -> Response:
        """The answer to a command while this applet is selected."""

    def codes_concerned(self, card: Card, command: Command) -> frozenset[str]:
        """The codes that a command of this set gives a value of, or sets."""


@runtime_checkable
class PartwiseApplet(Protocol):
    """An applet with commands on long texts, which come chained and are answered part by part."""

    def answers_each_part(self, command: Command) -> bool:
        """Whether this chained command is one of those."""


@runtime_checkable
class ListeningApplet(Protocol):
    """An applet that has to know of every command, whoever answers it."""

    def heard(self, card: Card, command: Command) -> None:
        """A command was answered."""
