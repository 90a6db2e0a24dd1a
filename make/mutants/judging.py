"""Tests against mutants: a plugin of pytest."""

from __future__ import annotations

import gc
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from types import CodeType
from typing import Literal

import pytest

from mutants.changes import Mutant, caches
from mutants.forks import in_a_fork
from mutants.one_by_one import NoticedError, StopAtFailure, first_that_fails
from mutants.reach import Reach, noting

Fate = Literal["noticed", "without end", "not noticed", "not reached", "not noticed so far"]


@dataclass(frozen=True)
class Result:
    """What became of a mutant, and the test that noticed it."""

    name: str
    fate: Fate
    test: str = ""


class Judge:
    """Runs the tests that pytest has collected, mutant by mutant, and hands each result on.

    First with some seconds of tests each; what is not noticed so far then with more, or all, of those that reach it.
    """

    def __init__(
        self, mutants: Sequence[Mutant], done: Callable[[Result], None], reach: Reach, seconds: tuple[float, float]
    ) -> None:
        self._mutants = mutants
        self._done = done
        self._reach = reach
        self._seconds = seconds
        self._called_at_import: set[CodeType] = set()
        # What tests noticed, by function and by module.
        self._noticed: defaultdict[str, Counter[str]] = defaultdict(Counter)

    @pytest.hookimpl(wrapper=True)
    def pytest_collection(self) -> Generator[None, object, object]:
        """Called by pytest to find the tests, which imports them."""
        with noting({mutant.real.__code__ for mutant in self._mutants}, self._called_at_import):
            return (yield)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Called by pytest to run the tests."""
        from stuntcard.profile.load import load_profile, profile_names  # only now: it may import what has mutants

        for profile in profile_names():
            load_profile(profile)
        caches()
        gc.collect()
        gc.freeze()
        self._reach.measure(session.items)
        items = {item.nodeid: item for item in session.items}
        left = self._round(self._mutants, items, self._seconds[0])
        for mutant in self._round(left, items, self._seconds[1]):
            self._done(Result(mutant.name, "not noticed so far"))
        return True

    def remember(self, mutant: Mutant, test: str) -> None:
        """What noticed a mutant goes first where others of its function or module are judged."""
        self._noticed[mutant.function][test] += 1
        self._noticed[mutant.real.__module__][test] += 1

    def runs_at_import(self, mutant: Mutant) -> bool:
        """Whether tests call the function when they are imported."""
        return mutant.real.__code__ in self._called_at_import

    def _round(self, mutants: Sequence[Mutant], items: dict[str, pytest.Item], seconds: float) -> list[Mutant]:
        """Runs some seconds of tests for each mutant, and gives those that other tests might notice."""
        left = []
        for mutant in mutants:
            by_siblings, by_others = self._noticed[mutant.function], self._noticed[mutant.real.__module__]
            tests = self._reach.in_good_order(mutant.real, by_siblings, by_others)
            chosen = self._first(tests, seconds)
            result = judged(mutant, [items[test] for test in chosen], self._reach.seconds)
            if result.fate == "not noticed" and len(chosen) < len(tests):
                left.append(mutant)
                continue
            self.remember(mutant, result.test)
            self._done(result)
        return left

    def _first(self, tests: list[str], seconds: float) -> list[str]:
        """As many of the tests as some seconds are enough for, and at least one."""
        for number, test in enumerate(tests):
            seconds -= self._reach.seconds[test]
            if seconds < 0:
                return tests[: max(number, 1)]
        return tests


def judged(mutant: Mutant, items: Sequence[pytest.Item], seconds: dict[str, float]) -> Result:
    """What tests say to a mutant, until one of them fails."""
    if not items:
        return Result(mutant.name, "not reached")

    def first_to_notice() -> str:
        mutant.takes_its_place()
        return first_that_fails(items, seconds)

    return result_of(mutant, first_to_notice)


def judged_anew(mutant: Mutant, options: Sequence[str]) -> Result:
    """What all tests say to a mutant, imported after it took its place."""

    def first_to_notice() -> str:
        mutant.takes_its_place()
        for name in [name for name in sys.modules if name.partition(".")[0] == "tests"]:
            del sys.modules[name]
        try:
            code = pytest.main([*options], plugins=[StopAtFailure()])
        except NoticedError as noticed:
            return str(noticed)
        return "" if code == 0 else "the import of a test"

    return result_of(mutant, first_to_notice)


def result_of(mutant: Mutant, first_to_notice: Callable[[], str]) -> Result:
    """The result of work that finds the first test to notice a mutant."""
    test = in_a_fork(first_to_notice)
    if test is None:
        return Result(mutant.name, "without end")
    return Result(mutant.name, "noticed" if test else "not noticed", test)
