"""The live page: what its buttons and forms do. Each ends on the page that it came from, which says what came of it."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import APIRouter, Request
from starlette.responses import Response

from stuntcard.control import requests as api
from stuntcard.control.setting import wanted_in_words
from stuntcard.messages import Messages
from stuntcard.serve.callers import AllCards
from stuntcard.serve.card_page import losses
from stuntcard.serve.exercise import ServedExercise
from stuntcard.serve.page_refusals import REFUSALS, in_words
from stuntcard.serve.pages import go_to, language_of, page_messages
from stuntcard.serve.plans import CardPlan, NewCard
from stuntcard.serve.problems import Problem, ProblemError
from stuntcard.serve.served_card import ServedCard
from stuntcard.serve.visitors import CardActedOn, Form, Notice, VisitingOwner, notices_of, session_of

router = APIRouter(include_in_schema=False)

_MOVES: dict[
    str, type[api.InsertRequest | api.RemoveRequest | api.ResetRequest | api.UnplugRequest | api.PlugRequest]
] = {
    "insert": api.InsertRequest,
    "remove": api.RemoveRequest,
    "reset": api.ResetRequest,
    "unplug": api.UnplugRequest,
    "plug": api.PlugRequest,
}


def _then(request: Request, path: str, act: Callable[[], Notice | None]) -> Response:
    """Does something, has the next page tell what came of it, and goes there."""
    try:
        notice = act()
    except REFUSALS as error:
        notice = Notice(in_words(error, _texts(request)), refused=True)
    if notice is not None:
        notices_of(request).leave(session_of(request), notice)
    return go_to(path)


def _page_of(card: ServedCard) -> str:
    return f"/cards/{card.id}"


def _texts(request: Request) -> Messages:
    return page_messages(language_of(request))


@router.post("/cards")
def make_card(request: Request, _: VisitingOwner, cards: AllCards, form: Form) -> Response:
    """Makes a card."""
    made_at = "/"

    def act() -> Notice:
        nonlocal made_at
        kind, _colon, name = form.get("source", "").partition(":")
        told = {"id": form.get("id") or None, "label": form.get("label") or None, "keep": form.get("keep") == "yes"}
        new = NewCard.model_validate({kind: name, **told})
        card, _ = cards.make(new.id, CardPlan.model_validate(new.model_dump(exclude={"id"})))
        made_at = _page_of(card)
        return Notice(_texts(request).text("page-made"))

    _then(request, "/", act)
    return go_to(made_at)


@router.post("/cards/{id}/delete")
def remove_card(request: Request, _: VisitingOwner, card: CardActedOn, cards: AllCards) -> Response:
    """Serves a card no more."""

    def act() -> Notice:
        cards.remove(card.id)
        return Notice(_texts(request).text("page-deleted"))

    return _then(request, "/", act)


@router.post("/cards/{id}/set")
def set_state(request: Request, card: CardActedOn, form: Form) -> Response:
    """Brings a card to a state, once who asks for it knows what is lost by that."""
    texts, words = _texts(request), form.get("wanted", "")

    def act() -> Notice:
        wanted = tuple(word.strip() for word in words.split(",") if word.strip())
        lost = losses(card.card.profile, card.card.state, wanted_in_words(card.card.profile, wanted), texts)
        if lost and form.get("sure") != "yes":
            return Notice(texts.text("page-sure-first"), refused=True, wanted=words, would_lose=lost)
        card.asked(api.SetStateRequest(wanted, form.get("force") == "yes"), api.SetStateAnswer)
        return Notice(texts.text("page-set-done"))

    return _then(request, _page_of(card), act)


@router.post("/cards/{id}/faults")
def set_fault(request: Request, card: CardActedOn, form: Form) -> Response:
    """Sets a fault."""

    def act() -> Notice:
        card.asked(api.SetFaultRequest(form.get("rule", "")), api.FaultsAnswer)
        return Notice(_texts(request).text("page-fault-set"))

    return _then(request, _page_of(card), act)


@router.post("/cards/{id}/faults/{number}/clear")
def clear_fault(request: Request, card: CardActedOn, number: int) -> Response:
    """Clears a fault."""

    def act() -> Notice:
        card.asked(api.ClearFaultsRequest(number), api.FaultsAnswer)
        return Notice(_texts(request).text("page-fault-cleared"))

    return _then(request, _page_of(card), act)


@router.post("/cards/{id}/actors/{actor}/{act_id}")
def perform(request: Request, card: CardActedOn, actor: str, act_id: str, form: Form) -> Response:
    """Has somebody off the card act; where a part is lost by it, once that was said to be known."""
    texts = _texts(request)

    def act() -> Notice:
        known = card.card.profile.actors.get(actor)
        about = known.acts.get(act_id) if known is not None else None
        if about is not None and about.loses is not None and form.get("sure") != "yes":
            return Notice(texts.text("page-sure-first"), refused=True)
        values = {name.removeprefix("value-"): value for name, value in form.items() if name.startswith("value-")}
        done = card.asked(api.ActRequest(actor, act_id, values), api.DoneAnswer).done
        if known is None or about is None:
            return Notice(done)
        words = Messages(texts.language)
        return Notice(words.text("step", actor=words.of(known.name), act=words.of(about.about)))

    return _then(request, _page_of(card), act)


@router.post("/cards/{id}/keys")
def press(request: Request, card: CardActedOn, form: Form) -> Response:
    """Presses keys at the PIN pad."""

    def act() -> None:
        card.asked(api.TypeRequest(form.get("keys", "")), api.PinPadAnswer)

    return _then(request, _page_of(card), act)


@router.post("/cards/{id}/snapshots")
def save_snapshot(request: Request, card: CardActedOn, form: Form) -> Response:
    """Keeps the card as it stands."""

    def act() -> Notice:
        card.snapshots.save(form.get("name") or None)
        return Notice(_texts(request).text("page-saved"))

    return _then(request, _page_of(card), act)


@router.post("/cards/{id}/snapshots/{name}/restore")
def restore_snapshot(request: Request, card: CardActedOn, name: str) -> Response:
    """Makes the card as it was."""

    def act() -> Notice:
        card.restore(name)
        return Notice(_texts(request).text("page-restored"))

    return _then(request, _page_of(card), act)


@router.post("/cards/{id}/hints")
def hint(request: Request, card: CardActedOn, form: Form) -> Response:
    """One more hint; a form that is sent twice takes one."""
    had = form.get("after", "")

    def act() -> Notice:
        texts, after = _texts(request), int(had) if had.isdecimal() and len(had) < 6 else None
        return Notice(_exercise_on(card).hint(Messages(texts.language), after) or texts.text("page-no-hint"))

    return _then(request, _page_of(card), act)


@router.post("/cards/{id}/calls/{person}")
def call(request: Request, card: CardActedOn, person: str) -> Response:
    """Calls somebody."""

    def act() -> Notice:
        messages = Messages(language_of(request))
        called = _exercise_on(card).call(person, messages)
        if called is None:
            raise ProblemError(Problem.NOT_FOUND, f"nobody called '{person}' can be reached")
        codes = card.card.profile.codes
        told = [f"{messages.of(codes[code].name)}: {value}" for code, value in called.tells.items()]
        return Notice("\n".join([called.says, *told]))

    return _then(request, _page_of(card), act)


@router.post("/cards/{id}/{move}")
def move(request: Request, card: CardActedOn, move: str) -> Response:
    """Moves the card or its reader."""

    def act() -> None:
        if move not in _MOVES:
            raise ProblemError(Problem.NOT_FOUND, "there is no such act")
        card.asked(_MOVES[move](), api.DoneAnswer)

    return _then(request, _page_of(card), act)


def _exercise_on(card: ServedCard) -> ServedExercise:
    if card.exercise is None:
        raise ProblemError(Problem.NOT_FOUND, "no exercise is done on this card")
    return card.exercise
