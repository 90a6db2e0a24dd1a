"""Who looks at the page: browsers with a session, what they sent, and what they are told on the next page."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import parse_qsl

from fastapi import Depends, Path, Request

from stuntcard.serve.access import Caller
from stuntcard.serve.callers import caller_of, cards_of, cookie_name
from stuntcard.serve.plans import ID_PATTERN
from stuntcard.serve.problems import Problem, ProblemError
from stuntcard.serve.served_card import ServedCard

_FIELDS_MAX = 50
_NOTICES_MAX = 500


class LogInNeededError(Exception):
    """Whoever looks at this page has to say first who they are."""


@dataclass(frozen=True, slots=True)
class Notice:
    """What a browser is told on its next page: what was done, or why it was refused."""

    text: str
    refused: bool = False
    wanted: str = ""
    would_lose: str = ""
    """What would be lost for good by the state that was `wanted`."""


class Notices:
    """What browsers are still to be told, each once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: dict[str, Notice] = {}

    def leave(self, session: str, notice: Notice) -> None:
        """Something to tell on the next page."""
        with self._lock:
            self._waiting[session] = notice
            while len(self._waiting) > _NOTICES_MAX:
                del self._waiting[next(iter(self._waiting))]

    def take(self, session: str) -> Notice | None:
        """What is to be told now."""
        with self._lock:
            return self._waiting.pop(session, None)


def session_of(request: Request) -> str:
    """The browser's session; empty where it has none."""
    return request.cookies.get(cookie_name(request), "")


def notices_of(request: Request) -> Notices:
    """What browsers are still to be told."""
    notices: Notices = request.app.state.notices
    return notices


def _visitor(request: Request) -> Caller:
    caller = caller_of(request, None)
    if caller is None:
        raise LogInNeededError
    return caller


def _card_looked_at(
    request: Request,
    id_: Annotated[str, Path(alias="id", pattern=ID_PATTERN)],
    caller: Annotated[Caller, Depends(_visitor)],
) -> ServedCard:
    if not caller.may_see(id_):
        raise ProblemError(Problem.NOT_ALLOWED, "this card is another's")
    return cards_of(request).find(id_)


def _card_acted_on(
    card: Annotated[ServedCard, Depends(_card_looked_at)], caller: Annotated[Caller, Depends(_visitor)]
) -> ServedCard:
    if not caller.may_act:
        raise ProblemError(Problem.NOT_ALLOWED, "you may look only")
    return card


def _owner(caller: Annotated[Caller, Depends(_visitor)]) -> Caller:
    if not caller.is_owner:
        raise ProblemError(Problem.NOT_ALLOWED, "only the owner may")
    return caller


async def _form(request: Request) -> Mapping[str, str]:
    """The fields of a form; of several of one name the last one."""
    try:
        return dict(parse_qsl((await request.body()).decode(), keep_blank_values=True, max_num_fields=_FIELDS_MAX))
    except ValueError:
        raise ProblemError(Problem.NOT_VALID, "this is no form of this page") from None


Visitor = Annotated[Caller, Depends(_visitor)]
VisitingOwner = Annotated[Caller, Depends(_owner)]
CardLookedAt = Annotated[ServedCard, Depends(_card_looked_at)]
CardActedOn = Annotated[ServedCard, Depends(_card_acted_on)]
Form = Annotated[Mapping[str, str], Depends(_form)]
