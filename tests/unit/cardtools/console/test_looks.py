"""Pages that look at one card at once share a look, and none is shown what was before it asked."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import pytest
from cardtools.common.messages import Language
from cardtools.console.acts.values import Result, Unseen
from cardtools.console.looks import Looks

PATIENCE = 60


class SlowCard:
    """Each look at it waits until it is let go, and tells which one it was."""

    def __init__(self) -> None:
        self.begun: list[threading.Event] = []
        self._let_go = threading.Semaphore(0)
        self._someone = threading.Condition()

    def look(self) -> Result:
        with self._someone:
            self.begun.append(threading.Event())
            number = len(self.begun)
            self._someone.notify_all()
        assert self._let_go.acquire(timeout=PATIENCE)
        return Result(unseen=Unseen(why=(str(number),), dead=False))

    def wait_for_look(self, number: int) -> None:
        with self._someone:
            assert self._someone.wait_for(lambda: len(self.begun) >= number, PATIENCE)

    def let_go(self) -> None:
        self._let_go.release()


def numbers(looks: Sequence[Future[Result]]) -> list[str]:
    found = [one.result(PATIENCE).unseen for one in looks]
    return [one.why[0] for one in found if one is not None]


def looks_for_eleven() -> int:
    """A page waits for a look at a card, and ten ask meanwhile: how many looks that took."""
    card, looks = SlowCard(), Looks()
    with ThreadPoolExecutor(20) as pages:
        asked: Callable[[], Future[Result]] = lambda: pages.submit(looks.look, "a-1", Language.CZECH, card.look)  # noqa: E731
        first = asked()
        card.wait_for_look(1)
        others = [asked() for _ in range(10)]
        for _ in range(11):
            card.let_go()
        assert numbers([first]) == ["1"]
        assert "1" not in numbers(others)
    return len(card.begun)


def test_who_asks_during_a_look_gets_a_later_one_and_shares_it() -> None:
    until = time.monotonic() + PATIENCE
    # A page whose thread comes late gets a look of its own.
    while looks_for_eleven() > 5:
        assert time.monotonic() < until


def test_another_card_and_another_language_wait_for_nobody() -> None:
    card, looks = SlowCard(), Looks()
    with ThreadPoolExecutor(3) as pages:
        for number, asked in enumerate(
            [("a-1", Language.CZECH), ("a-2", Language.CZECH), ("a-1", Language.ENGLISH)], 1
        ):
            pages.submit(looks.look, *asked, card.look)
            card.wait_for_look(number)
        for _ in range(3):
            card.let_go()


def test_what_went_wrong_is_told_to_all_and_forgotten() -> None:
    def broken() -> Result:
        raise OSError("gone")

    looks = Looks()
    for _ in range(2):
        with pytest.raises(OSError, match="gone"):
            looks.look("a-1", Language.CZECH, broken)
    assert looks.look("a-1", Language.CZECH, lambda: Result()) == Result()
