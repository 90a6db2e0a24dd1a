"""Mutants: functions, and the code that takes their place."""

from __future__ import annotations

import ast
import difflib
import functools
import gc
import importlib
import pkgutil
import sys
import types
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Function = Any  # what has code that can be exchanged

_functions: list[tuple[Function, dict[str, Function]]] = []


@dataclass(frozen=True)
class Mutant:
    """A function, and one with one thing in it changed."""

    name: str
    real: Function
    changed: Function

    def takes_its_place(self) -> None:
        """From now on, whoever calls the function runs the mutant, and what the real one worked out is forgotten."""
        self.real.__code__ = self.changed.__code__
        self.real.__defaults__ = self.changed.__defaults__
        self.real.__kwdefaults__ = self.changed.__kwdefaults__
        for cache in caches():
            cache.cache_clear()

    def difference(self) -> str:
        """The lines that it has otherwise."""
        return "\n".join(f"    {line}" for line in self._lines())

    def change(self) -> tuple[str, str]:
        """The lines of the function that are otherwise, and what they are then, with one blank where several may be."""
        lines = self._lines()
        real, changed = ([line[1:] for line in lines if line[0] == sign] for sign in "-+")
        return " ".join(" ".join(real).split()), " ".join(" ".join(changed).split())

    def texts(self) -> tuple[str, str]:
        """The function and the changed one, as they are written."""
        return "\n".join(_source(self.real)), "\n".join(_source(self.changed))

    @property
    def function(self) -> str:
        """The function's name in its room."""
        return f"{self.real.__module__}.{self.real.__qualname__}".split(".", 2)[2]

    def _lines(self) -> list[str]:
        lines = list(difflib.unified_diff(_source(self.real), _source(self.changed), lineterm="", n=0))[2:]
        return [line for line in lines if not line.startswith("@@")]


def write_mutants(room: Path) -> None:
    """Writes its mutants into each module of a room."""
    from mutmut.mutation.file_mutation import mutate_file_contents

    for module in sorted(room.rglob("*.py")):
        mutated = mutate_file_contents(str(module), module.read_text())
        spans = {name: range(span.start, span.end + 1) for name, span in mutated.line_span_by_function_name.items()}
        module.write_text(_without_what_is_no_python(mutated.code, spans))


def _without_what_is_no_python(code: str, spans: Mapping[str, range]) -> str:
    """The code without mutants such as `case {1: a, 1: b}`, which no Python would take."""
    lines = code.splitlines()
    while True:
        try:
            compile("\n".join(lines), "mutated", "exec")
        except SyntaxError as error:
            wrong = next(name for name, span in spans.items() if error.lineno in span)
            for number, line in enumerate(lines, 1):
                if number in spans[wrong] or f"['{wrong}'] = " in line:
                    lines[number - 1] = ""
        else:
            return "\n".join(lines) + "\n"


def import_room(package: str) -> None:
    """Imports all modules of a room. They import mutmut's trampoline, which here leaves functions as they are."""
    trampoline = types.ModuleType("mutmut.mutation.trampoline")
    trampoline.__dict__.update(wrap_in_trampoline=_keep, MutantDict=dict)
    sys.modules[trampoline.__name__] = trampoline
    room = importlib.import_module(package)
    for module in pkgutil.walk_packages(room.__path__, f"{package}."):
        importlib.import_module(module.name)


def _keep(mutants: dict[str, Function], **_: bool) -> Callable[[Function], Function]:
    def decorate(function: Function) -> Function:
        _functions.append((function, mutants))
        return function

    return decorate


def all_mutants() -> Iterator[Mutant]:
    """The mutants of all modules that were imported."""
    for real, mutants in _functions:
        for name, changed in mutants.items():
            if not name.endswith("_orig"):
                yield Mutant(f"{real.__module__}.{name}", real, getattr(changed, "__func__", changed))


@functools.cache
def caches() -> list[Any]:
    """What keeps what was worked out once, but for profiles, which are the same for all mutants."""
    kept = (kept for kept in gc.get_objects() if isinstance(kept, functools._lru_cache_wrapper))
    project = [cache for cache in kept if cache.__module__.partition(".")[0] in ("stuntcard", "tests")]
    return [cache for cache in project if not cache.__module__.startswith("stuntcard.profile")]


def _source(function: Function) -> list[str]:
    code = function.__code__
    body = _functions_of(code.co_filename)[code.co_name, code.co_firstlineno]
    head, *rest = ast.unparse(body).splitlines()[len(body.decorator_list) :]
    return [head.replace(code.co_name, "function", 1), *rest]


@functools.cache
def _functions_of(file: str) -> dict[tuple[str, int], ast.FunctionDef | ast.AsyncFunctionDef]:
    """The functions of a module by their name and first line, decorators included."""
    return {
        (node.name, min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])): node
        for node in ast.walk(ast.parse(Path(file).read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
