"""Reads a profile from YAML. Every error has its line and column, and all of them come at once."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Protocol

import yaml
from pydantic import ValidationError

from emulator.profile.checks import Path as KeyPath
from emulator.profile.checks import Problem, cross_check
from emulator.profile.model import Profile

MAX_BYTES = 256 * 1024
MAX_DEPTH = 20


@dataclass(frozen=True, slots=True)
class Mistake:
    """One mistake in a file. Line and column count from 1."""

    line: int
    column: int
    message: str


class ProfileError(Exception):
    """A profile that can't be used; `mistakes` tells all that is wrong with it."""

    def __init__(self, file: str, mistakes: tuple[Mistake, ...]) -> None:
        self.file = file
        self.mistakes = mistakes
        super().__init__("\n".join(f"{file}:{m.line}:{m.column}: {m.message}" for m in mistakes))


def load_profile(name: str) -> Profile:
    """A profile by its id, from those that come with Stuntcard, or by the path of a YAML file.

    Raises ProfileError, or FileNotFoundError when there is none of that name.
    """
    return read_profile(profile_path(name))


def profile_path(name: str) -> Path:
    """The YAML file of a profile's id, or of a path. Raises FileNotFoundError when it is no path and no such id."""
    if name in profile_names():
        return _shipped_directory() / f"{name}.yaml"
    path = Path(name)
    if path.suffix in {".yaml", ".yml"} or os.sep in name:
        return path
    raise FileNotFoundError(
        f"there is no profile '{name}'; there are: {', '.join(profile_names())}, or give a YAML file's path"
    )


def profile_names() -> tuple[str, ...]:
    """Ids of the profiles that come with Stuntcard."""
    return tuple(sorted(path.stem for path in _shipped_directory().glob("*.yaml")))


@cache
def _shipped_directory() -> Path:
    """`profiles/` of a checkout, or its copy inside an installed package."""
    package = Path(str(files("emulator")))
    packed = package / "_profiles"
    return packed if packed.is_dir() else package.parent / "profiles"


def read_profile(path: Path) -> Profile:
    """The profile in a file. Raises ProfileError, or OSError when it can't be read."""
    return parse_profile(read_profile_text(path), str(path))


def read_profile_text(path: Path) -> bytes:
    """The text in a profile's file, one byte more than `parse_profile` takes at most. Raises OSError."""
    with path.open("rb") as stream:
        return stream.read(MAX_BYTES + 1)


def parse_profile(raw: bytes, file: str) -> Profile:
    """The profile in a YAML text; `file` is its name for messages. Raises ProfileError."""
    if len(raw) > MAX_BYTES:
        raise ProfileError(
            file, (Mistake(1, 1, f"the file has more than {MAX_BYTES} bytes; a profile is far smaller"),)
        )
    reader = _Reader(file)
    content = reader.read(raw)
    try:
        profile = Profile.model_validate(content)
    except ValidationError as error:
        problems = tuple(Problem(_key_path(e["loc"]), _say(e["type"], e["msg"], e["input"])) for e in error.errors())
        raise reader.error(problems) from error
    problems = cross_check(profile)
    if problems:
        raise reader.error(problems)
    return profile


def _key_path(location: tuple[int | str, ...]) -> KeyPath:
    return tuple(item for item in location if item != "[key]")


def _say(kind: str, message: str, given: object) -> str:
    """Pydantic's message in a YAML writer's words."""
    if kind == "missing":
        return "is missing"
    if kind == "extra_forbidden":
        return "is not a key that a profile has here"
    if kind == "string_type" and isinstance(given, int):
        return f"{given} is read as a number; put it in quotes"
    expected = message.removeprefix("Value error, ").removeprefix("Input should be ")
    if kind in {"model_type", "dict_type"}:
        return "expected keys with values here"
    shown = f"{given!r}" if isinstance(given, str | int | float | bool) or given is None else "this"
    return f"{shown}: expected {expected}" if expected != message else f"{shown}: {message}"


