"""How often a client may call: a bucket of calls for each, filled up again as time goes by."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable

from cardtools.ca.settings import Rate

_CLIENTS_MAX = 10_000
"""Buckets kept; the one that was used longest ago goes first."""


class RateLimit:
    """One rate, for each client."""

    def __init__(self, rate: Rate, seconds: Callable[[], float] = time.monotonic) -> None:
        self._rate = rate
        self._seconds = seconds
        self._lock = threading.Lock()
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()
        """By client: calls left, and when that was worked out."""

    def take(self, client: str) -> float:
        """Takes a call out of the client's bucket: 0, or the seconds until there is one in it."""
        with self._lock:
            left, now = self._left(client)
            taken = left >= 1
            self._put(client, left - 1 if taken else left, now)
            return 0 if taken else (1 - left) / self._rate.per_second

    def _left(self, client: str) -> tuple[float, float]:
        now = self._seconds()
        left, then = self._buckets.get(client, (float(self._rate.at_once), now))
        return min(self._rate.at_once, left + (now - then) * self._rate.per_second), now

    def _put(self, client: str, left: float, now: float) -> None:
        self._buckets[client] = left, now
        self._buckets.move_to_end(client)
        if len(self._buckets) > _CLIENTS_MAX:
            self._buckets.popitem(last=False)
