"""Cards that show themselves through a command set that these programs don't speak, though others do."""

from __future__ import annotations

from collections.abc import Mapping

from cardtools.card.errors import NotOursError
from cardtools.card.pcsc import Connection

_NAMES: Mapping[str, bytes] = {
    "PIV": bytes.fromhex("A000000308000010000100"),
    "GIDS": bytes.fromhex("A000000397425446590201"),
}
"""What the cards of a standard are called, and their application."""


class OtherSetError(NotOursError):
    """A card of a standard that these programs don't speak; `kind` is what people call it."""

    key = "card-of-another-set"

    def __init__(self, why: str, kind: str) -> None:
        super().__init__(why, kind=kind)


def not_ours(connection: Connection, why: str) -> NotOursError:
    """Why a card is none that these programs can use, told by its own kind where that is known."""
    for kind, name in _NAMES.items():
        if connection.select_application(name):
            return OtherSetError(why, kind)
    return NotOursError(why)
