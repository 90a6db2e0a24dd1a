"""Runs a room's tests against small changes of its code, and says which of them no test notices.

mutmut writes the changed functions ("mutants") beside the real ones. Running them is done here, because a fresh pytest for
each of thousands costs most of the time: the tests are collected once, and for each mutant a fork of this process puts the
mutant's code into the real function and runs the tests that reach it, first those that noticed its siblings, then the
quickest, until one fails. What no test notices that way is tried once more with the tests imported anew, for what they
work out when they are imported.

In the folder that `make/mutation` lays out: `python mutants.py ROOM TESTS... [--left-out NODE]... [--mutants NAME...]`.
"""

import argparse
import ast
import difflib
import fnmatch
import functools
import gc
import importlib
import json
import os
import pkgutil
import resource
import signal
import sys
import tempfile
import threading
import time
import types
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pytest
from stuntcard.profile.load import load_profile, profile_names

Fate = Literal["noticed", "not noticed", "not reached", "without end"]
FATES: tuple[Fate, ...] = ("noticed", "without end", "not noticed", "not reached")
Function = Any  # a function whose code can be exchanged

RESULTS = Path("results.json")
REACHED = Path("reached.json")  # what tests reach which function, and how long they take
# A test may take this many times the seconds of processor that it takes with the code as it is, and some.
PATIENCE = 5
SPARE_SECONDS = 2
BYTES_AT_MOST = 4 << 30
EXAMPLES = 25  # of a hypothesis test: other tests that it doubles are quicker

_functions: list[tuple[Function, dict[str, Function]]] = []


@dataclass(frozen=True)
class Mutant:
    """A function and the code that takes its place."""

    name: str  # module.x_function__mutmut_3
    real: Function
    changed: Function

    def takes_its_place(self) -> None:
        """From now on, whoever calls the function runs the mutant."""
        self.real.__code__ = self.changed.__code__
        self.real.__defaults__ = self.changed.__defaults__
        self.real.__kwdefaults__ = self.changed.__kwdefaults__


@dataclass(frozen=True)
class Result:
    """What became of a mutant, and the test that noticed it."""

    name: str
    fate: Fate
    test: str = ""


# --- mutants -----------------------------------------------------------------------------------------------------------


def write_mutants(room: Path) -> None:
    """Writes the mutants of each module of a room into the module."""
    from mutmut.mutation.file_mutation import mutate_file_contents

    for module in sorted(room.rglob("*.py")):
        module.write_text(mutate_file_contents(str(module), module.read_text()).code)


def keep_mutants() -> None:
    """What mutmut's modules import as its trampoline keeps the functions and leaves them as they are."""

    def keep(mutants: dict[str, Function], **_: bool) -> Callable[[Function], Function]:
        def decorate(function: Function) -> Function:
            _functions.append((function, mutants))
            return function

        return decorate

    trampoline = types.ModuleType("mutmut.mutation.trampoline")
    trampoline.__dict__.update(wrap_in_trampoline=keep, MutantDict=dict)
    sys.modules[trampoline.__name__] = trampoline


def import_room(package: str) -> None:
    """Imports all modules of a room, so that all mutants are known."""
    room = importlib.import_module(package)
    for module in pkgutil.walk_packages(room.__path__, f"{package}."):
        importlib.import_module(module.name)


def all_mutants() -> Iterator[Mutant]:
    """The mutants of all modules that are imported."""
    for real, mutants in _functions:
        for name, changed in mutants.items():
            if not name.endswith("_orig"):
                yield Mutant(f"{real.__module__}.{name}", real, getattr(changed, "__func__", changed))


def difference(mutant: Mutant) -> str:
    """What the mutant does otherwise, as a diff's changed lines with the function's name."""
    real, changed = (_source(function) for function in (mutant.real, mutant.changed))
    lines = difflib.unified_diff(real, changed, lineterm="", n=0)
    return "\n".join(f"    {line}" for line in lines if line[0] in "+-" and line[:3] not in ("+++", "---"))


def _source(function: Function) -> list[str]:
    code = function.__code__
    body = _functions_of(code.co_filename)[code.co_name, code.co_firstlineno]
    return ast.unparse(body).splitlines()[len(body.decorator_list) + 1 :]


@functools.cache
def _functions_of(file: str) -> dict[tuple[str, int], ast.FunctionDef | ast.AsyncFunctionDef]:
    tree = ast.parse(Path(file).read_text())
    return {
        (node.name, min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])): node
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }


