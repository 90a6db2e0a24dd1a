"""The state that the law speaks of: immutable, comparable, and without a single secret."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from stuntcard.profile.model import CARD, CodeStatus, Profile


class Origin(StrEnum):
    """Where a key comes from. It never changes in a key's life."""

    MADE = "made"
    """Made on the card."""
    IMPORTED = "imported"
    """Brought in from outside."""
    FACTORY = "factory"
    """On the card when it was issued."""


@dataclass(frozen=True, slots=True)
class CodeState:
    """One code as it stands now."""

    status: CodeStatus
    tries_left: int
    tries_limit: int
    must_change: bool = False


@dataclass(frozen=True, slots=True)
class KeyRights:
    """What a key's own file asks for each use of the key, beside the code that guards the key's area."""

    code: str | None = None
    """Another code that must have been given."""
    never: bool = False
    """Nobody may use the key, whatever code was given."""
    consent: str | None = None
    """The code that one use of the key uses up."""


NOTHING_MORE = KeyRights()
"""The guard is enough."""


@dataclass(frozen=True, slots=True)
class Item:
    """What takes one place in an area: a key, a certificate, or both as a pair.

    `listed`: the key's private-key directory has an entry for it. An item whose key was made and never listed still
    takes its place (PQ-14).
    """

    number: int
    area: str
    key: Origin | None
    listed: bool = False
    certificate: bool = False
    size: int = 0
    """What the key takes of the card's memory, in bytes; nothing for one that the card left the factory with."""
    rights: KeyRights = NOTHING_MORE

    @property
    def paired(self) -> bool:
        """Whether the key has its certificate beside it."""
        return self.key is not None and self.certificate

    def without_key(self) -> Item:
        """What is left when the key is gone: the certificate, if there is one."""
        return replace(self, key=None, listed=False, rights=NOTHING_MORE)


@dataclass(frozen=True, slots=True)
class State:
    """The whole card in the eyes of the law.

    `verified` holds the codes given and not used up since; it is all that a reset takes away.
    `lost` holds the parts that are gone for good, `card` among them when the card is dead.
    """

    codes: Mapping[str, CodeState]
    items: tuple[Item, ...] = ()
    lost: frozenset[str] = frozenset()
    verified: frozenset[str] = frozenset()
    files_size: int = 0
    """What files take of the card's memory beyond those it left the factory with, in bytes."""

    @property
    def memory_used(self) -> int:
        """What keys and files take of the card's memory, in bytes."""
        return self.files_size + sum(item.size for item in self.items if item.key)

    @property
    def dead(self) -> bool:
        """Whether the whole card is gone."""
        return CARD in self.lost

    def item(self, number: int) -> Item | None:
        """The item of that number."""
        for item in self.items:
            if item.number == number:
                return item
        return None

    def used(self, area: str) -> int:
        """How many places of an area are taken."""
        return sum(1 for item in self.items if item.area == area)

    def blocked(self, code: str) -> bool:
        """Whether a code is blocked."""
        return self.codes[code].status is CodeStatus.BLOCKED

    def with_code(self, name: str, code: CodeState) -> State:
        """This state with one code in another state."""
        return replace(self, codes={**self.codes, name: code})


def factory_state(profile: Profile) -> State:
    """The state of a card as it leaves the factory, with the keys that it was personalised with, numbered from 1."""
    codes = {}
    for name, code in profile.codes.items():
        if code.factory is None:
            codes[name] = CodeState(CodeStatus.NOT_SET, code.tries.limit, code.tries.limit)
        else:
            codes[name] = CodeState(CodeStatus.SET, code.tries.limit, code.tries.limit, code.factory.must_change)
    items = tuple(
        Item(number, key.area, Origin.FACTORY, listed=True, certificate=True)
        for number, key in enumerate(profile.factory_keys, start=1)
        if key.area is not None
    )
    return State(codes, items)
