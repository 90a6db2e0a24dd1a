"""What routes ask for: the cards that are served, and who calls."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Path, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from stuntcard.serve.access import Access, Caller
from stuntcard.serve.cards import Cards
from stuntcard.serve.plans import ID_PATTERN
from stuntcard.serve.problems import Problem, ProblemError
from stuntcard.serve.served_card import ServedCard

_bearer = HTTPBearer(auto_error=False, description="The token that `stuntcard serve` printed, or one it gave out.")


def cookie_name(request: Request) -> str:
    """The cookie of a browser's session; named by the port, since browsers don't tell cookies of ports apart."""
    return f"stuntcard_{request.url.port or 80}"


def cards_of(request: Request) -> Cards:
    """The cards that are served."""
    cards: Cards = request.app.state.cards
    return cards


def access_of(request: Request) -> Access:
    """Who may do what."""
    access: Access = request.app.state.access
    return access


def caller_of(request: Request, token: str | None) -> Caller | None:
    """Who calls, by token or by the session of a browser; None when it is nobody known."""
    access = access_of(request)
    if token is not None:
        return access.caller_with_token(token)
    session = request.cookies.get(cookie_name(request))
    return access.caller_in_session(session) if session is not None else None


def _caller(request: Request, given: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]) -> Caller:
    caller = caller_of(request, given.credentials if given is not None else None)
    if caller is None:
        detail = "this needs the token that `stuntcard serve` printed, as `Authorization: Bearer TOKEN`"
        raise ProblemError(Problem.NOT_AUTHENTICATED, detail)
    return caller


def _owner(caller: Annotated[Caller, Depends(_caller)]) -> Caller:
    if not caller.is_owner:
        raise ProblemError(Problem.NOT_ALLOWED, f"this needs the owner's token; this one is an {caller.role}'s")
    return caller


def _card_seen(
    request: Request,
    id_: Annotated[str, Path(alias="id", pattern=ID_PATTERN, examples=["anna"])],
    caller: Annotated[Caller, Depends(_caller)],
) -> ServedCard:
    if not caller.may_see(id_):
        raise ProblemError(Problem.NOT_ALLOWED, "this token is for other cards")
    return cards_of(request).find(id_)


def _card_to_change(
    card: Annotated[ServedCard, Depends(_card_seen)], caller: Annotated[Caller, Depends(_caller)]
) -> ServedCard:
    if not caller.may_act:
        raise ProblemError(Problem.NOT_ALLOWED, "this token is for looking only")
    return card


AllCards = Annotated[Cards, Depends(cards_of)]
Gate = Annotated[Access, Depends(access_of)]
Calling = Annotated[Caller, Depends(_caller)]
Owner = Annotated[Caller, Depends(_owner)]
CardSeen = Annotated[ServedCard, Depends(_card_seen)]
CardToChange = Annotated[ServedCard, Depends(_card_to_change)]
