"""The API's routes for tokens that are given out, and links to the live page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from stuntcard.serve.access import OWNER, Caller, GivenToken, Role
from stuntcard.serve.callers import Gate, Owner
from stuntcard.serve.plans import CardId
from stuntcard.serve.problems import Problem, ProblemError, refusals

router = APIRouter(prefix="/api/v1", tags=["tokens"])
_REFUSALS = refusals(Problem.NOT_ALLOWED, Problem.NOT_VALID, Problem.TOO_MANY)


class LinkWish(BaseModel):
    """As whom somebody shall be let in."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"role": "observer", "cards": ["anna"]}]})

    role: Role
    cards: Annotated[list[CardId], Field(max_length=250)] | None = Field(
        default=None, description="The cards that it is for, there already or not; without this, all of them."
    )


class TokenWish(LinkWish):
    """What a token shall be for."""

    note: Annotated[str, StringConstraints(max_length=200)] = ""


@dataclass(frozen=True, slots=True)
class TokenAbout:
    """A token that was given out, without its value."""

    id: str
    role: Role
    cards: list[str] | None
    note: str
    made: datetime


class NewToken(BaseModel):
    """A token; this is the only time that its value is told."""

    token: str
    about: TokenAbout


class TokenList(BaseModel):
    """The tokens that were given out."""

    tokens: list[TokenAbout]


class Link(BaseModel):
    """A link that lets one browser in, once."""

    url: str


@router.post("/tokens", status_code=HTTPStatus.CREATED, responses=_REFUSALS)
def give_token(_: Owner, gate: Gate, wish: TokenWish) -> NewToken:
    """Gives out a token. It lasts until it is taken back, or the server ends."""
    given = gate.give(Caller(wish.role, frozenset(wish.cards) if wish.cards is not None else None), wish.note)
    if given is None:
        raise ProblemError(Problem.TOO_MANY, "too many tokens are out; take some back")
    return NewToken(token=given.value, about=_about(given))


@router.get("/tokens", responses=_REFUSALS)
def list_tokens(_: Owner, gate: Gate) -> TokenList:
    """The tokens that were given out, without their values."""
    return TokenList(tokens=[_about(given) for given in gate.tokens()])


@router.delete("/tokens/{token}", status_code=HTTPStatus.NO_CONTENT, responses=_REFUSALS | refusals(Problem.NOT_FOUND))
def take_back(_: Owner, gate: Gate, token: Annotated[str, Path(pattern=r"^[0-9a-f]{16}$")]) -> None:
    """Takes a token back, by its id."""
    if not gate.take_back(token):
        raise ProblemError(Problem.NOT_FOUND, "no token with this id is out")


@router.post("/links", status_code=HTTPStatus.CREATED, responses=_REFUSALS)
def make_link(_: Owner, gate: Gate, request: Request, wish: LinkWish | None = None) -> Link:
    """A link to the live page, for one browser and one time."""
    caller = OWNER if wish is None else Caller(wish.role, frozenset(wish.cards) if wish.cards is not None else None)
    return Link(url=f"{request.url.scheme}://{request.url.netloc}/enter?link={gate.new_link(caller)}")


def _about(given: GivenToken) -> TokenAbout:
    cards = sorted(given.caller.cards) if given.caller.cards is not None else None
    return TokenAbout(given.id, given.caller.role, cards, given.note, given.made)
