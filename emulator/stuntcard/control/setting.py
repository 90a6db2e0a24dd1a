"""Brings a card, one that runs or one in the store, to a state that is said in words, and tells how."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from stuntcard.card.card import Card
from stuntcard.card.content import Content
from stuntcard.control.errors import ControlError, NotUnderstoodError, SaidError
from stuntcard.control.languages import messages_for
from stuntcard.control.requests import SetStateAnswer, SetStateRequest
from stuntcard.control.steering import ForceNeededError, steer
from stuntcard.messages import Messages
from stuntcard.policy.described import ChangeIsDue, CodeIs, KeysAre, PartIs
from stuntcard.policy.route import Route, Wanted
from stuntcard.profile.model import ActionKind, CodeStatus, Language, Profile
from stuntcard.scenario.shelf import NotTakenError
from stuntcard.scenario.stock import stocked
from stuntcard.words.route import stage_in_words
from stuntcard.words.state import StateWordsError, example, parse_traits, trait_in_words

_SETTING = (ActionKind.SET, ActionKind.CHANGE)


def set_state(card: Card, request: SetStateRequest) -> SetStateAnswer:
    """Brings the card there, by the law as far as that leads. Raises ControlError, and then nothing was changed."""
    profile, before = card.profile, card.content
    wanted, keys = _understood(profile, request.wanted)
    messages = messages_for(request)
    try:
        for one in keys:
            card.change_content(partial(_stocked, profile, one))
        steered = steer(card, wanted, force=request.force)
    except (ForceNeededError, ControlError) as error:
        card.change_content(lambda _: before)
        if isinstance(error, ControlError):
            raise
        forced = ", ".join(trait_in_words(one) for one in error.forced)
        raise SaidError(lambda messages: messages.text("refused-force", wanted=forced)) from error
    return SetStateAnswer(
        law=(*map(trait_in_words, keys), *(stage_in_words(profile, stage, messages) for stage in steered.route.stages)),
        forced=tuple(trait_in_words(one) for one in steered.route.forced),
        given=steered.given,
        also=tuple(trait_in_words(one) for one in steered.changed_too),
        kept=tuple(name for name in _codes_set(wanted, steered.route) if name in before.values),
    )


def _codes_set(wanted: list[Wanted], route: Route) -> Iterator[str]:
    """The codes of which somebody may think that they have new values."""
    actions = [stage.move.action for stage in route.stages if stage.move is not None and stage.move.right]
    asked = {
        one.code for one in wanted if isinstance(one, CodeIs) and (one.status, one.tries_left) == (CodeStatus.SET, None)
    }
    done = {action.code for action in actions if action.code is not None and action.kind in _SETTING}
    yield from sorted(asked | done)


def _stocked(profile: Profile, keys: KeysAre, content: Content) -> Content:
    try:
        return stocked(profile, content, keys)
    except NotTakenError as error:
        reason = f"{trait_in_words(keys)}: {error}"
        raise ControlError(reason) from error


def wanted_in_words(profile: Profile, words: tuple[str, ...]) -> list[Wanted]:
    """What words of `words.state` want of a card's codes and parts. Raises ControlError; it says why."""
    return _understood(profile, words)[0]


def _understood(profile: Profile, words: tuple[str, ...]) -> tuple[list[Wanted], list[KeysAre]]:
    """What words want of codes and parts, and what of keys."""

    def wrong(messages: Messages) -> str:
        try:
            parse_traits(profile, ",".join(words), messages)
        except StateWordsError as error:
            return str(error)
        return ""

    if wrong(Messages(Language.ENGLISH)):
        raise NotUnderstoodError(wrong)
    traits = parse_traits(profile, ",".join(words), Messages(Language.ENGLISH))
    if not traits:
        raise NotUnderstoodError(lambda messages: messages.text("refused-nothing-said", example=example(profile)))
    other = next((trait_in_words(trait) for trait in traits if isinstance(trait, ChangeIsDue)), None)
    if other is not None:
        raise NotUnderstoodError(lambda messages: messages.text("refused-not-settable", asked=other))
    return (
        [trait for trait in traits if isinstance(trait, CodeIs | PartIs)],
        [trait for trait in traits if isinstance(trait, KeysAre)],
    )
