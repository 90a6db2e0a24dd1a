"""Who may do what: tokens with a role, for all cards or for some, and the sessions of browsers."""

from __future__ import annotations

import hmac
import secrets
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

_TOKENS_MAX = 1000
_SESSIONS_MAX = 200
_LINKS_MAX = 50


class Role(StrEnum):
    """What a token is for."""

    OWNER = "owner"
    """Everything: making and removing cards, and giving out tokens."""
    OPERATOR = "operator"
    """Whatever can be done to the token's cards."""
    OBSERVER = "observer"
    """Looking at the token's cards, and changing nothing."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls."""

    role: Role
    cards: frozenset[str] | None = None
    """The cards that it is about; None: all."""

    def may_see(self, card: str) -> bool:
        """Whether this card is one of theirs."""
        return self.cards is None or card in self.cards

    @property
    def may_act(self) -> bool:
        """Whether they may change their cards."""
        return self.role is not Role.OBSERVER

    @property
    def is_owner(self) -> bool:
        """Whether they may do everything."""
        return self.role is Role.OWNER and self.cards is None


OWNER = Caller(Role.OWNER)


@dataclass(frozen=True, slots=True)
class GivenToken:
    """A token that was given out; its value is told once."""

    id: str
    caller: Caller
    note: str
    made: datetime
    value: str = field(repr=False)


class Access:
    """The owner's token, those given out, and browsers that came by a link. Safe to use from several threads."""

    def __init__(self) -> None:
        self.owner_token = secrets.token_urlsafe(32)
        self._lock = threading.Lock()
        self._tokens: dict[str, GivenToken] = {}
        self._links: dict[str, Caller] = {}
        self._sessions: dict[str, Caller] = {}

    def caller_with_token(self, token: str) -> Caller | None:
        """Whose token this is; None when it is nobody's."""
        given = token.encode("utf-8", "replace")
        found = OWNER if hmac.compare_digest(given, self.owner_token.encode()) else None
        for one in list(self._tokens.values()):
            if hmac.compare_digest(given, one.value.encode()):
                found = one.caller
        return found

    def give(self, caller: Caller, note: str) -> GivenToken | None:
        """A new token; None where there are too many."""
        with self._lock:
            if len(self._tokens) >= _TOKENS_MAX:
                return None
            given = GivenToken(secrets.token_hex(8), caller, note, datetime.now(UTC), secrets.token_urlsafe(32))
            self._tokens[given.id] = given
            return given

    def tokens(self) -> tuple[GivenToken, ...]:
        """Those given out, in their order."""
        return tuple(self._tokens.values())

    def take_back(self, id_: str) -> bool:
        """A token is good for nothing any more. Gives False when there is none with this id."""
        with self._lock:
            return self._tokens.pop(id_, None) is not None

    # Browsers

    def new_link(self, caller: Caller = OWNER) -> str:
        """What a link to the page carries; it lets one browser in, once."""
        with self._lock:
            link = secrets.token_urlsafe(32)
            self._links[link] = caller
            _drop_oldest(self._links, _LINKS_MAX)
            return link

    def session_by_link(self, link: str) -> str | None:
        """A new session for the browser that came by a link; None where it was used, or never made."""
        with self._lock:
            known = next((one for one in self._links if hmac.compare_digest(one.encode(), link.encode())), None)
            if known is None:
                return None
            session = secrets.token_urlsafe(32)
            self._sessions[session] = self._links.pop(known)
            _drop_oldest(self._sessions, _SESSIONS_MAX)
            return session

    def caller_in_session(self, session: str) -> Caller | None:
        """Whose session this is; None when it is nobody's."""
        return next(
            (
                caller
                for one, caller in list(self._sessions.items())
                if hmac.compare_digest(one.encode(), session.encode())
            ),
            None,
        )

    def end_session(self, session: str) -> None:
        """The browser is let in no more."""
        with self._lock:
            self._sessions.pop(session, None)


def _drop_oldest(kept: dict[str, Caller], most: int) -> None:
    while len(kept) > most:
        del kept[next(iter(kept))]
