"""Somebody at the console's desk, without its pages: forms are asked for and filled in."""

from __future__ import annotations

from collections.abc import Mapping

from cardtools.common.messages import Language
from cardtools.console.acts.values import Acted, ActName, CardSeen, Form, Result, Work
from cardtools.console.workers import Seat, Workers


class Trainee:
    """Somebody at the desk."""

    def __init__(self, workers: Workers, seat: Seat, language: Language = Language.ENGLISH) -> None:
        self._workers = workers
        self._seat = seat
        self._language = language

    def look(self) -> CardSeen:
        seen = self._do(Work(kind="look", language=self._language)).seen
        assert seen is not None
        return seen

    def form(self, act: ActName, target: str = "", *, expert: bool = False) -> Form:
        form = self._do(Work(kind="form", language=self._language, act=act, target=target, expert=expert)).form
        assert form is not None
        return form

    def act(
        self,
        act: ActName,
        target: str = "",
        values: Mapping[str, str] | None = None,
        *,
        file: bytes = b"",
        confirmed: bool = False,
        expert: bool = False,
    ) -> Acted:
        """Fills in the form of an act; `values` are its fields."""
        work = Work(
            kind="act", language=self._language, act=act, target=target, values=values or {}, file=file,
            confirmed=confirmed, expert=expert,
        )  # fmt: skip
        acted = self._do(work).acted
        assert acted is not None
        return acted

    def _do(self, work: Work) -> Result:
        return self._workers.do(self._seat, work)
