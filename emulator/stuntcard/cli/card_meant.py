"""Which card is meant where somebody names one to be looked at: described in words, seen in a file, or running."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from stuntcard.card.from_view import SeenCardError, read_view, state_of, traits_of
from stuntcard.control.client import the_running_card
from stuntcard.control.errors import NotRunningError, SeveralRunningError
from stuntcard.messages import Messages
from stuntcard.policy.described import NoSuchStateError, state_described
from stuntcard.policy.state import State
from stuntcard.profile.load import load_profile, profile_names
from stuntcard.profile.model import CodeStatus, Profile
from stuntcard.words.state import example, parse_traits, why_no_such_state

_MAX_FILE = 1_000_000
_PROFILE_SUFFIXES = {".yaml", ".yml"}


class CardMeantError(ValueError):
    """No card can be meant by this; says why, and what to do."""


def card_meant(target: str, words: str | None, need_not_run: bool, messages: Messages) -> tuple[Profile, State]:
    """The card that is meant: as described, as a file has it, or as it runs.

    `words` describe it; `need_not_run`: one that is set up and works is meant where none runs. Raises CardMeantError,
    StateWordsError, ProfileError, or OSError.
    """
    path = Path(target)
    if target not in profile_names() and path.suffix not in _PROFILE_SUFFIXES and path.is_file():
        if words is not None:
            raise CardMeantError(messages.text("file-and-state", file=target))
        return _card_in_file(path, messages)
    if words is None:
        running = _running_card(target, messages)
        if running is not None:
            return running
    profile = _profile(target, messages)
    if words is None and not need_not_run:
        text = messages.text("target-not-running", card=profile.name, target=target, example=example(profile))
        raise CardMeantError(text)
    try:
        return profile, state_described(profile, parse_traits(profile, words or "", messages))
    except NoSuchStateError as error:
        raise CardMeantError(why_no_such_state(profile, error, messages)) from error


def _profile(target: str, messages: Messages) -> Profile:
    try:
        return load_profile(target)
    except FileNotFoundError as error:
        text = messages.text("target-unknown", target=target, profiles=", ".join(profile_names()))
        raise CardMeantError(text) from error
    except OSError as error:
        text = messages.text("file-unreadable", file=target, reason=str(error.strerror))
        raise CardMeantError(text) from error


def _running_card(target: str, messages: Messages) -> tuple[Profile, State] | None:
    """The one running card of that profile or name; None when there is none."""
    is_file = Path(target).suffix in _PROFILE_SUFFIXES
    name = _profile(target, messages).id if is_file else target
    try:
        running = the_running_card(name)
    except NotRunningError:
        return None
    except SeveralRunningError as error:
        text = messages.text("target-many", target=target, names=", ".join(error.names))
        raise CardMeantError(text) from error
    try:
        seen = read_view(running.status)
        profile = _profile(target if is_file else seen.profile, messages)
        return profile, state_of(profile, seen)
    except SeenCardError as error:
        raise CardMeantError(messages.text("running-card-differs", target=target, reason=str(error))) from error


def _card_in_file(path: Path, messages: Messages) -> tuple[Profile, State]:
    try:
        seen = read_view(_json_in(path, messages))
        profile = _profile(seen.profile, messages)
        state = state_of(profile, seen)
        state_described(profile, traits_of(state, profile))
    except SeenCardError as error:
        raise CardMeantError(messages.text("file-not-a-state", file=str(path), reason=str(error))) from error
    except NoSuchStateError as error:
        raise CardMeantError(f"{path}: {why_no_such_state(profile, error, messages)}") from error
    return profile, state


def _json_in(path: Path, messages: Messages) -> object:
    try:
        with path.open("rb") as stream:
            return json.loads(stream.read(_MAX_FILE))
    except OSError as error:
        text = messages.text("file-unreadable", file=str(path), reason=str(error.strerror))
        raise CardMeantError(text) from error
    except (ValueError, RecursionError) as error:
        reason = messages.text("not-json")
        raise CardMeantError(messages.text("file-not-a-state", file=str(path), reason=reason)) from error


def codes_forgotten(profile: Profile, state: State, given: Sequence[str], messages: Messages) -> frozenset[str]:
    """The codes that the holder does not know any more. Raises CardMeantError for what the card has not."""
    for code in given:
        if code not in profile.codes:
            codes = ", ".join(profile.codes)
            raise CardMeantError(messages.text("forgot-unknown", code=code, card=profile.name, codes=codes))
        if state.codes[code].status is CodeStatus.NOT_SET:
            raise CardMeantError(messages.text("forgot-not-set", code=messages.of(profile.codes[code].name)))
    return frozenset(given)
