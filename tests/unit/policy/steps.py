"""The law asked in one line: what events lead to, and what is said to one. The card is a ProID+Q by default."""

from __future__ import annotations

from stuntcard.policy.events import Event, Verdict
from stuntcard.policy.law import step
from stuntcard.policy.state import State, factory_state
from stuntcard.profile.load import load_profile
from stuntcard.profile.model import Profile

PROID_Q = load_profile("proid-q")


def after(*events: Event, start: State | None = None, profile: Profile = PROID_Q) -> State:
    """The state that these events lead to, from the factory's or another one, whatever is said to them."""
    state = factory_state(profile) if start is None else start
    for event in events:
        state, _ = step(profile, state, event)
    return state


def said(event: Event, state: State, profile: Profile = PROID_Q) -> Verdict:
    return step(profile, state, event)[1]


def refused(event: Event, state: State, expected: Verdict, profile: Profile = PROID_Q) -> bool:
    """Whether an event gets this verdict and leaves the state as it was."""
    return step(profile, state, event) == (state, expected)
