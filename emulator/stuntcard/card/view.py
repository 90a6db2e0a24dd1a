"""What a person or a program may see of a card: everything but the secrets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from stuntcard.card.content import Content, KeyRecord
from stuntcard.policy.law import unblocking_code
from stuntcard.policy.state import NOTHING_MORE, CodeState, Item, KeyRights, Origin
from stuntcard.profile.model import CARD, Characters, CodeStatus, Language, Lasts, Profile, Text

ALIVE, DEAD = "operational", "dead"


@dataclass(frozen=True, slots=True)
class CodeView:
    """One code: its state, its tries, and the rule of its values. `reference` is None when it is not on the chip.

    `names`: its name in each language, here and in areas and parts.

    `changeable`: its holder may change it with its own old value.
    """

    name: str
    reference: int | None
    state: CodeStatus
    tries_left: int
    tries_limit: int
    tries_max: int
    must_change: bool
    min_length: int
    max_length: int
    one_use: bool
    unblocked_by: str | None
    characters: Characters
    changeable: bool
    names: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AreaView:
    """One area; `places` is None where only the memory sets a bound."""

    name: str
    guard: str
    places: int | None
    used: int
    names: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PartView:
    """One part of the card, and whether it is lost for good."""

    name: str
    lost: bool
    names: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class KeyView:
    """One item of an area. `reference` and `identifier` (hexadecimal) are None where clients can't name the key.

    `origin` is None when the key is gone and only its certificate is left. `rights`: what its file asks for.
    """

    number: int
    area: str
    origin: Origin | None
    paired: bool
    listed: bool
    reference: int | None
    identifier: str | None
    rights: KeyRights = NOTHING_MORE


@dataclass(frozen=True, slots=True)
class MemoryView:
    """The card's memory, in bytes."""

    size: int
    used: int


@dataclass(frozen=True, slots=True)
class CardView:
    """A whole card, as `--state-out` and `status --json` write it."""

    profile: str
    serial: str
    life_cycle: str
    codes: dict[str, CodeView]
    areas: dict[str, AreaView]
    parts: dict[str, PartView]
    memory: MemoryView | None
    keys: list[KeyView]


def name_in(seen: CodeView | AreaView | PartView, language: Language) -> str:
    """What a code, an area or a part is called in a language."""
    return seen.names.get(language, seen.name)


def view(profile: Profile, content: Content) -> CardView:
    """What may be seen of a card."""
    state = content.state
    areas = {
        name: AreaView(
            area.name.en,
            area.guard,
            area.places.count if area.places else None,
            state.used(name),
            _names(area.name),
        )
        for name, area in profile.areas.items()
    }
    return CardView(
        profile=profile.id,
        serial=profile.token.serial,
        life_cycle=DEAD if CARD in state.lost else ALIVE,
        codes={name: _code_view(profile, name, state.codes[name]) for name in profile.codes},
        areas=areas,
        parts={
            name: PartView(part.name.en, name in state.lost, _names(part.name)) for name, part in profile.parts.items()
        },
        memory=MemoryView(profile.memory.bytes, state.memory_used) if profile.memory is not None else None,
        keys=[_key_view(item, content.keys[item.number]) for item in state.items],
    )


def _code_view(profile: Profile, name: str, code: CodeState) -> CodeView:
    rule = profile.codes[name]
    return CodeView(
        name=rule.name.en,
        reference=rule.reference,
        state=code.status,
        tries_left=code.tries_left,
        tries_limit=code.tries_limit,
        tries_max=rule.tries.max,
        must_change=code.must_change,
        min_length=rule.length.min,
        max_length=rule.length.max,
        one_use=rule.holds.for_ is Lasts.ONE_USE,
        unblocked_by=unblocking_code(profile, name),
        characters=rule.characters.set,
        changeable=rule.change.allowed,
        names=_names(rule.name),
    )


def _names(text: Text) -> dict[str, str]:
    return {language.value: text.in_language(language) for language in Language}


def _key_view(item: Item, record: KeyRecord) -> KeyView:
    return KeyView(
        number=item.number,
        area=item.area,
        origin=item.key,
        paired=item.paired,
        listed=item.listed,
        reference=record.reference,
        identifier=record.identifier.hex().upper() if record.identifier is not None else None,
        rights=item.rights,
    )
