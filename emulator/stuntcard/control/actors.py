"""Acts of people off the card, on a running card: what is asked, done, and said to it."""

from __future__ import annotations

from stuntcard.card.card import Card
from stuntcard.card.keeper import KeepError
from stuntcard.control.errors import ActRefusedError
from stuntcard.control.requests import ActRequest
from stuntcard.policy.events import Verdict
from stuntcard.profile.model import Profile


def codes_asked_for(profile: Profile, actor: str, act: str) -> tuple[str, ...]:
    """The codes whose values an act needs. Raises ActRefusedError with the reason when there is no such act."""
    known_actor = profile.actors.get(actor)
    if known_actor is None:
        known = ", ".join(profile.actors) or "none"
        raise ActRefusedError(f"{profile.name} knows no actor '{actor}'; there are: {known}")
    known_act = known_actor.acts.get(act)
    if known_act is not None:
        return known_act.asks_for
    refusal = known_actor.cannot.get(act)
    if refusal is not None:
        facts = f" [{', '.join(refusal.source)}]" if refusal.source else ""
        raise ActRefusedError(f"{known_actor.name.en} can't do that. {refusal.why.en}{facts}")
    raise ActRefusedError(f"{known_actor.name.en} can't '{act}'; it can: {', '.join(known_actor.acts)}")


def perform(card: Card, request: ActRequest) -> str:
    """Has an actor act on a card; gives one sentence on what was done. Raises ActRefusedError when it can't be."""
    profile = card.profile
    needed = codes_asked_for(profile, request.actor, request.act)
    if set(request.values) != set(needed):
        wanted = ", ".join(needed) if needed else "none"
        raise ActRefusedError(f"{request.act} needs the values of these codes: {wanted}")
    actor = profile.actors[request.actor]
    act = actor.acts[request.act]
    try:
        verdict = card.act(request.actor, request.act, {code: value.encode() for code, value in request.values.items()})
    except KeepError as error:
        raise ActRefusedError(f"{actor.name.en} could not do it: {error}") from error
    if verdict is not Verdict.DONE:
        raise ActRefusedError(f"{actor.name.en} could not do it: {_reason(card, verdict, needed)}")
    return f"{actor.name.en} {act.about.en}: done"


def _reason(card: Card, verdict: Verdict, codes: tuple[str, ...]) -> str:
    profile, state = card.profile, card.state
    names = " and ".join(profile.codes[code].name.en for code in codes)
    match verdict:
        case Verdict.VALUE_REFUSED:
            rules = ", ".join(
                f"{code.name} has {code.length.min} to {code.length.max} {code.characters.set}"
                for code in (profile.codes[name] for name in codes)
            )
            return f"a value does not fit; {rules}"
        case Verdict.PART_LOST:
            return "that part of the card is lost for good; a new card is needed"
        case Verdict.CARD_DEAD:
            return "the card is dead; a new card is needed"
        case Verdict.WRONG_CODE:
            left = state.codes[codes[0]].tries_left
            return f"{names} is wrong; tries left: {left}" if left else f"{names} is wrong and blocked now"
        case Verdict.CODE_BLOCKED:
            return f"{names} is blocked"
        case Verdict.CODE_NOT_SET:
            return f"{names} is not set"
        case _:
            status = ", ".join(f"{profile.codes[code].name} is {state.codes[code].status}" for code in codes)
            return f"the act is not for a card whose {status}" if codes else "the act is not for this card now"
