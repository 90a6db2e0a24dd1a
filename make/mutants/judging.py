"""Tests against mutants: plugins of pytest."""

from __future__ import annotations

import gc
import signal
import sys
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import CodeType, FrameType
from typing import Literal

import pytest
from hypothesis import Phase, settings

from mutants.changes import Mutant, caches
from mutants.forks import in_a_fork, say

Fate = Literal["noticed", "without end", "not noticed", "not reached"]

# A test may take this many times the seconds of processor that it takes with the code as it is, and some.
PATIENCE = 5
SPARE_SECONDS = 2
EXAMPLES = 25  # of a hypothesis test


@dataclass(frozen=True)
class Result:
    """What became of a mutant, and the test that noticed it."""

    name: str
    fate: Fate
    test: str = ""


class NoticedError(BaseException):
    """A test has failed: which one. How, nobody will read, so that pytest need not find out; that takes longest."""


class StopAtFailure:
    """Goes through all of pytest when a test fails, and lets hypothesis draw few examples until then."""

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Called by pytest once all tests are known."""
        for item in items:
            test = getattr(item, "obj", None)
            test = getattr(test, "__func__", test)
            asked = getattr(test, "_hypothesis_internal_use_settings", None)
            if test is not None and asked is not None:
                test._hypothesis_internal_use_settings = settings(
                    asked,
                    max_examples=min(asked.max_examples, EXAMPLES),
                    phases=(Phase.explicit, Phase.generate),
                    derandomize=True,
                    database=None,
                )

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> None:
        """Called by pytest when a test, or what comes before or after it, has ended."""
        if call.excinfo is not None and not isinstance(call.excinfo.value, pytest.skip.Exception):
            raise NoticedError(item.nodeid)


class Judge:
    """Runs the tests that pytest has collected, mutant by mutant, and hands each result on."""

    def __init__(self, mutants: Sequence[Mutant], done: Callable[[Result], None]) -> None:
        self._mutants = mutants
        self._done = done

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Called by pytest to run the tests."""
        from stuntcard.profile.load import load_profile, profile_names  # only now: it may import what has mutants

        for profile in profile_names():
            load_profile(profile)
        caches()
        gc.collect()
        gc.freeze()
        codes = {mutant.real.__code__ for mutant in self._mutants}
        reached, seconds = in_a_fork(lambda: what_tests_reach(session.items, codes))
        items = {item.nodeid: item for item in session.items}
        noticed: defaultdict[str, Counter[str]] = defaultdict(Counter)  # by what tests, in each function and module
        for mutant in self._mutants:
            function, module = key_of(mutant.real.__code__), mutant.real.__module__
            tests = in_good_order(reached.get(function, []), seconds, module, noticed[function], noticed[module])
            result = judged(mutant, [items[test] for test in tests], seconds)
            noticed[function][result.test] += 1
            noticed[module][result.test] += 1
            self._done(result)
        return True


def in_good_order(
    tests: list[str], seconds: dict[str, float], module: str, by_siblings: Counter[str], by_others: Counter[str]
) -> list[str]:
    """Those first that noticed mutants of the function, or of its module, or are written for it; then the quickest."""
    own_tests = f"/test_{module.rpartition('.')[2]}.py::"
    return sorted(tests, key=lambda test: (-by_siblings[test], -by_others[test], own_tests not in test, seconds[test]))


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


def what_tests_reach(
    items: Sequence[pytest.Item], codes: set[CodeType]
) -> tuple[dict[str, list[str]], dict[str, float]]:
    """For each function the tests that call it, and for each test its seconds of processor.

    Tests that fail with the code as it is are left out.
    """
    reached: defaultdict[str, list[str]] = defaultdict(list)
    seconds = {}
    called: set[CodeType] = set()

    def note(frame: FrameType, event: str, _: object) -> None:
        if event == "call" and frame.f_code in codes:
            called.add(frame.f_code)

    threading.setprofile(note)
    for item in items:
        called.clear()
        started = time.process_time()
        sys.setprofile(note)
        failed = first_that_fails([item], {})
        sys.setprofile(None)
        seconds[item.nodeid] = time.process_time() - started
        if failed:
            say(f"fails with the code as it is, and is left out: {failed}")
            continue
        for code in called:
            reached[key_of(code)].append(item.nodeid)
    return reached, seconds


def first_that_fails(items: Sequence[pytest.Item], seconds: dict[str, float]) -> str:
    """The first of some tests that fails, or nothing. One that takes far longer than its seconds ends the process."""
    for item, next_item in zip(items, [*items[1:], None], strict=True):
        if seconds:
            signal.setitimer(signal.ITIMER_VIRTUAL, PATIENCE * seconds[item.nodeid] + SPARE_SECONDS)
        try:
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=next_item)
        except NoticedError as noticed:
            return str(noticed)
    return ""


def key_of(code: CodeType) -> str:
    """A function's name in what a fork hands back."""
    return f"{code.co_filename}:{code.co_firstlineno}"
