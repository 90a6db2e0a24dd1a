"""The `advise` command: what works on a card, and the shortest ways back to what does not."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from stuntcard.messages import Messages
from stuntcard.policy.advise import Advice, Standing, advise
from stuntcard.policy.described import NoSuchStateError, state_described
from stuntcard.policy.functions import Situation
from stuntcard.policy.state import State
from stuntcard.profile.load import ProfileError, load_profile, profile_names
from stuntcard.profile.model import CodeStatus, Language, Profile
from stuntcard.words.advice import advice_lines
from stuntcard.words.state import StateWordsError, example, parse_traits, why_no_such_state

BAD_INPUT = 2
_MAX_FILE = 1_000_000
_PROFILE_SUFFIXES = {".yaml", ".yml"}


class _AskedWronglyError(ValueError):
    """The question can't be answered; says why, and what to do."""


def advise_command(target: str, words: str | None, forgotten: Sequence[str], language: str, as_json: bool) -> int:
    """Prints the advice; gives the exit status: 0, or 2 when the question can't be answered."""
    if language not in {known.value for known in Language}:
        languages = ", ".join(known.value for known in Language)
        print(Messages(Language.ENGLISH).text("language", language=language, languages=languages), file=sys.stderr)
        return BAD_INPUT
    messages = Messages(Language(language))
    try:
        profile, state = _card(target, words, bool(forgotten), messages)
        situation = Situation(state, _forgotten(profile, state, forgotten, messages))
    except (_AskedWronglyError, StateWordsError, ProfileError, OSError) as error:
        print(error, file=sys.stderr)
        return BAD_INPUT
    advice = advise(profile, situation.state, situation.forgotten)
    text = list(advice_lines(profile, advice, messages))
    if as_json:
        print(json.dumps(_as_object(profile, situation, advice, text), indent=2, ensure_ascii=False))
    else:
        print("\n".join(text))
    return 0


def _card(target: str, words: str | None, in_thought: bool, messages: Messages) -> tuple[Profile, State]:
    """The card that is meant: as described, as a file has it, or as it runs.

    `in_thought`: where no card runs, one that is set up and works is meant.
    """
    path = Path(target)
    if target not in profile_names() and path.suffix not in _PROFILE_SUFFIXES and path.is_file():
        if words is not None:
            raise _AskedWronglyError(messages.text("file-and-state", file=target))
        return _card_in_file(path, messages)
    if words is None:
        running = _running_card(target, messages)
        if running is not None:
            return running
    profile = _profile(target, messages)
    if words is None and not in_thought:
        text = messages.text("target-not-running", card=profile.name, target=target, example=example(profile))
        raise _AskedWronglyError(text)
    try:
        return profile, state_described(profile, parse_traits(profile, words or "", messages))
    except NoSuchStateError as error:
        raise _AskedWronglyError(why_no_such_state(profile, error, messages)) from error


def _profile(target: str, messages: Messages) -> Profile:
    try:
        return load_profile(target)
    except FileNotFoundError as error:
        text = messages.text("target-unknown", target=target, profiles=", ".join(profile_names()))
        raise _AskedWronglyError(text) from error
    except OSError as error:
        text = messages.text("file-unreadable", file=target, reason=str(error.strerror))
        raise _AskedWronglyError(text) from error


def _running_card(target: str, messages: Messages) -> tuple[Profile, State] | None:
    """The one running card of that profile or name; None when there is none."""
    from stuntcard.control.control import running_cards

    path = Path(target)
    name = _profile(target, messages).id if path.suffix in _PROFILE_SUFFIXES else target
    cards = [c for c in running_cards() if name in (c.status.get("profile"), c.directory.name, str(c.directory))]
    if not cards:
        return None
    if len(cards) > 1:
        names = ", ".join(card.directory.name for card in cards)
        raise _AskedWronglyError(messages.text("target-many", target=target, names=names))
    from stuntcard.card.from_view import SeenCardError, read_view, state_of

    try:
        seen = read_view(cards[0].status)
        profile = _profile(target if path.suffix in _PROFILE_SUFFIXES else seen.profile, messages)
        return profile, state_of(profile, seen)
    except SeenCardError as error:
        raise _AskedWronglyError(messages.text("running-card-differs", target=target, reason=str(error))) from error


def _card_in_file(path: Path, messages: Messages) -> tuple[Profile, State]:
    from stuntcard.card.from_view import SeenCardError, read_view, state_of, traits_of

    try:
        seen = read_view(_json_in(path, messages))
        profile = _profile(seen.profile, messages)
        state = state_of(profile, seen)
        state_described(profile, traits_of(state, profile))
    except SeenCardError as error:
        raise _AskedWronglyError(messages.text("file-not-a-state", file=str(path), reason=str(error))) from error
    except NoSuchStateError as error:
        raise _AskedWronglyError(f"{path}: {why_no_such_state(profile, error, messages)}") from error
    return profile, state


def _json_in(path: Path, messages: Messages) -> object:
    try:
        with path.open("rb") as stream:
            return json.loads(stream.read(_MAX_FILE))
    except OSError as error:
        text = messages.text("file-unreadable", file=str(path), reason=str(error.strerror))
        raise _AskedWronglyError(text) from error
    except (ValueError, RecursionError) as error:
        reason = messages.text("not-json")
        raise _AskedWronglyError(messages.text("file-not-a-state", file=str(path), reason=reason)) from error


def _forgotten(profile: Profile, state: State, given: Sequence[str], messages: Messages) -> frozenset[str]:
    for code in given:
        if code not in profile.codes:
            codes = ", ".join(profile.codes)
            raise _AskedWronglyError(messages.text("forgot-unknown", code=code, card=profile.name, codes=codes))
        if state.codes[code].status is CodeStatus.NOT_SET:
            raise _AskedWronglyError(messages.text("forgot-not-set", code=messages.name(profile.codes[code].name)))
    return frozenset(given)


def _as_object(profile: Profile, situation: Situation, advice: Advice, text: list[str]) -> dict[str, object]:
    state = situation.state
    return {
        "profile": profile.id,
        "state": {
            "codes": {name: {"state": c.status, "tries_left": c.tries_left} for name, c in state.codes.items()},
            "areas": {name: {"used": state.used(name)} for name in profile.areas},
            "lost": sorted(state.lost),
        },
        "forgotten": sorted(situation.forgotten),
        "new_card_needed": any(function.standing is Standing.GONE for function in advice.functions),
        **asdict(advice),
        "text": text,
    }
