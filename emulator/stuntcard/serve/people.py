"""The people off a card, as the API and the page tell of them."""

from __future__ import annotations

from dataclasses import dataclass

from stuntcard.messages import Messages
from stuntcard.profile.model import Profile


@dataclass(frozen=True, slots=True)
class ActAbout:
    """What somebody can do: its id, what it is, and the codes whose values it asks for."""

    id: str
    about: str
    asks_for: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ActorAbout:
    """Somebody off the card; `cannot`: what one may think they could do, and why they can't."""

    id: str
    name: str
    acts: tuple[ActAbout, ...]
    cannot: dict[str, str]


def actors_of(profile: Profile, messages: Messages) -> list[ActorAbout]:
    """The people off a card of this profile."""
    return [
        ActorAbout(
            id=name,
            name=messages.of(actor.name),
            acts=tuple(ActAbout(act, messages.of(about.about), about.asks_for) for act, about in actor.acts.items()),
            cannot={act: messages.of(refusal.why) for act, refusal in actor.cannot.items()},
        )
        for name, actor in profile.actors.items()
    ]