class _Mark(Protocol):
    """Where something stands; the parser in C and the one in Python have a class each."""

    line: int
    column: int


class _Reader:
    """YAML into plain values, remembering where each key and value stands."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._marks: dict[KeyPath, _Mark] = {}
        self._problems: list[Mistake] = []

    def read(self, raw: bytes) -> object:
        try:
            text = raw.decode("utf-8")
            self._refuse_aliases(text)
            node = yaml.compose(text, Loader=_loader())
        except UnicodeDecodeError as error:
            raise ProfileError(self._file, (Mistake(1, 1, "the file is not UTF-8 text"),)) from error
        except (yaml.MarkedYAMLError, yaml.reader.ReaderError, RecursionError) as error:
            raise ProfileError(self._file, (_yaml_mistake(error),)) from error
        if self._problems:
            raise ProfileError(self._file, tuple(self._problems))
        content = self._value(node, ()) if node is not None else {}
        if self._problems:
            raise ProfileError(self._file, tuple(self._problems))
        return content

    def error(self, problems: tuple[Problem, ...]) -> ProfileError:
        mistakes = []
        for problem in problems:
            name = ".".join(str(item) for item in problem.path) or "the profile"
            mistakes.append(_mistake(self._nearest_mark(problem.path), f"{name}: {problem.message}"))
        return ProfileError(self._file, tuple(sorted(mistakes, key=lambda m: (m.line, m.column))))

    def _nearest_mark(self, path: KeyPath) -> _Mark | None:
        while path and path not in self._marks:
            path = path[:-1]
        return self._marks.get(path)

    def _refuse_aliases(self, text: str) -> None:
        """Aliases can blow a small file up without bound, and deep nesting the stack; a profile needs neither."""
        depth = 0
        for event in yaml.parse(text, Loader=_loader()):
            if isinstance(event, yaml.AliasEvent):
                self._note(event.start_mark, "aliases (*name) are not taken in a profile; write the value out")
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
                if depth > MAX_DEPTH:
                    raise ProfileError(self._file, (_mistake(event.start_mark, f"nested more than {MAX_DEPTH} deep"),))
            if isinstance(event, yaml.CollectionEndEvent):
                depth -= 1

    def _note(self, mark: _Mark | None, message: str) -> None:
        self._problems.append(_mistake(mark, message))

    def _value(self, node: yaml.Node, path: KeyPath) -> object:
        self._marks.setdefault(path, node.start_mark)
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self._value(item, (*path, index)) for index, item in enumerate(node.value)]
        return self._scalar(node)

    def _mapping(self, node: yaml.MappingNode, path: KeyPath) -> dict[str, object]:
        content: dict[str, object] = {}
        for key_node, value_node in node.value:
            key = str(key_node.value)
            if key in content:
                self._note(key_node.start_mark, f"{key} stands here twice")
            self._marks[(*path, key)] = key_node.start_mark
            content[key] = self._value(value_node, (*path, key))
        return content

    def _scalar(self, node: yaml.Node) -> object:
        try:
            return yaml.SafeLoader("").construct_object(node)
        except (yaml.MarkedYAMLError, ValueError, LookupError, AttributeError):
            # The library's constructors stumble in all these ways over a value that does not fit its tag.
            self._note(
                node.start_mark,
                f"{str(node.value)[:40]!r} can't be read as {node.tag}; a profile has plain values only",
            )
            return None


def _loader() -> type[yaml.SafeLoader]:
    """The safe loader, in C where the library has it."""
    return getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def _mistake(mark: _Mark | None, message: str) -> Mistake:
    return Mistake(mark.line + 1, mark.column + 1, message) if mark is not None else Mistake(1, 1, message)


def _yaml_mistake(error: Exception) -> Mistake:
    what = getattr(error, "problem", None) or str(error).splitlines()[0]
    return _mistake(getattr(error, "problem_mark", None), f"not YAML: {what}")
