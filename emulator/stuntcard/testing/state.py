"""A card as a test sees it: `card.state.codes.pin.tries_left`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from stuntcard.card.card import Card
from stuntcard.card.view import DEAD, AreaView, CodeView, KeyView, MemoryView, PartView, view

Seen = TypeVar("Seen")


class Named(Mapping[str, Seen], Generic[Seen]):
    """Things by their ids: `codes["pep-pin"]`, or `codes.pep_pin`."""

    def __init__(self, things: Mapping[str, Seen]) -> None:
        self._things = things

    def __getitem__(self, name: str) -> Seen:
        return self._things[name]

    def __getattr__(self, name: str) -> Seen:
        if name.startswith("_"):
            raise AttributeError(name)  # Python itself asks for such names, before there are any things
        try:
            return self._things[name.replace("_", "-")]
        except KeyError:
            raise AttributeError(f"there is no '{name}'; there are: {', '.join(self._things)}") from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._things)

    def __len__(self) -> int:
        return len(self._things)

    def __repr__(self) -> str:
        return repr(dict(self._things))


@dataclass(frozen=True, slots=True)
class CardState:
    """A card as it stood when this was asked for."""

    life_cycle: str
    codes: Named[CodeView]
    areas: Named[AreaView]
    parts: Named[PartView]
    keys: tuple[KeyView, ...]
    memory: MemoryView | None

    @property
    def dead(self) -> bool:
        """Whether the card is destroyed for good."""
        return self.life_cycle == DEAD


def state_of(card: Card) -> CardState:
    """The card as it stands now."""
    seen = view(card.profile, card.content)
    codes, areas, parts = Named(seen.codes), Named(seen.areas), Named(seen.parts)
    return CardState(seen.life_cycle, codes, areas, parts, tuple(seen.keys), seen.memory)
