"""The API's routes for cards: making, listing and removing them, their state, and what a reader does."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Path, Response
from pydantic import BaseModel, ConfigDict, Field, Strict, StrictBool

from stuntcard.card.view import CardView
from stuntcard.control import requests as api
from stuntcard.serve.callers import AllCards, Calling, CardSeen, CardToChange, Owner
from stuntcard.serve.plans import ID_PATTERN, CardPlan, NewCard
from stuntcard.serve.problems import Problem, refusals
from stuntcard.serve.served_card import CardDescription

router = APIRouter(prefix="/api/v1/cards", tags=["cards"])

_MAKING = refusals(
    Problem.NOT_ALLOWED, Problem.BAD_PLAN, Problem.ID_TAKEN, Problem.CARD_IN_USE, Problem.TOO_MANY, Problem.NOT_VALID
)
_OF_A_CARD = refusals(Problem.NOT_ALLOWED, Problem.NO_SUCH_CARD, Problem.NOT_VALID)
_CHANGING = _OF_A_CARD | refusals(Problem.REFUSED)
Id = Annotated[str, Path(alias="id", pattern=ID_PATTERN, examples=["anna"])]


class CardList(BaseModel):
    """The cards that are served, in the order in which they came."""

    cards: list[CardDescription]


class BackAfter(BaseModel):
    """When what is taken away comes back by itself."""

    model_config = ConfigDict(extra="forbid")

    back_after: Annotated[float, Strict(), Field(ge=0, le=3600)] | None = Field(default=None, description="Seconds.")


class Wanted(BaseModel):
    """The state that a card shall be brought to."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"wanted": ["pin=blocked", "puk=1"]}]})

    wanted: Annotated[tuple[Annotated[str, Field(max_length=100)], ...], Field(max_length=50)] = Field(
        description="In the words of `stuntcard set`: pin=blocked, puk=1, part:pep=lost, card=dead."
    )
    force: StrictBool = Field(default=False, description="Also where the law has no way there.")


@router.get("", responses=refusals())
def list_cards(cards: AllCards, caller: Calling) -> CardList:
    """The cards that the token is for."""
    return CardList(cards=[card.description for card in cards.all() if caller.may_see(card.id)])


@router.post("", status_code=HTTPStatus.CREATED, responses={200: {"model": CardDescription}, **_MAKING})
def make_card(cards: AllCards, _: Owner, new: NewCard, response: Response) -> CardDescription:
    """Makes a card, in a reader of its own. With an `id` it may be repeated: 200 says that the card was there."""
    plan = CardPlan.model_validate(new.model_dump(exclude={"id"}))
    card, made = cards.make(new.id, plan)
    response.status_code = HTTPStatus.CREATED if made else HTTPStatus.OK
    response.headers["Location"] = f"/api/v1/cards/{card.id}"
    return card.description


@router.put("/{id}", status_code=HTTPStatus.CREATED, responses={200: {"model": CardDescription}, **_MAKING})
def put_card(id_: Id, cards: AllCards, _: Owner, plan: CardPlan, response: Response) -> CardDescription:
    """Makes a card under this id. It may be repeated: 200 says that the card was there, as planned."""
    card, made = cards.make(id_, plan)
    response.status_code = HTTPStatus.CREATED if made else HTTPStatus.OK
    return card.description


@router.get("/{id}", responses=_OF_A_CARD)
def one_card(card: CardSeen) -> CardDescription:
    """All that is told of a card."""
    return card.description


@router.delete("/{id}", status_code=HTTPStatus.NO_CONTENT, responses=_OF_A_CARD)
def remove_card(id_: Id, cards: AllCards, _: Owner) -> None:
    """Serves a card no more. A stored card stays in the store; any other is gone."""
    cards.remove(id_)


@router.get("/{id}/state", responses=_OF_A_CARD)
def state(card: CardSeen) -> CardView:
    """The card's view, as `stuntcard status --json` and `--state-out` have it."""
    return card.asked(api.StatusRequest(), CardView)


@router.post("/{id}/insert", responses=_CHANGING)
def insert(card: CardToChange) -> api.DoneAnswer:
    """Puts the card into its reader, and plugs that in."""
    return card.asked(api.InsertRequest(), api.DoneAnswer)


@router.post("/{id}/remove", responses=_CHANGING)
def remove(card: CardToChange, back: BackAfter | None = None) -> api.DoneAnswer:
    """Takes the card out of its reader, for good or for some seconds."""
    return card.asked(api.RemoveRequest(back.back_after if back else None), api.DoneAnswer)


@router.post("/{id}/reset", responses=_CHANGING)
def reset(card: CardToChange) -> api.DoneAnswer:
    """Has the card start anew where it lies, as after a moment without power. What it keeps stays as it is."""
    return card.asked(api.ResetRequest(), api.DoneAnswer)


@router.post("/{id}/unplug", responses=_CHANGING)
def unplug(card: CardToChange, back: BackAfter | None = None) -> api.DoneAnswer:
    """Pulls the reader's plug, for good or for some seconds."""
    return card.asked(api.UnplugRequest(back.back_after if back else None), api.DoneAnswer)


@router.post("/{id}/plug", responses=_CHANGING)
def plug(card: CardToChange) -> api.DoneAnswer:
    """Plugs the reader in."""
    return card.asked(api.PlugRequest(), api.DoneAnswer)


@router.post("/{id}/exchange", responses=_MAKING | _OF_A_CARD)
def exchange(id_: Id, cards: AllCards, _: Owner, plan: CardPlan) -> CardDescription:
    """Puts another card into the reader, which stays, with its socket; the card that lay there goes as by DELETE."""
    return cards.exchange(id_, plan).description


@router.post("/{id}/set", responses=_CHANGING)
def set_state(card: CardToChange, wanted: Wanted) -> api.SetStateAnswer:
    """Brings codes and parts to a state, by the law as far as it leads there."""
    return card.asked(api.SetStateRequest(wanted.wanted, wanted.force), api.SetStateAnswer)
