"""The one rule of the design: imports point down only.

    cli      console            people and programs in
       \\      /
       readers   scenario       vpcd, pcsc, in-process | named states, faults, trace
           \\      /
            card                and applets, which translate for it
           /  |  \\
     policy store iso7816
        |
     profile
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
EMULATOR = ROOT / "emulator"

# What each package may import, besides itself. Modules right in `emulator` are the top, and may import everything.
BELOW: dict[str, set[str]] = {
    "iso7816": set(),
    "profile": {"iso7816"},  # a profile's ATR is checked when it is read
    "policy": {"profile"},
    "messages": {"profile"},
    "card": {"policy", "iso7816", "profile"},
    "store": {"card", "policy", "iso7816", "profile"},  # it keeps a card's content; the card knows only a Keeper
    "applets": {"card", "policy", "iso7816", "profile"},
    "readers": {"iso7816"},  # a reader knows nothing but bytes
    "trace": {"iso7816", "readers"},  # a recorder stands between a reader and a card
    "scenario": {"card", "policy", "store", "iso7816", "profile", "applets", "messages", "trace", "readers"},
}
TOP = {"console", "top"}

PURE = ("iso7816", "policy")
# None of these does input or output, or knows a clock, randomness or a socket.
PURE_LIBRARY = {
    "__future__", "abc", "array", "bisect", "collections", "collections.abc", "contextlib", "copy", "dataclasses",
    "enum", "fractions", "functools", "graphlib", "heapq", "html", "itertools", "math", "operator", "re", "statistics",
    "string", "struct", "textwrap", "types", "typing", "unicodedata",
}  # fmt: skip
IMPURE_BUILTINS = {"open", "print", "input", "eval", "exec", "compile", "__import__", "breakpoint"}


def sources(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.py")) if folder.is_dir() else []


def imported(file: Path) -> Iterator[tuple[int, str]]:
    """Line and full name of every module that a file imports, wherever in the file it does."""
    package = [*file.relative_to(ROOT).parts[:-1]]
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"), str(file))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            start = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*start, *(node.module or "").split(".")]).strip(".")
            yield from ((node.lineno, f"{module}.{alias.name}") for alias in node.names)


def lines_for_types(file: Path) -> set[int]:
    """The lines of a file that only a type checker reads."""
    blocks = [
        node
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
    ]
    return {line for block in blocks for line in range(block.lineno, (block.end_lineno or block.lineno) + 1)}


def package_of(module: str) -> str | None:
    """The package of `emulator` that a module lies in; "top" for one right in it, None for one elsewhere."""
    parts = module.split(".")
    if parts[0] != "emulator":
        return None
    return parts[1] if len(parts) > 1 and (EMULATOR / parts[1]).is_dir() else "top"


def place(file: Path) -> str:
    inside = file.relative_to(EMULATOR).parts
    return inside[0] if len(inside) > 1 else "top"


FILES = [pytest.param(file, id=str(file.relative_to(ROOT))) for file in sources(EMULATOR)]


def test_every_package_has_its_layer() -> None:
    packages = {file.relative_to(EMULATOR).parts[0] for file in EMULATOR.glob("*/**/*.py")}
    assert packages <= set(BELOW) | TOP, "say in BELOW which layers a new package may import"


def test_the_layers_themselves_have_no_circle() -> None:
    known: set[str] = set()
    while known != set(BELOW):
        next_up = {name for name, below in BELOW.items() if below <= known} - known
        assert next_up, f"a circle among {set(BELOW) - known}"
        known |= next_up


@pytest.mark.parametrize("file", FILES)
def test_imports_point_down_only(file: Path) -> None:
    layer = place(file)
    if layer in TOP:
        return
    wrong = [
        f"{file}:{line}: {name}"
        for line, name in imported(file)
        if (package := package_of(name)) is not None and package != layer and package not in BELOW[layer]
    ]
    assert wrong == []


@pytest.mark.parametrize("file", [param for name in PURE for param in FILES if f"/{name}/" in f"/{param.id}"])
def test_the_law_and_the_bytes_know_no_world(file: Path) -> None:
    wrong = []
    for line, name in imported(file):
        if name.startswith("emulator."):
            # Of a profile only the model: reading one from a file is input.
            pure = name.startswith(("emulator.profile.model.", *(f"emulator.{package}." for package in PURE)))
        else:
            pure = name in PURE_LIBRARY or name.rpartition(".")[0] in PURE_LIBRARY
        if not pure:
            wrong.append(f"{file}:{line}: {name}")
    assert wrong == []


@pytest.mark.parametrize("file", [param for name in PURE for param in FILES if f"/{name}/" in f"/{param.id}"])
def test_the_law_and_the_bytes_call_nothing_that_does_input_or_output(file: Path) -> None:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    called = {node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    assert called & IMPURE_BUILTINS == set()


def test_the_clients_tools_never_import_the_emulator() -> None:
    wrong = [
        f"{file}:{line}: {name}"
        for file in sources(ROOT / "tools")
        for line, name in imported(file)
        if name.split(".")[0] == "emulator"
    ]
    assert wrong == []


def test_no_module_imports_itself_in_a_circle() -> None:
    modules = {".".join(file.relative_to(ROOT).with_suffix("").parts): file for file in sources(EMULATOR)}
    needs = {name: needed_at_run_time(file, modules) - {name} for name, file in modules.items()}
    while needs:
        free = {name for name, needed in needs.items() if not needed & set(needs)}
        assert free, f"circles among: {', '.join(sorted(needs))}"
        needs = {name: needed for name, needed in needs.items() if name not in free}


def needed_at_run_time(file: Path, modules: dict[str, Path]) -> set[str]:
    """The modules of ours that a file imports, but for those that only a type checker sees."""
    skipped = lines_for_types(file)
    found = {known_module(full, modules) for line, full in imported(file) if line not in skipped}
    return {name for name in found if name is not None}


def known_module(full: str, modules: dict[str, Path]) -> str | None:
    """The module of ours that an imported name is, or lies in."""
    return next((name for name in (full, full.rpartition(".")[0]) if name in modules), None)


def test_the_rule_sees_what_it_forbids(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules[__name__], "ROOT", tmp_path)
    file = tmp_path / "emulator" / "policy" / "bad.py"
    file.parent.mkdir(parents=True)
    file.write_text(
        "import time\nfrom ..card import card\nfrom .law import step\ndef f():\n    import emulator.readers\n"
    )
    assert list(imported(file)) == [
        (1, "time"),
        (2, "emulator.card.card"),
        (3, "emulator.policy.law.step"),
        (5, "emulator.readers"),
    ]
