"""Who counts as one client, for all that is bounded a client at a time."""

from __future__ import annotations

import hashlib
import threading
from collections import Counter, OrderedDict

_TOKENS_MAX = 1000


class RightTokens:
    """Tokens that were right lately, and sessions that began with one, so that who has one is told from whoever else
    calls from the same address.

    Whether a token is still right is asked elsewhere, at each call.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._digests: OrderedDict[str, None] = OrderedDict()

    def add(self, token: str) -> None:
        """Remembers one, and forgets the oldest where there are too many."""
        with self._lock:
            self._digests[_digest(token)] = None
            if len(self._digests) > _TOKENS_MAX:
                self._digests.popitem(last=False)

    def key(self, token: str) -> str | None:
        """What calls with this token are counted by; None for one that is not known."""
        digest = _digest(token)
        return digest if digest in self._digests else None


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).hexdigest()


class AtOnce:
    """How much of something clients have under way, with a bound for each and one for all."""

    def __init__(self, each: int, everybody: int) -> None:
        self._each = each
        self._everybody = everybody
        self._counts: Counter[str] = Counter()

    @property
    def full(self) -> bool:
        """Whether there is no room for anybody."""
        return self._counts.total() >= self._everybody

    def is_full_for(self, client: str) -> bool:
        """Whether the client has as much as it may."""
        return self._counts[client] >= self._each

    def begin(self, client: str) -> None:
        """Counts one more."""
        self._counts[client] += 1

    def end(self, client: str) -> None:
        """Counts one less."""
        self._counts[client] -= 1
        if not self._counts[client]:
            del self._counts[client]
