"""What is so of every card of a kind, as the card tells it: docs/manage-applet.md, `E8`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum

from cardtools.card.manage_fields import Fields

CARD = "card"
"""Stands for the whole card where a part could stand."""


class CodeState(IntEnum):
    """Whether a code has a value, and whether it can be used."""

    NOT_SET = 0
    SET = 1
    BLOCKED = 2


@dataclass(frozen=True, slots=True)
class CodeKind:
    """A code, and the states in which another code sets it (`set_from`), or somebody off the card does."""

    blocks: tuple[str, ...] = ()
    """Codes that are blocked along with it."""
    set_from: frozenset[CodeState] = frozenset()
    set_off_card: frozenset[CodeState] = frozenset()


@dataclass(frozen=True, slots=True)
class End:
    """A part, or the whole card, that is lost for good once all these codes are blocked at the same time."""

    part: str
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CardKind:
    """A kind of card. One that a card does not tell of is known by nothing, and takes nothing in."""

    name: str | None = None
    writes_with: str | None = None
    """The id of the code for writing and deleting; None where nobody may."""
    codes: Mapping[str, CodeKind] = field(default_factory=dict)
    create_with: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """For each area the codes that make a key there; none where no client makes one."""
    parts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """For each part its codes."""
    ends: tuple[End, ...] = ()
    names: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Names of codes, areas and parts in other languages, by the language's code, where they differ."""

    @property
    def general_area(self) -> str | None:
        """Where a key goes with the code for writing alone; None where no client makes one."""
        if self.writes_with is None:
            return None
        return next((area for area, codes in self.create_with.items() if codes == (self.writes_with,)), None)

    def part_of_code(self, code: str) -> str | None:
        """The id of the part that a code belongs to."""
        return next((part for part, codes in self.parts.items() if code in codes), None)

    def ends_with(self, code: str) -> tuple[End, ...]:
        """What can be lost by this code's being blocked, alone or along with others."""
        return tuple(end for end in self.ends if code in end.codes)


def parse_kind(raw: bytes) -> CardKind:
    """The kind as the content of the template E8 tells it. Raises LookupError, ValueError."""
    fields = Fields(raw)
    return CardKind(
        name=fields.optional_text(0x80),
        writes_with=fields.optional_text(0x81),
        codes={one.text(0x80): _code(one) for one in fields.inner(0xA1)},
        create_with={one.text(0x80): one.texts(0x81) for one in fields.inner(0xA2)},
        parts={one.text(0x80): one.texts(0x81) for one in fields.inner(0xA3)},
        ends=tuple(End(one.text(0x80), one.texts(0x81)) for one in fields.inner(0xA4)),
        names={one.text(0x80): {"cs": one.text(0x81), "sl": one.text(0x82)} for one in fields.inner(0xA5)},
    )


def _code(fields: Fields) -> CodeKind:
    by_another, off_card = (fields.optional_number(tag, 0) or 0 for tag in (0x82, 0x83))
    return CodeKind(fields.texts(0x81), _states(by_another), _states(off_card))


def _states(bits: int) -> frozenset[CodeState]:
    return frozenset(state for state in CodeState if bits >> state & 1)