# --- tests -------------------------------------------------------------------------------------------------------------


class Run:
    """Runs mutants against the tests that pytest has collected (a plugin of pytest)."""

    def __init__(self, mutants: Sequence[Mutant], done: Callable[[Result], None]) -> None:
        self.mutants = mutants
        self.done = done

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        few_examples(session.items)
        for profile in profile_names():
            load_profile(profile)
        caches()
        gc.collect()
        gc.freeze()
        if not REACHED.exists():
            codes = {real.__code__ for real, _ in _functions}
            REACHED.write_text(json.dumps(in_a_fork(lambda: what_tests_reach(session.items, codes))))
        reached, seconds = json.loads(REACHED.read_text())
        items = {item.nodeid: item for item in session.items}
        noticed_by: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for mutant in self.mutants:
            function, module = key_of(mutant.real.__code__), mutant.real.__module__
            own_tests = f"/test_{module.rpartition('.')[2]}.py::"

            def promise(test: str) -> tuple[int, int, bool, float]:
                """How likely a test is to notice this mutant, and soon: the least comes first."""
                by_siblings, by_others = noticed_by[function][test], noticed_by[module][test]  # noqa: B023
                return -by_siblings, -by_others, own_tests not in test, seconds[test]  # noqa: B023

            tests = sorted(reached.get(function, ()), key=promise)
            result = self.run(mutant, [items[test] for test in tests], seconds)
            noticed_by[function][result.test] += 1
            noticed_by[module][result.test] += 1
            self.done(result)
        return True

    def run(self, mutant: Mutant, items: Sequence[pytest.Item], seconds: dict[str, float]) -> Result:
        """Runs tests against one mutant, until one of them fails."""
        if not items:
            return Result(mutant.name, "not reached")

        def fail_with_mutant() -> str:
            mutant.takes_its_place()
            clear_caches()
            return first_that_fails(items, seconds)

        test = in_a_fork(fail_with_mutant)
        if test is None:
            return Result(mutant.name, "without end")
        return Result(mutant.name, "noticed" if test else "not noticed", test)


def few_examples(items: Sequence[pytest.Item]) -> None:
    """Lets hypothesis draw few examples, and not look for the simplest when one fails."""
    from hypothesis import Phase, settings

    for item in items:
        test = getattr(item, "obj", None)
        test = getattr(test, "__func__", test)
        asked = getattr(test, "_hypothesis_internal_use_settings", None)
        if asked is not None:
            few = min(asked.max_examples, EXAMPLES)
            test._hypothesis_internal_use_settings = settings(  # type: ignore[union-attr]
                asked, max_examples=few, phases=(Phase.explicit, Phase.generate), derandomize=True, database=None
            )


def what_tests_reach(items: Sequence[pytest.Item], codes: set[types.CodeType]) -> tuple[dict[str, list[str]], dict[str, float]]:
    """For each function the tests that call it, and the seconds of processor that each test takes. Tests that fail with
    the code as it is are left out."""
    reached: defaultdict[str, list[str]] = defaultdict(list)
    seconds = {}
    called: set[types.CodeType] = set()

    def note(frame: types.FrameType, event: str, _: object) -> None:
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
    """The first of some tests that fails, or nothing."""
    for item, next_item in zip(items, [*items[1:], None], strict=True):
        if seconds:  # the signal ends the process
            signal.setitimer(signal.ITIMER_VIRTUAL, PATIENCE * seconds[item.nodeid] + SPARE_SECONDS)
        try:
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=next_item)
        except NoticedError as noticed:
            return str(noticed)
    return ""


class NoticedError(BaseException):
    """A test has failed: which one. How, nobody will read, so that pytest need not find out; that takes longest."""


class StopAtFailure:
    """Goes through pytest at the first failure (a plugin of pytest)."""

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> None:
        if call.excinfo is not None and not isinstance(call.excinfo.value, pytest.skip.Exception):
            raise NoticedError(item.nodeid)


@functools.cache
def caches() -> list[Any]:
    """What keeps what was worked out once, by all of the project but the rooms below the one that is changed."""
    kept = (kept for kept in gc.get_objects() if isinstance(kept, functools._lru_cache_wrapper))
    project = [cache for cache in kept if cache.__module__.partition(".")[0] in ("stuntcard", "tests")]
    return [cache for cache in project if not cache.__module__.startswith("stuntcard.profile")]


