"""Who visits: the trainer, who came by the link that the console printed, and trainees, each by a link of their own."""

from __future__ import annotations

import hmac
import secrets
import threading

from fastapi import Request
from starlette.responses import Response

from cardtools.console.store.registry import Registry
from cardtools.console.store.rows import EndedRow, TraineeRow

TRAINEE_COOKIE = "console_trainee"
_SESSION = "trainer-session"
_YEAR = 365 * 24 * 3600


class Visitors:
    """Tells them apart by cookies, which outlive a restart."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._session = registry.setting(_SESSION, secrets.token_urlsafe(32))
        self._lock = threading.Lock()
        self._tickets: list[str] = []

    def new_ticket(self) -> str:
        """What the trainer's link carries; it lets one browser in, once."""
        ticket = secrets.token_urlsafe(32)
        with self._lock:
            self._tickets.append(ticket)
        return ticket

    def use_ticket(self, ticket: str) -> bool:
        """Whether a ticket lets in; it does so no more."""
        with self._lock:
            found = [one for one in self._tickets if _same(one, ticket)]
            for one in found:
                self._tickets.remove(one)
        return bool(found)

    # The trainer

    def let_trainer_in(self, request: Request, answer: Response) -> None:
        """Gives the browser the trainer's cookie."""
        answer.set_cookie(_trainer_cookie(request), self._session, _YEAR, httponly=True, samesite="strict")

    def is_trainer(self, request: Request) -> bool:
        """Whether the trainer asks."""
        return _same(self._session, request.cookies.get(_trainer_cookie(request), ""))

    # A trainee

    def let_trainee_in(self, trainee: TraineeRow, answer: Response) -> None:
        """Gives the browser a trainee's cookie, which it sends to that trainee's pages only."""
        # Lax, because the link may be followed from a page of mail.
        path = desk_path(trainee.id)
        answer.set_cookie(TRAINEE_COOKIE, trainee.token, _YEAR, path=path, httponly=True, samesite="lax")

    def is_trainee(self, request: Request, trainee: TraineeRow) -> bool:
        """Whether it is this trainee who asks."""
        return _same(trainee.token, request.cookies.get(TRAINEE_COOKIE, ""))

    def trainee_with(self, token: str) -> TraineeRow | None:
        """Whose link this is."""
        return self._registry.trainee_with(token)

    def ended_for(self, request: Request) -> EndedRow | None:
        """The class that was ended, for whoever has a trainee's cookie of it."""
        return self.ended_with(request.cookies.get(TRAINEE_COOKIE, ""))

    def ended_with(self, token: str) -> EndedRow | None:
        """The class that was ended, to which a link led."""
        return self._registry.ended_with(token)


def desk_path(trainee_id: str) -> str:
    """Where a trainee's pages are."""
    return f"/desk/{trainee_id}"


def _trainer_cookie(request: Request) -> str:
    """Named by the port, since browsers don't tell cookies of ports apart."""
    return f"console_trainer_{request.url.port or 80}"


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode("utf-8", "replace"))
