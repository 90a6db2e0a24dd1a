"""From what may be seen of a card (`--state-out`, `status --json`) back to its state in the eyes of the law."""

from __future__ import annotations

from pydantic import TypeAdapter, ValidationError

from stuntcard.card.view import DEAD, CardView, KeyView
from stuntcard.policy.described import CodeIs, PartIs, Trait
from stuntcard.policy.state import CodeState, Item, State
from stuntcard.profile.model import CARD, CodeStatus, Profile
from stuntcard.profile.value_words import all_in_words


class SeenCardError(ValueError):
    """What is given is no card's view, or none of a card of the profile."""


def read_view(content: object) -> CardView:
    """The view in a JSON object. Raises SeenCardError with the reason."""
    try:
        return TypeAdapter(CardView).validate_python(content)
    except ValidationError as error:
        raise SeenCardError(all_in_words(error.errors(include_url=False), "JSON")[0]) from error


def state_of(profile: Profile, seen: CardView) -> State:
    """The state behind a view. Raises SeenCardError where the view does not fit the profile."""
    for what, names, known in (
        ("codes", seen.codes.keys(), profile.codes.keys()),
        ("areas", seen.areas.keys(), profile.areas.keys()),
        ("parts", seen.parts.keys(), profile.parts.keys()),
    ):
        if names != known:
            raise SeenCardError(f"{what}: {', '.join(sorted(names))} <> {', '.join(sorted(known))}")
    for name, code in seen.codes.items():
        fits = {
            CodeStatus.NOT_SET: True,
            CodeStatus.SET: 1 <= code.tries_left <= code.tries_limit <= profile.codes[name].tries.max,
            CodeStatus.BLOCKED: code.tries_left == 0,
        }
        if not fits[code.state]:
            raise SeenCardError(f"codes.{name}: {code.state}, {code.tries_left} / {code.tries_limit}")
    for key in seen.keys:
        if key.area not in profile.areas:
            raise SeenCardError(f"keys: {key.area} <> {', '.join(sorted(profile.areas))}")
        for asked in (key.rights.code, key.rights.consent):
            if asked is not None and asked not in profile.codes:
                raise SeenCardError(f"keys: {asked} <> {', '.join(sorted(profile.codes))}")
    items = tuple(_item(profile, key) for key in seen.keys)
    used = seen.memory.used if seen.memory is not None else 0
    lost = {name for name, part in seen.parts.items() if part.lost}
    return State(
        codes={
            name: CodeState(code.state, code.tries_left, code.tries_limit, code.must_change)
            for name, code in seen.codes.items()
        },
        items=items,
        lost=frozenset(lost | {CARD} if seen.life_cycle == DEAD else lost),
        files_size=used - sum(item.size for item in items),
    )


def traits_of(state: State, profile: Profile) -> tuple[Trait, ...]:
    """What a state says of its codes and parts."""
    codes = tuple(CodeIs(name, code.status) for name, code in state.codes.items())
    return (*codes, *(PartIs(part, part in state.lost) for part in (*profile.parts, CARD)))


def _item(profile: Profile, key: KeyView) -> Item:
    """An item; a view tells no sizes, and a key takes one block of a card's memory."""
    size = profile.memory.block if profile.memory is not None and key.origin is not None else 0
    certificate = key.paired or key.origin is None
    return Item(key.number, key.area, key.origin, key.listed, certificate, size, key.rights)