def clear_caches() -> None:
    """Forgets what was worked out by the code as it is."""
    for cache in caches():
        cache.cache_clear()


def key_of(code: types.CodeType) -> str:
    """A function's name in what a fork hands back."""
    return f"{code.co_filename}:{code.co_firstlineno}"


# --- processes ---------------------------------------------------------------------------------------------------------


def in_a_fork(work: Callable[[], Any]) -> Any:
    """What some work gives when a fork of this process does it; None if the fork was ended by a signal."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.setsid()
        resource.setrlimit(resource.RLIMIT_AS, (BYTES_AT_MOST, BYTES_AT_MOST))
        nowhere = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(nowhere, stream)
        try:
            answer = work()
        except BaseException as failure:  # noqa: BLE001: whatever it is, somebody would have noticed
            answer = repr(failure)
        with os.fdopen(writing, "w") as pipe:
            json.dump(answer, pipe)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        answer = pipe.read()
    os.waitpid(child, 0)
    try:
        os.killpg(child, signal.SIGKILL)  # programs that its tests had started
    except ProcessLookupError:
        pass
    return json.loads(answer) if answer else None


_screen = os.dup(1)


def say(line: str) -> None:
    """Writes a line where pytest does not catch it."""
    os.write(_screen, f"{line}\n".encode())


# --- all of it ---------------------------------------------------------------------------------------------------------


def pytest_options(tests: Sequence[str], left_out: Sequence[str], scratch: str) -> list[str]:
    """How pytest is called."""
    quietly = ["-q", "-s", "--assert=plain", "--rootdir=.", "--timeout=60", f"--basetemp={scratch}/temporary"]
    plugins = ["-p", "no:cacheprovider", "-p", "no:xdist"]
    return [*quietly, *plugins, *(f"--deselect={node}" for node in left_out), *tests]


def run_anew(mutant: Mutant, options: Sequence[str]) -> Result:
    """Runs all tests against a mutant, imported anew."""

    def fail_with_mutant() -> str:
        mutant.takes_its_place()
        clear_caches()
        for name in [name for name in sys.modules if name.partition(".")[0] == "tests"]:
            del sys.modules[name]
        try:
            code = pytest.main(["-x", *options], plugins=[Examples(), StopAtFailure()])
        except NoticedError as noticed:
            return str(noticed)
        return "" if code == 0 else "the import of a test"

    test = in_a_fork(fail_with_mutant)
    if test is None:
        return Result(mutant.name, "without end")
    return Result(mutant.name, "noticed" if test else "not noticed", test)


class Examples:
    """Few examples for hypothesis, as a plugin of pytest."""

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        few_examples(items)


def main() -> None:
    """Runs what is asked for and writes what came of it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("room")
    parser.add_argument("tests", nargs="+")
    parser.add_argument("--left-out", action="append", default=[])
    parser.add_argument("--mutants", nargs="*", default=[])
    asked = parser.parse_args()
    keep_mutants()
    import_room(f"stuntcard.{asked.room}")
    wanted = asked.mutants or ["*"]
    mutants = [m for m in all_mutants() if any(fnmatch.fnmatchcase(m.name, pattern) for pattern in wanted)]
    results: dict[str, Result] = {}

    def done(result: Result) -> None:
        results[result.name] = result
        if len(results) % 100 == 0:
            say(f"{len(results)} of {len(mutants)}, {time.process_time():.0f} + {sum(resource.getrusage(resource.RUSAGE_CHILDREN)[:2]):.0f} s")
        if result.fate in ("not noticed", "not reached"):
            mutant = by_name[result.name]
            say(f"{len(results)} of {len(mutants)}: {result.fate}: {result.name}\n{difference(mutant)}")

    by_name = {mutant.name: mutant for mutant in mutants}
    with tempfile.TemporaryDirectory() as scratch:
        options = pytest_options(asked.tests, asked.left_out, scratch)
        pytest.main(options, plugins=[Run(mutants, done), StopAtFailure()])
        say("once more, with tests imported anew:")
        for name in [name for name, result in results.items() if result.fate == "not noticed"]:
            done(run_anew(by_name[name], options))
    counted = Counter(result.fate for result in results.values())
    say(f"{asked.room}: {len(mutants)} mutants: " + ", ".join(f"{counted[fate]} {fate}" for fate in FATES))
    RESULTS.write_text(json.dumps({name: [result.fate, result.test] for name, result in results.items()}, indent=1))


if __name__ == "__main__":
    main()
