"""The live page: looking at cards, and logging in and out."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from stuntcard.messages import Messages
from stuntcard.serve import choices
from stuntcard.serve.callers import AllCards, Gate, caller_of, cookie_name
from stuntcard.serve.card_page import live_values, page_values
from stuntcard.serve.live_parts import LiveParts
from stuntcard.serve.look import icon, script, streams
from stuntcard.serve.pages import (
    go_to,
    language_of,
    page,
    page_messages,
    part,
    part_answer,
    style_answer,
    text_answer,
)
from stuntcard.serve.visitors import CardLookedAt, Form, Visitor, notices_of, session_of

router = APIRouter(include_in_schema=False)
_NO_LIFE = ""


@router.get("/")
def index(request: Request, visitor: Visitor, cards: AllCards) -> Response:
    """All cards."""
    at = cards.hub.last
    messages = Messages(language_of(request))
    shown = [card for card in cards.all() if visitor.may_see(card.id)]
    live: dict[str, object] = {
        "cards": [card.description for card in shown],
        "exercises": {card.id: card.exercise.title(messages) for card in shown if card.exercise is not None},
    }
    if _is_part(request):
        return part_answer(part(request, "live_cards", live))
    notice = notices_of(request).take(session_of(request))
    values = {
        "at": at,
        **live,
        "profiles": choices.profiles(),
        "all_exercises": choices.exercises(messages),
        "scenarios": choices.scenarios(messages),
        "stored": [one for one in choices.stored_cards() if not one.in_use and one.problem is None],
        "refused" if notice is not None and notice.refused else "notice": notice.text if notice is not None else None,
    }
    return page(request, "index", visitor, values)


@router.get("/cards/{id}")
def card_page(
    request: Request,
    visitor: Visitor,
    cards: AllCards,
    card: CardLookedAt,
    of: Annotated[str, Query(pattern=r"^(|card|(code|part):[a-z0-9-]{1,64})$")] = _NO_LIFE,
) -> Response:
    """One card."""
    at, language = cards.hub.last, language_of(request)
    if _is_part(request):
        parts: LiveParts = request.app.state.live_parts
        return part_answer(
            parts.text(card, language, at, lambda: part(request, "live_card_page", live_values(card, language)))
        )
    messages = page_messages(language)
    notice = notices_of(request).take(session_of(request))
    values = {
        "at": at,
        **page_values(card, messages, of),
        "wanted": notice.wanted if notice is not None else "",
        "would_lose": notice.would_lose if notice is not None else "",
        "refused" if notice is not None and notice.refused else "notice": notice.text if notice is not None else None,
    }
    return page(request, "card", visitor, values)


@router.get("/enter")
def enter(request: Request, gate: Gate, link: Annotated[str, Query(max_length=100)] = "") -> Response:
    """Lets a browser in that comes by a link, or asks for the token."""
    if not link:
        return log_in(request, HTTPStatus.OK)
    return _let_in(request, gate.session_by_link(link))


@router.post("/enter")
def enter_with_token(request: Request, gate: Gate, form: Form) -> Response:
    """Lets a browser in whose user has a token."""
    caller = gate.caller_with_token(form.get("token", ""))
    return _let_in(request, gate.session_by_link(gate.new_link(caller)) if caller is not None else None)


@router.post("/leave")
def leave(request: Request, gate: Gate) -> Response:
    """Lets the browser in no more."""
    gate.end_session(session_of(request))
    answer = go_to("/enter")
    answer.delete_cookie(cookie_name(request), httponly=True, samesite="strict")
    return answer


@router.get("/look/style.css")
def style() -> Response:
    """The sheet that all pages share."""
    return style_answer()


@router.get("/look/icon.svg")
def icon_file() -> Response:
    """What a browser's tab shows."""
    return text_answer(icon(), "image/svg+xml")


@router.get("/look/streams.js")
def streams_script() -> Response:
    """What listens to events for all windows of a browser."""
    return text_answer(streams(), "text/javascript")


@router.get("/live.js")
def live_script() -> Response:
    """What refreshes the page."""
    return text_answer(script(), "text/javascript")


def log_in(request: Request, status: HTTPStatus = HTTPStatus.UNAUTHORIZED) -> Response:
    """The page that asks who somebody is."""
    return page(request, "enter", caller_of(request, None), {}, status)


def _is_part(request: Request) -> bool:
    """Whether a page asks that is shown already, and only for what is live in it."""
    return request.headers.get("x-part") is not None


def _let_in(request: Request, session: str | None) -> Response:
    if session is None:
        wrong = page_messages(language_of(request)).text("page-enter-wrong")
        return page(request, "enter", None, {"refused": wrong}, HTTPStatus.UNAUTHORIZED)
    # No redirect: a browser sends no strict cookie on a way that began elsewhere.
    answer = page(request, "entered", None, {})
    answer.set_cookie(cookie_name(request), session, httponly=True, samesite="strict")
    return answer
