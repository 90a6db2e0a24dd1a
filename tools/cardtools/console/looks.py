"""Looks at cards that several pages wait for. Whoever asks gets one that was begun after the question."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from weakref import WeakValueDictionary

from cardtools.common.messages import Language
from cardtools.console.acts.values import Result

_Asked = tuple[str, Language]


class Looks:
    """A look at a time for each card and language. Those who ask meanwhile share the next."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._next: dict[_Asked, Future[Result]] = {}
        self._turns: WeakValueDictionary[_Asked, threading.Lock] = WeakValueDictionary()

    def look(self, card: str, language: Language, do: Callable[[], Result]) -> Result:
        """What `do` gives, or gave another who asked for the same before it began. Raises what it raises."""
        asked = card, language
        with self._lock:
            shared = self._next.get(asked)
            ours = self._next[asked] = Future[Result]() if shared is None else shared
            turn = self._turns.setdefault(asked, threading.Lock())
        if shared is not None:
            return shared.result()
        with turn:
            with self._lock:
                # What happens to the card from now on may not be seen: who asks from now on is not answered with this.
                del self._next[asked]
            try:
                ours.set_result(do())
            except BaseException as error:
                ours.set_exception(error)
        return ours.result()
