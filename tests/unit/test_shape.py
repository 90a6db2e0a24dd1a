"""Nothing grows past what a reader takes in at once: modules, functions and parameter lists of all that is ours."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCES = ("emulator", "tools", "demo", "benchmarks")
MODULE_LINES, FUNCTION_LINES, PARAMETERS = 400, 40, 6


def too_large(file: Path) -> Iterator[str]:
    """What of a file is over a bound, each with its place and size."""
    text = file.read_text(encoding="utf-8")
    lines = text.count("\n")
    if lines > MODULE_LINES:
        yield f"{file}: {lines} lines"
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        length = (node.end_lineno or node.lineno) - node.lineno + 1
        if length > FUNCTION_LINES:
            yield f"{file}:{node.lineno} {node.name}: {length} lines"
        count = parameters(node.args)
        if count > PARAMETERS:
            yield f"{file}:{node.lineno} {node.name}: {count} parameters"


def parameters(arguments: ast.arguments) -> int:
    """How many a caller gives: all but `self` and `cls`."""
    named = [argument.arg for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)]
    return len(named) - (named[:1] in (["self"], ["cls"]))


def test_modules_functions_and_parameter_lists_stay_small() -> None:
    files = [file for folder in SOURCES for file in sorted((ROOT / folder).rglob("*.py"))]
    assert files
    assert [line for file in files for line in too_large(file)] == []


def test_what_is_too_large_is_seen(tmp_path: Path) -> None:
    file = tmp_path / "large.py"
    body = "".join(f"        x{number} = {number}\n" for number in range(FUNCTION_LINES))
    file.write_text(f"class A:\n    def f(self, a, b, c, /, d, e, f, *, g):\n{body}" + "\n" * MODULE_LINES)
    assert list(too_large(file)) == [
        f"{file}: {MODULE_LINES + FUNCTION_LINES + 2} lines",
        f"{file}:2 f: {FUNCTION_LINES + 1} lines",
        f"{file}:2 f: 7 parameters",
    ]
