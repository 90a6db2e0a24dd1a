"""Which tests call which functions, and how long they take."""

from __future__ import annotations

import contextlib
import functools
import sys
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from types import CodeType, FrameType

import pytest

from mutants.changes import Function
from mutants.forks import in_a_fork, say
from mutants.kept import Kept, digest
from mutants.one_by_one import first_that_fails

READ_BY_TESTS = (".apdu", ".story", ".txt")
AT_ONCE = 200  # tests that one fork runs


def name_of(function: Function) -> str:
    """A function's name, as it is kept."""
    return f"{function.__module__}:{function.__qualname__}"


class Reach:
    """What each test calls. Kept between runs, until the room, the test's module or what it reads is changed."""

    def __init__(self, kept: Kept, functions: Iterable[Function], room: Sequence[Path]) -> None:
        self._kept = kept
        self._functions = {function.__code__: name_of(function) for function in functions}
        self._room = digest(*(path.read_text() for path in room))
        self._tests: defaultdict[str, list[str]] = defaultdict(list)
        self.seconds: dict[str, float] = {}

    def measure(self, items: Sequence[pytest.Item]) -> None:
        """Runs the tests of which nothing is known. Those that fail with the code as it is are left out."""
        keys = {item.nodeid: digest(item.nodeid, self._room, _material(item.path)) for item in items}
        unknown = [item for item in items if self._kept.get(keys[item.nodeid]) is None]
        for start in range(0, len(unknown), AT_ONCE):
            for item, known in in_a_fork(functools.partial(self._run, unknown[start : start + AT_ONCE])).items():
                self._kept.keep(keys[item], known)
            say(f"{start} of {len(unknown)} tests were run with the code as it is")
        for item in items:
            self.seconds[item.nodeid], called = self._kept.get(keys[item.nodeid])
            if called is None:
                say(f"fails with the code as it is, and is left out: {item.nodeid}")
            for function in called or ():
                self._tests[function].append(item.nodeid)

    def in_good_order(self, function: Function, by_siblings: Counter[str], by_others: Counter[str]) -> list[str]:
        """Those first that noticed others of the function or its module, or are written for it; then the quickest."""
        own_tests = f"/test_{function.__module__.rpartition('.')[2]}.py::"
        return sorted(
            self._tests[name_of(function)],
            key=lambda test: (-by_siblings[test], -by_others[test], own_tests not in test, self.seconds[test]),
        )

    def _run(self, items: Sequence[pytest.Item]) -> dict[str, tuple[float, list[str] | None]]:
        """The seconds of processor of each test, and what it calls; None if it fails."""
        known: dict[str, tuple[float, list[str] | None]] = {}
        for item in items:
            called: set[CodeType] = set()
            started = time.process_time()
            with noting(self._functions.keys(), called):
                failed = first_that_fails([item], {})
            seconds = time.process_time() - started
            known[item.nodeid] = seconds, None if failed else sorted({self._functions[code] for code in called})
        return known


@contextlib.contextmanager
def noting(codes: Iterable[CodeType], called: set[CodeType]) -> Iterator[None]:
    """Notes which of some functions are called."""
    wanted = set(codes)

    def note(frame: FrameType, event: str, _: object) -> None:
        if event == "call" and frame.f_code in wanted:
            called.add(frame.f_code)

    threading.setprofile(note)
    sys.setprofile(note)
    try:
        yield
    finally:
        sys.setprofile(None)
        threading.setprofile(None)


@functools.cache
def _material(module: Path) -> str:
    """A test's module and the files that tests beside it read."""
    files = [path for path in sorted(module.parent.rglob("*")) if path.suffix in READ_BY_TESTS]
    return digest(*(path.read_text() for path in [module, *files]))
