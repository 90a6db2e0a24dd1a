"""The one rule of the design: imports point down only. It holds for every module of both packages, and exempts none.

Each room says below what it may import besides itself; `ARCHITECTURE.md` draws the same as a picture.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class House:
    """A package, the folder that it lies in, and what each of its rooms may import besides itself."""

    package: str
    folder: Path
    below: Mapping[str, frozenset[str]]

    def module(self, file: Path) -> str:
        """A file's full module name; a package's is that of its `__init__`."""
        return ".".join(file.relative_to(self.folder).with_suffix("").parts).removesuffix(".__init__")

    def files(self) -> list[Path]:
        return sorted((self.folder / self.package).rglob("*.py"))

    def room(self, module: str) -> str | None:
        """The room that a module lies in, or is: the innermost that has a line in `below`."""
        inside = module.removeprefix(self.package).lstrip(".")
        known = (room for room in self.below if f"{inside}.".startswith(f"{room}."))
        return max(known, key=len, default=None)

    def knows(self, name: str) -> bool:
        return name.split(".")[0] == self.package


def below(**rooms: str) -> dict[str, frozenset[str]]:
    """The rooms, each with those that it may import; `__` stands for the dot of a room within a room."""
    return {room.replace("__", "."): frozenset(names.split()) for room, names in rooms.items()}


EMULATOR = House(
    "stuntcard",
    ROOT / "emulator",
    below(
        iso7816="",
        profile="iso7816",  # a profile's ATR is checked when it is read
        policy="profile",
        messages="profile",
        card="policy iso7816 profile",
        store="card policy iso7816 profile messages",  # it keeps a card's content; the card knows only a Keeper
        applets="card policy iso7816 profile",
        readers="iso7816",  # a reader knows nothing but bytes
        trace="iso7816 readers",  # a recorder stands between a reader and a card
        faults="card policy iso7816 profile applets readers",  # they strike what passes between a reader and a card
        scenario="card policy iso7816 profile messages applets trace readers faults",
        exercises="card policy profile applets scenario",
        words="card policy profile messages faults scenario exercises",
        pictures="messages policy profile words",
        control="card policy iso7816 profile messages readers faults scenario exercises words",
        running="card policy iso7816 profile messages applets store readers trace faults scenario exercises words"
        " control",
        serve="card policy iso7816 profile messages applets store readers trace faults scenario exercises words"
        " pictures control running",
        campaign="card policy iso7816 profile messages applets store readers trace faults scenario exercises words"
        " pictures control running",
        cli="card policy iso7816 profile messages applets store readers trace faults scenario exercises words pictures"
        " control running serve campaign",
        # The public door, for the tests of others.
        testing="applets store card messages profile readers trace faults scenario words control running",
        pytest_plugin="testing",
        http_client="control",
    )
    | {"__main__": frozenset({"cli", "running"})},
)

TOOLS = House(
    "cardtools",
    ROOT / "tools",
    below(
        common="",
        card="common",
        manager__model="card common",
        manager__commands="manager.model card common",
        manager__cli="manager.commands manager.model common",
        enrol__errors="common",
        enrol__ca_client="enrol.errors common",
        enrol__files="enrol.ca_client enrol.errors common",
        enrol__flows="enrol.files enrol.ca_client enrol.errors card common",
        enrol__commands="enrol.flows enrol.files enrol.ca_client enrol.errors card common",
        enrol__cli="enrol.commands enrol.flows enrol.files enrol.errors common",
        ca__errors="common",
        ca__times="",
        ca__settings="common",
        ca__store="ca.errors ca.times common",
        ca__pki="ca.errors common",
        ca__office="ca.pki ca.store ca.settings ca.errors ca.times common",
        ca__web="ca.office ca.pki ca.store ca.settings ca.errors ca.times common",
        ca__mail="ca.web ca.office ca.pki ca.store ca.settings ca.errors ca.times common",
        ca__portal="ca.web ca.office ca.pki ca.store ca.errors ca.times common",
        ca__app="ca.portal ca.mail ca.web ca.office ca.settings ca.errors ca.times common",
        ca__commands="ca.office ca.settings ca.errors common",
        ca__cli="ca.commands ca.app ca.mail ca.web ca.office ca.pki ca.settings ca.errors common",
        console__errors="common",
        console__acts="manager.commands manager.model enrol.commands enrol.flows enrol.files enrol.ca_client"
        " enrol.errors card common",
        console__workers="console.acts console.errors",
        console__looks="console.acts common",
        console__store="console.errors common",
        console__emulator="console.errors common",
        console__children="console.errors",
        console__school="console.workers console.emulator console.store console.errors common",
        console__web="console.school console.looks console.workers console.acts console.store console.errors common",
        console__desk="console.web console.school console.emulator console.acts common",
        console__board="console.web console.school console.store console.errors common",
        console__watching="console.web console.school console.emulator console.errors",
        console__app="console.desk console.board console.web common",
        console__serving="console.app console.watching console.web console.school console.workers console.children"
        " console.emulator console.store console.errors common",
        console__cli="console.serving console.school console.errors common",
    )
    | {f"{tool}.__main__": frozenset({f"{tool}.cli", "common"}) for tool in ("manager", "enrol", "ca", "console")},
)

PURE_ROOMS = ("iso7816", "policy")
# None of these does input or output, or knows a clock, randomness or a socket.
PURE_LIBRARY = {
    "__future__", "abc", "array", "bisect", "collections", "collections.abc", "contextlib", "copy", "dataclasses",
    "enum", "fractions", "functools", "graphlib", "heapq", "html", "itertools", "math", "operator", "re", "statistics",
    "string", "struct", "textwrap", "types", "typing", "unicodedata",
}  # fmt: skip
IMPURE_BUILTINS = {"open", "print", "input", "eval", "exec", "compile", "__import__", "breakpoint"}

HOUSES = (EMULATOR, TOOLS)
MODULES = [
    pytest.param(house, file, id=house.module(file)) for house in HOUSES for file in house.files()
]  # fmt: skip
PURE = [
    pytest.param(file, id=EMULATOR.module(file))
    for file in EMULATOR.files()
    if EMULATOR.room(EMULATOR.module(file)) in PURE_ROOMS
]


def imported(file: Path) -> Iterator[tuple[int, str]]:
    """Line and full name of every module that a file imports, wherever in the file it does; ours are never relative."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"), str(file))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}:{node.lineno}: imports are absolute here"
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def lines_for_types(file: Path) -> set[int]:
    """The lines of a file that only a type checker reads."""
    blocks = [
        node
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
    ]
    return {line for block in blocks for line in range(block.lineno, (block.end_lineno or block.lineno) + 1)}


