"""What happens to a card that is served, as values, and as the lines of a stream (WHATWG HTML, 9.2)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum


class Happening(StrEnum):
    """The kinds of events in a stream."""

    CARD = "card"
    """A card came, or the stream begins: all that `GET /api/v1/cards/{id}` tells."""
    GONE = "gone"
    """A card is served no more."""
    COMMAND = "command"
    """A command and its answer, power or reset: masked, and in words."""
    STATE = "state"
    """The card's state changed: its view, as `GET /api/v1/cards/{id}/state` tells it."""
    PLACE = "place"
    """The card was put in or taken out, or its reader plugged or unplugged."""
    FAULTS = "faults"
    """A fault was set, cleared, or struck: all that are set now."""
    EXERCISE = "exercise"
    """The exercise stands otherwise; `GET /api/v1/cards/{id}/exercise` tells how."""
    GAP = "gap"
    """Commands that are not told one by one, because they came too fast; the trace has them."""


@dataclass(frozen=True, slots=True)
class Told:
    """One event, ready to be sent."""

    number: int
    card: str
    kind: Happening
    text: bytes


def written(epoch: str, number: int, card: str, kind: Happening, data: dict[str, object]) -> Told:
    """An event as it goes over the wire; `epoch` tells this process's numbers from another's."""
    body = json.dumps({"card": card, **data}, ensure_ascii=False, separators=(",", ":"))
    return Told(number, card, kind, f"id: {epoch}-{number}\nevent: {kind}\ndata: {body}\n\n".encode())
