"""The API's routes for what can be told of a card: advice, pictures, its trace, and its codes at first."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, StringConstraints
from starlette.responses import Response

from stuntcard.messages import Messages
from stuntcard.profile.model import CodeStatus
from stuntcard.serve.callers import CardSeen, CardToChange
from stuntcard.serve.languages import InLanguage
from stuntcard.serve.pictures import life_drawn
from stuntcard.serve.problems import Problem, ProblemError, refusals
from stuntcard.serve.served_card import ServedCard

_LOOKING = refusals(Problem.NOT_ALLOWED, Problem.NO_SUCH_CARD, Problem.NOT_VALID)
router = APIRouter(prefix="/api/v1/cards/{id}")

_Forgotten = Annotated[
    list[Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{1,64}$")]],
    Query(max_length=20, description="A code that the holder does not know any more."),
]
SVG = "image/svg+xml"


class TraceForm(StrEnum):
    """The forms in which a trace is given."""

    JSONL = "jsonl"
    PCAPNG = "pcapng"


_TRACE_TYPES = {TraceForm.JSONL: "application/jsonl", TraceForm.PCAPNG: "application/x-pcapng"}


class FirstCodes(BaseModel):
    """The values of codes by their ids."""

    codes: dict[str, str]


def _binary(*media_types: str) -> dict[int | str, dict[str, object]]:
    schema = {"schema": {"type": "string", "format": "binary"}}
    return {200: {"content": dict.fromkeys(media_types, schema), "description": "The file"}}


@router.get("/first-codes", tags=["cards"], responses=_LOOKING)
def first_codes(card: CardToChange) -> FirstCodes:
    """What the card's codes were at first; those that nobody knows are left out."""
    return FirstCodes(codes=card.standing.first_codes)


@router.get("/advice", tags=["advice"], responses=_LOOKING)
def advice(card: CardSeen, messages: InLanguage, forgot: _Forgotten = []) -> dict[str, object]:  # noqa: B006
    """What works, the shortest ways back to what does not, and what each step costs: as `stuntcard advise --json`."""
    return advice_for(card, messages, frozenset(forgot))


def advice_for(card: ServedCard, messages: Messages, forgotten: frozenset[str]) -> dict[str, object]:
    """The advice for a card as it stands. Raises ProblemError for codes that can't be forgotten."""
    from stuntcard.policy.advise import advise
    from stuntcard.words.advice import advice_lines, advice_object

    profile, state = card.card.profile, card.card.state
    for code in sorted(forgotten):
        if code not in profile.codes:
            detail = messages.text("forgot-unknown", code=code, card=profile.name, codes=", ".join(profile.codes))
            raise ProblemError(Problem.NOT_VALID, detail)
        if state.codes[code].status is CodeStatus.NOT_SET:
            detail = messages.text("forgot-not-set", code=messages.of(profile.codes[code].name))
            raise ProblemError(Problem.NOT_VALID, detail)
    found = advise(profile, state, forgotten)
    told = advice_object(profile, state, forgotten, found)
    return {**told, "text": list(advice_lines(profile, found, messages))}


@router.get("/picture", tags=["advice"], response_class=Response, responses=_binary(SVG) | _LOOKING)
def picture(
    card: CardSeen,
    messages: InLanguage,
    of: Annotated[str, Query(pattern=r"^(card|code:[a-z0-9-]{1,64}|part:[a-z0-9-]{1,64})$")] = "card",
) -> Response:
    """The life of the card, or of one code or part, as SVG; where the card stands now is marked."""
    return Response(life_drawn(card.card.profile, card.card.state, of, messages), media_type=SVG)


@router.get("/trace", tags=["events"], response_class=Response, responses=_binary(*_TRACE_TYPES.values()) | _LOOKING)
def trace(
    card: CardSeen,
    form: Annotated[TraceForm, Query(alias="format")] = TraceForm.JSONL,
) -> Response:
    """The last 2,000 commands, masked, as a file of `stuntcard trace` or for Wireshark."""
    headers = {"Content-Disposition": f'attachment; filename="{card.id}.{form}"'}
    return Response(_written(card, form), media_type=_TRACE_TYPES[form], headers=headers)


def _written(card: ServedCard, form: TraceForm) -> bytes:
    if form is TraceForm.JSONL:
        return card.tape.lines().encode()
    from stuntcard.trace.pcapng import as_pcapng

    return b"".join(as_pcapng(card.tape.trace()))
