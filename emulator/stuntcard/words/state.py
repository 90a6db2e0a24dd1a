"""What a person says of a card's state, in words: `pin=blocked,puk=1,cc=1+1 unpaired,part:pep=lost,card=dead`."""

from __future__ import annotations

import re

from stuntcard.messages import Messages
from stuntcard.policy.described import ChangeIsDue, CodeIs, KeysAre, NoSuchStateError, PartIs, Trait
from stuntcard.profile.model import CARD, CodeStatus, Profile

PART = "part:"
DEAD, LOST, WHOLE = "dead", "lost", "whole"

_KEYS = re.compile(r"(?P<paired>\d{1,2})(?:\s*\+\s*(?P<more>\d{1,2})\s*unpaired)?|(?P<unpaired>\d{1,2})\s*unpaired")


class StateWordsError(ValueError):
    """Words that can't be understood, or a state that no card can come to; says what to do."""


def parse_traits(profile: Profile, text: str, messages: Messages) -> tuple[Trait, ...]:
    """What the words say of a card of this profile. Raises StateWordsError, in the language of the messages."""
    traits: dict[str, Trait] = {}
    for given in filter(None, (part.strip() for part in text.split(","))):
        name, equals, value = (word.strip() for word in given.partition("="))
        if not (name and equals and value):
            raise StateWordsError(messages.text("state-form", given=given, example=example(profile)))
        if name in traits:
            raise StateWordsError(messages.text("state-twice", name=name))
        traits[name] = _trait(profile, name, value, messages)
    return tuple(traits.values())


def example(profile: Profile) -> str:
    """Words that make sense for this profile."""
    return f"{next(iter(profile.codes))}={CodeStatus.BLOCKED}"


def trait_in_words(trait: Trait) -> str:
    """A trait in the words that `parse_traits` takes; it takes none of ChangeIsDue, which only scenarios speak of."""
    match trait:
        case CodeIs(code, status, tries_left):
            return f"{code}={status.value if tries_left is None else tries_left}"
        case PartIs(part, lost):
            if part == CARD:
                return f"{CARD}={DEAD if lost else WHOLE}"
            return f"{PART}{part}={LOST if lost else WHOLE}"
        case ChangeIsDue(code, due):
            return f"{code}.must_change={str(due).lower()}"
        case KeysAre(area, paired, unpaired):
            if not unpaired:
                return f"{area}={paired}"
            return f"{area}={paired}+{unpaired} unpaired" if paired else f"{area}={unpaired} unpaired"


def why_no_such_state(profile: Profile, error: NoSuchStateError, messages: Messages) -> str:
    """What can't go together in a description of a state, and what to do."""
    *others, last = [trait_in_words(trait) for trait in error.traits]
    instead = ", ".join(trait_in_words(trait) for trait in error.instead)
    if others:
        with_ = messages.all_of(others)
        what = messages.text("state-conflict", card=profile.name, others=with_, claim=last, instead=instead)
    else:
        what = messages.text("state-impossible", card=profile.name, claim=last, instead=instead)
    return f"{what}\n{messages.text('state-mend')}"


def _trait(profile: Profile, name: str, value: str, messages: Messages) -> Trait:
    given = f"{name}={value}"
    part = name.removeprefix(PART)
    if name in profile.codes:
        return _code_is(profile, name, value, messages)
    if name == CARD or (name.startswith(PART) and part in profile.parts):
        gone = DEAD if name == CARD else LOST
        if value not in {gone, WHOLE}:
            raise StateWordsError(messages.text("state-part", given=given, values=f"{gone}, {WHOLE}"))
        return PartIs(part, value == gone)
    if name in profile.areas:
        return _keys_are(profile, name, value, messages)
    names = ", ".join((*profile.codes, *profile.areas, *(f"{PART}{known}" for known in profile.parts), CARD))
    raise StateWordsError(messages.text("state-unknown", name=name, card=profile.name, names=names))


def _code_is(profile: Profile, code: str, value: str, messages: Messages) -> CodeIs:
    limit = profile.codes[code].tries.limit
    if value in {status.value for status in CodeStatus}:
        return CodeIs(code, CodeStatus(value))
    if value.isascii() and value.isdecimal() and len(value) <= 2 and int(value) <= limit:
        tries = int(value)
        return CodeIs(code, CodeStatus.SET, tries) if tries else CodeIs(code, CodeStatus.BLOCKED)
    raise StateWordsError(messages.text("state-code", given=f"{code}={value}", limit=limit))


def _keys_are(profile: Profile, area: str, value: str, messages: Messages) -> KeysAre:
    given = f"{area}={value}"
    found = _KEYS.fullmatch(value)
    if found is None:
        raise StateWordsError(messages.text("state-area", given=given))
    if not profile.areas[area].create_with:
        raise StateWordsError(messages.text("state-area-closed", given=given, card=profile.name))
    return KeysAre(area, int(found["paired"] or 0), int(found["more"] or found["unpaired"] or 0))
