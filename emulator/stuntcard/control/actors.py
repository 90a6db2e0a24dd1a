"""Acts of people off the card, on a running card: what is asked, done, and said to it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from stuntcard.card.card import Card
from stuntcard.card.keeper import KeepError
from stuntcard.control.errors import ActRefusedError
from stuntcard.control.languages import messages_for
from stuntcard.control.requests import ActRequest
from stuntcard.messages import Messages
from stuntcard.policy.events import Verdict
from stuntcard.policy.state import State
from stuntcard.profile.model import Characters, Code, CodeStatus, Profile


def codes_asked_for(profile: Profile, actor: str, act: str) -> tuple[str, ...]:
    """The codes whose values an act needs. Raises ActRefusedError with the reason when there is no such act."""
    known_actor = profile.actors.get(actor)
    if known_actor is None:
        raise ActRefusedError(
            lambda messages: messages.text(
                "refused-no-actor", card=profile.name, actor=actor, actors=_listed(profile.actors, messages)
            )
        )
    known_act = known_actor.acts.get(act)
    if known_act is not None:
        return known_act.asks_for
    refusal = known_actor.cannot.get(act)
    if refusal is not None:
        facts = f" [{', '.join(refusal.source)}]" if refusal.source else ""
        raise ActRefusedError(
            lambda messages: messages.text(
                "refused-never", who=messages.of(known_actor.name), why=f"{messages.of(refusal.why)}{facts}"
            )
        )
    raise ActRefusedError(
        lambda messages: messages.text(
            "refused-no-act", who=messages.of(known_actor.name), act=act, acts=_listed(known_actor.acts, messages)
        )
    )


def perform(card: Card, request: ActRequest) -> str:
    """Has an actor act on a card; gives one sentence on what was done. Raises ActRefusedError when it can't be."""
    profile = card.profile
    needed = codes_asked_for(profile, request.actor, request.act)
    if set(request.values) != set(needed):
        raise ActRefusedError(
            lambda messages: messages.text("refused-values", act=request.act, codes=_listed(needed, messages))
        )
    actor = profile.actors[request.actor]
    act = actor.acts[request.act]
    try:
        verdict = card.act(request.actor, request.act, {code: value.encode() for code, value in request.values.items()})
    except KeepError as error:
        reason = str(error)
        raise ActRefusedError(
            lambda messages: messages.text("refused-act", who=messages.of(actor.name), why=reason)
        ) from error
    if verdict is not Verdict.DONE:
        state = card.state
        raise ActRefusedError(
            lambda messages: messages.text(
                "refused-act",
                who=messages.of(actor.name),
                why=_reason(_Refused(profile, state, verdict, needed), messages),
            )
        )
    messages = messages_for(request)
    return messages.text("done-act", actor=messages.of(actor.name), act=messages.of(act.about))


_STANDS = {
    CodeStatus.NOT_SET: "stands-not-set",
    CodeStatus.SET: "stands-set",
    CodeStatus.BLOCKED: "stands-blocked",
}


@dataclass(frozen=True, slots=True)
class _Refused:
    """An act that was refused, and how the card stood then."""

    profile: Profile
    state: State
    verdict: Verdict
    codes: tuple[str, ...]


def _reason(refused: _Refused, messages: Messages) -> str:
    profile, state, codes = refused.profile, refused.state, refused.codes
    names = messages.all_of([messages.of(profile.codes[code].name) for code in codes])
    match refused.verdict:
        case Verdict.VALUE_REFUSED:
            return messages.text("refused-value", rules=", ".join(_rule(profile.codes[one], messages) for one in codes))
        case Verdict.PART_LOST:
            return messages.text("refused-part-lost")
        case Verdict.CARD_DEAD:
            return messages.text("refused-dead")
        case Verdict.WRONG_CODE:
            left = state.codes[codes[0]].tries_left
            return (
                messages.text("refused-wrong", codes=names, left=left)
                if left
                else messages.text("refused-wrong-last", codes=names)
            )
        case Verdict.CODE_BLOCKED:
            return messages.text("refused-blocked", codes=names)
        case Verdict.CODE_NOT_SET:
            return messages.text("refused-not-set", codes=names)
        case _:
            stands = [
                f"{messages.of(profile.codes[one].name)}: {messages.text(_STANDS[state.codes[one].status])}"
                for one in codes
            ]
            return messages.text("refused-state", states=", ".join(stands)) if codes else messages.text("refused-now")


def _rule(code: Code, messages: Messages) -> str:
    digits = code.characters.set is Characters.DIGITS
    kind = messages.text("show-digits") if digits else messages.text("show-printable")
    name = messages.of(code.name)
    return messages.text("refused-rule", code=name, least=code.length.min, most=code.length.max, kind=kind)


def _listed(names: Iterable[str], messages: Messages) -> str:
    return ", ".join(names) or messages.text("refused-none")