def wrong_imports(house: House, file: Path) -> list[str]:
    """What a file imports from rooms that are not below its own."""
    room = house.room(house.module(file))
    assert room is not None, f"say in `below` which rooms {file} may import"
    return [
        f"{file}:{line}: {name}"
        for line, name in imported(file)
        if house.knows(name) and house.room(name) not in {room, *house.below[room]}
    ]


@pytest.mark.parametrize("house", HOUSES, ids=lambda house: house.package)
def test_the_rooms_themselves_have_no_circle(house: House) -> None:
    known: set[str] = set()
    while known != set(house.below):
        next_up = {name for name, below in house.below.items() if below <= known} - known
        assert next_up, f"a circle among {set(house.below) - known}"
        known |= next_up


@pytest.mark.parametrize(("house", "file"), MODULES)
def test_imports_point_down_only(house: House, file: Path) -> None:
    if file.name == "__init__.py" and house.room(house.module(file)) is None:
        assert list(imported(file)) == [], "what only holds rooms imports nothing"
    else:
        assert wrong_imports(house, file) == []


@pytest.mark.parametrize("house", HOUSES, ids=lambda house: house.package)
def test_every_room_says_what_it_is(house: House) -> None:
    rooms = sorted((house.folder / house.package).rglob("__init__.py"))
    assert [str(file) for file in rooms if not ast.get_docstring(ast.parse(file.read_text("utf-8")))] == []


@pytest.mark.parametrize("file", PURE)
def test_the_law_and_the_bytes_know_no_world(file: Path) -> None:
    wrong = []
    for line, name in imported(file):
        if EMULATOR.knows(name):
            # Of a profile only the model: reading one from a file is input.
            pure = name.startswith(("stuntcard.profile.model.", *(f"stuntcard.{room}." for room in PURE_ROOMS)))
        else:
            pure = name in PURE_LIBRARY or name.rpartition(".")[0] in PURE_LIBRARY
        if not pure:
            wrong.append(f"{file}:{line}: {name}")
    assert wrong == []


@pytest.mark.parametrize("file", PURE)
def test_the_law_and_the_bytes_call_nothing_that_does_input_or_output(file: Path) -> None:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    called = {node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    assert called & IMPURE_BUILTINS == set()


def test_the_clients_tools_never_import_the_emulator() -> None:
    wrong = [
        f"{file}:{line}: {name}"
        for file in sorted((ROOT / "tools").rglob("*.py"))
        for line, name in imported(file)
        if EMULATOR.knows(name)
    ]
    assert wrong == []


@pytest.mark.parametrize("house", HOUSES, ids=lambda house: house.package)
def test_no_module_imports_itself_in_a_circle(house: House) -> None:
    modules = {house.module(file): file for file in house.files()}
    needs = {name: needed_at_run_time(file, modules) - {name} for name, file in modules.items()}
    while needs:
        free = {name for name, needed in needs.items() if not needed & set(needs)}
        assert free, f"circles among: {', '.join(sorted(needs))}"
        needs = {name: needed for name, needed in needs.items() if name not in free}


def needed_at_run_time(file: Path, modules: Mapping[str, Path]) -> set[str]:
    """The modules of ours that a file imports, but for those that only a type checker sees."""
    skipped = lines_for_types(file)
    found = {known_module(full, modules) for line, full in imported(file) if line not in skipped}
    return {name for name in found if name is not None}


def known_module(full: str, modules: Mapping[str, Path]) -> str | None:
    """The module of ours that an imported name is, or lies in."""
    return next((name for name in (full, full.rpartition(".")[0]) if name in modules), None)


def test_the_rule_sees_what_it_forbids(tmp_path: Path) -> None:
    house = House("house", tmp_path, below(ground="", first="ground", first__attic="first"))
    file = tmp_path / "house" / "first" / "bad.py"
    file.parent.mkdir(parents=True)
    file.write_text(
        "import time\nfrom house.ground import floor\nfrom house.first.door import bell\ndef f():\n"
        "    import house.first.attic.box\n    from house import cellar\n"
    )
    assert house.room("house.first.attic.box") == "first.attic"
    assert wrong_imports(house, file) == [f"{file}:5: house.first.attic.box", f"{file}:6: house.cellar"]
