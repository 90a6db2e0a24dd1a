"""Who is logged in to the portal. Sessions are kept in memory: they end with the server."""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from cardtools.ca.times import Clock

IDLE_FOR = timedelta(minutes=30)
"""After so long without a call the session ends."""
LASTS_FOR = timedelta(hours=8)
"""After so long it ends in any case."""
AT_MOST = 200
"""Sessions at a time; the one that was used longest ago goes first."""

_SECRET_BYTES = 32


def new_secret() -> str:
    """Something that can't be guessed, for a cookie or a form."""
    return secrets.token_urlsafe(_SECRET_BYTES)


@dataclass(frozen=True, slots=True)
class Session:
    """One log-in. The token is kept so that one that is taken back ends the session too."""

    identifier: str = field(repr=False)
    token: str = field(repr=False)
    csrf: str = field(repr=False)
    """What every form of the session carries, so that no other site's form is taken for one of ours."""
    began: datetime
    used: datetime


class Sessions:
    """The sessions of one server."""

    def __init__(self, clock: Clock, at_most: int = AT_MOST) -> None:
        self._clock = clock
        self._at_most = at_most
        self._lock = threading.Lock()
        self._sessions: OrderedDict[str, Session] = OrderedDict()

    def begin(self, token: str) -> Session:
        """A new session for the holder of a token."""
        at = self._clock()
        session = Session(new_secret(), token, new_secret(), began=at, used=at)
        with self._lock:
            self._sessions[session.identifier] = session
            while len(self._sessions) > self._at_most:
                self._sessions.popitem(last=False)
        return session

    def use(self, identifier: str) -> Session | None:
        """The session, used now; None when there is none such or it has ended."""
        at = self._clock()
        with self._lock:
            session = self._sessions.pop(identifier, None)
            if session is None or at >= min(session.used + IDLE_FOR, session.began + LASTS_FOR):
                return None
            session = replace(session, used=at)
            self._sessions[identifier] = session
            return session

    def end(self, identifier: str) -> None:
        """Ends a session, if it has not ended."""
        with self._lock:
            self._sessions.pop(identifier, None)
