"""What the page of one card shows, put together from what the API tells."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from stuntcard.control import requests as api
from stuntcard.messages import Messages
from stuntcard.policy.advise import advise
from stuntcard.policy.route import Wanted, route_to
from stuntcard.policy.state import State
from stuntcard.profile.model import CARD, Language, Profile
from stuntcard.serve.people import actors_of
from stuntcard.serve.served_card import ServedCard, told
from stuntcard.serve.tape import Heard
from stuntcard.trace.events import EventKind
from stuntcard.words.advice import advice_lines
from stuntcard.words.state import example

_SHOWN = 60
_GOOD = ("9000", "61", "6C")


@dataclass(frozen=True, slots=True)
class ConversationRow:
    """One event of the conversation, as its table shows it."""

    time: str
    what: str
    status: str
    octets: str
    faults: str
    """The numbers of the faults that struck it."""
    kind: str
    failed: bool


def live_values(card: ServedCard, language: Language) -> dict[str, object]:
    """What is refreshed as things happen."""
    messages = Messages(language)
    shown = card.card
    return {
        "card": card.description,
        "given": shown.state.verified,
        "exercise": card.exercise.seen(messages) if card.exercise is not None else None,
        "advice": _advice(card, language),
    }


def page_values(card: ServedCard, page: Messages, of: str) -> dict[str, object]:
    """All that the page shows."""
    messages = Messages(page.language)
    profile = card.card.profile
    return {
        **live_values(card, page.language),
        "heard": [_row(heard) for heard in reversed(card.tape.last(_SHOWN))],
        "lives": _lives(profile, messages, page),
        "of": of,
        "actors": actors_of(profile, messages),
        "losing": _losing(profile, messages, page),
        "snapshots": card.snapshots.listed(),
        "first_codes": card.standing.first_codes,
        "stays": card.plan.stored is not None,
        "example": example(profile),
        "asked": card.asked(api.PinPadRequest(), api.PinPadAnswer).asked or "" if card.plan.pinpad else None,
    }


def losses(profile: Profile, state: State, wanted: list[Wanted], page: Messages) -> str:
    """What a state would lose for good that a card is brought to, in words; empty where nothing is."""
    after = route_to(profile, state, wanted).state
    names = Messages(page.language)
    lost = [
        page.text("page-whole-card") if part == CARD else names.of(profile.parts[part].name)
        for part in sorted(after.lost - state.lost)
    ]
    kept = {item.number for item in after.items if item.key is not None}
    lost += [
        page.text("page-key-lost", number=item.number)
        for item in state.items
        if item.key is not None and item.number not in kept
    ]
    return ", ".join(lost)


def _losing(profile: Profile, messages: Messages, page: Messages) -> dict[str, str]:
    """The acts by which a part is lost for good, and the words for that."""
    acts = {name: act for actor in profile.actors.values() for name, act in actor.acts.items()}
    return {
        name: page.text("page-part-goes", part=messages.of(profile.parts[act.loses].name))
        for name, act in acts.items()
        if act.loses is not None and act.loses in profile.parts
    }


def _advice(card: ServedCard, language: Language) -> list[str]:
    return _remembered(_Asked(card.card.profile, card.card.state, language))


class _Asked:
    """What advice is asked for; the same question has the same answer."""

    def __init__(self, profile: Profile, state: State, language: Language) -> None:
        self.profile = profile
        self.state = state
        self.language = language

    def __hash__(self) -> int:
        codes = tuple((name, code.status, code.tries_left) for name, code in self.state.codes.items())
        return hash((self.profile.id, codes, self.state.items, self.language))

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, _Asked)
            and self.language is other.language
            and self.state == other.state
            and self.profile == other.profile
        )


@lru_cache(maxsize=500)
def _remembered(asked: _Asked) -> list[str]:
    advice = advise(asked.profile, asked.state, frozenset())
    return list(advice_lines(asked.profile, advice, Messages(asked.language)))[1:]


def _lives(profile: Profile, messages: Messages, page: Messages) -> list[tuple[str, str]]:
    """What can be drawn, and how it is called."""
    codes = [(f"code:{name}", messages.of(code.name)) for name, code in profile.codes.items()]
    parts = [(f"part:{name}", messages.of(part.name)) for name, part in profile.parts.items()]
    nothing, whole = ("", page.text("page-picture-none")), ("card", page.text("page-picture-card"))
    return [nothing, whole, *codes, *parts]


def _row(heard: Heard) -> ConversationRow:
    event, decoded = heard.event, heard.decoded
    is_command = event.kind is EventKind.COMMAND
    about = decoded.about if decoded is not None else ""
    what = decoded.command if decoded is not None else event.kind.upper()
    return ConversationRow(
        time=str(told(heard)["time"])[11:23],
        what=f"{what} {about}".strip(),
        status=decoded.status if decoded is not None else "",
        octets=" → ".join(filter(None, (event.command, event.answer))),
        faults=", ".join(map(str, event.faults)),
        kind=("code" if decoded is not None and decoded.code else "other") if is_command else "power",
        failed=is_command and not event.answer[-4:].startswith(_GOOD),
    )
