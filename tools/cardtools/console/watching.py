"""Listens to the emulator: when a card changes, its exercise is judged, kept, and shown on the pages that look on."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from cardtools.console.emulator.api import EmulatorError
from cardtools.console.errors import ConsoleError
from cardtools.console.school.school import School
from cardtools.console.web.streams import Hub

_LOG = logging.getLogger(__name__)
_PAUSE = 1.0
"""Seconds until the emulator is tried again when it can't be heard."""
_CARD, _EXERCISE = "state", "exercise"
"""The events of the emulator that matter here: the card's state, and how its exercise stands."""


class Watcher:
    """A thread that lasts as long as the console."""

    def __init__(self, school: School, hub: Hub, revive: Callable[[], None]) -> None:
        """`revive` has an emulator there again, when it can't be heard; it may raise ConsoleError."""
        self._revive = revive
        self._school = school
        self._hub = hub
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="watcher", daemon=True)

    def start(self) -> None:
        """Begins to listen."""
        self._thread.start()

    def end(self) -> None:
        """Listens no more."""
        self._ended.set()

    def _watch(self) -> None:
        while not self._ended.is_set():
            try:
                with self._school.emulator.happenings() as happenings:
                    self._school.emulator_is_another()
                    for happening in happenings:
                        if self._ended.is_set():
                            return
                        if happening.kind in (_CARD, _EXERCISE):
                            self._changed(happening.card, happening.kind)
            except EmulatorError:
                # Until it is back, the pages say what they can't show.
                self._bring_back()
            self._ended.wait(_PAUSE)

    def _bring_back(self) -> None:
        try:
            self._revive()
        except ConsoleError as error:
            _LOG.warning("the emulator is gone: %s", error)

    def _changed(self, card: str, kind: str) -> None:
        attempt = self._school.registry.attempt_with(card)
        if attempt is None:
            return
        # The desk asks the card and the emulator; the board, what is kept.
        self._hub.tell(attempt.trainee, "card" if kind == _CARD else "exercise")
        try:
            self._school.judge(attempt)
        except ConsoleError as error:
            _LOG.warning("%s can't be judged: %s", card, error)
        trainee = self._school.registry.find_trainee(attempt.trainee)
        if trainee is not None:
            self._hub.tell(trainee.class_id, "exercise")
