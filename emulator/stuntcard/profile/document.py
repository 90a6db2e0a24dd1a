"""Reads a YAML file into a model. Every error has its line and column, and all of them come at once."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeVar

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from stuntcard.profile.value_words import KEYS_EXPECTED, in_words

MAX_BYTES = 256 * 1024
MAX_DEPTH = 20
_NUMBER_BITS_MAX = 64
_KEY_MAX = 200
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
"""All but the tab and the end of a line, which texts of several lines have."""
_HINTED = re.compile(r"did not find expected|mapping values are not allowed|flow (mapping|sequence)")
"""What the parser says where such a text is the usual cause."""

KeyPath = tuple[str | int, ...]
Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong in a file: where (keys and indexes from the top), and what."""

    path: KeyPath
    message: str


@dataclass(frozen=True, slots=True)
class Mistake:
    """One mistake in a file. Line and column count from 1."""

    line: int
    column: int
    message: str


class DocumentError(Exception):
    """A file that can't be used; `mistakes` tells all that is wrong with it."""

    def __init__(self, file: str, mistakes: tuple[Mistake, ...]) -> None:
        self.file = file
        self.mistakes = mistakes
        super().__init__("\n".join(f"{file}:{m.line}:{m.column}: {m.message}" for m in mistakes))


class Document:
    """One YAML text. `kind` is what people call such a file, as in "profile"; `file` is its name for messages."""

    def __init__(self, kind: str, file: str, error: type[DocumentError]) -> None:
        """`error`: what is raised for anything that is wrong with the text."""
        self._kind = kind
        self._a_kind = f"{'an' if kind[0] in 'aeio' else 'a'} {kind}"
        self._file = file
        self._error = error
        self._marks: dict[KeyPath, _Mark] = {}
        self._findings: list[Mistake] = []

    def read(self, raw: bytes, model: type[Model], check: Callable[[Model], Iterable[Finding]]) -> Model:
        """The text as a model. `check` finds what is wrong between blocks that are right one by one."""
        if len(raw) > MAX_BYTES:
            message = f"the file has more than {MAX_BYTES} bytes; {self._a_kind} is far smaller"
            raise self._error(self._file, (Mistake(1, 1, message),))
        content = self._plain(raw)
        if not isinstance(content, dict):
            # What it says is not repeated: a file given by mistake may hold codes.
            raise self.error([Finding((), "expected keys with values")])
        try:
            made = model.model_validate(content)
        except ValidationError as error:
            raise self.error(self._findings_of(error.errors(), model)) from error
        findings = tuple(check(made))
        if findings:
            raise self.error(findings)
        return made

    def error(self, findings: Iterable[Finding]) -> DocumentError:
        """The error that tells of findings, each with the place where it stands in the text that was read."""
        mistakes = []
        for finding in findings:
            name = ".".join(str(item) for item in finding.path) or f"the {self._kind}"
            mistakes.append(_mistake(self._nearest_mark(finding.path), f"{name}: {finding.message}"))
        return self._error(self._file, tuple(sorted(mistakes, key=lambda m: (m.line, m.column))))

    def _plain(self, raw: bytes) -> object:
        """Plain values, remembering where each key and value stands."""
        try:
            text = raw.decode("utf-8")
        except UnicodeDecodeError as error:
            raise self._error(self._file, (Mistake(1, 1, "the file is not UTF-8 text"),)) from error
        try:
            self._refuse_bombs(text, _loader())
            node = yaml.compose(text, Loader=_loader())
        except (yaml.MarkedYAMLError, yaml.reader.ReaderError, RecursionError) as error:
            # The parser in C reads ahead, and from some depth on refuses what nests before we have seen it.
            with contextlib.suppress(yaml.YAMLError, RecursionError):
                self._refuse_bombs(text, yaml.SafeLoader)
            raise self._error(self._file, (_yaml_mistake(error),)) from error
        if self._findings:
            raise self._error(self._file, tuple(self._findings))
        content = self._value(node, ()) if node is not None else {}
        if self._findings:
            raise self._error(self._file, tuple(self._findings))
        return content

    def _findings_of(self, errors: Iterable[ErrorDetails], model: type[BaseModel]) -> Iterator[Finding]:
        """What pydantic found, a finding a value, in a YAML writer's words."""
        by_path: dict[KeyPath, list[ErrorDetails]] = {}
        for error in errors:
            by_path.setdefault(self._written_path(error), []).append(error)
        for path, found in by_path.items():
            # Where a value may be several things, those that it is none of have nothing to say beside the one it is.
            if not any(other[: len(path)] == path and other != path for other in by_path):
                yield Finding(path, self._say(found, model, path))

    def _written_path(self, error: ErrorDetails) -> KeyPath:
        """Where it is in the text: pydantic's place, without the names of the things that a value might have been."""
        path: KeyPath = ()
        *before, last = error["loc"] or ("",)
        for item in before if error["type"] == "missing" else error["loc"]:
            path = (*path, item) if (*path, item) in self._marks else path
        return (*path, last) if error["type"] == "missing" else path

    def _say(self, found: list[ErrorDetails], model: type[BaseModel], path: KeyPath) -> str:
        kinds = {error["type"] for error in found}
        if "missing" in kinds:
            return "is missing"
        if "extra_forbidden" in kinds:
            from difflib import get_close_matches

            known = _keys_beside(model, path)
            near = get_close_matches(str(path[-1]), known, 1)
            meant = f"did you mean {near[0]}? It has" if near else "expected one of"
            return f"is not a key that {self._a_kind} has here; {meant}: {', '.join(known) or 'none'}"
        inside = ", ".join(_keys_beside(model, (*path, "")))
        # Who writes a text where its languages should be is told these.
        return f"{in_words(found)}: {inside}" if kinds <= KEYS_EXPECTED and inside else in_words(found)

    def _nearest_mark(self, path: KeyPath) -> _Mark | None:
        while path and path not in self._marks:
            path = path[:-1]
        return self._marks.get(path)

    def _refuse_bombs(self, text: str, loader: type[yaml.SafeLoader]) -> None:
        """Aliases can blow a small file up without bound, and deep nesting the stack; none of this is needed here."""
        depth = 0
        for event in yaml.parse(text, Loader=loader):
            if isinstance(event, yaml.AliasEvent):
                self._note(event.start_mark, f"aliases (*name) are not taken in {self._a_kind}; write the value out")
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
                if depth > MAX_DEPTH:
                    raise self._error(self._file, (_mistake(event.start_mark, f"nested more than {MAX_DEPTH} deep"),))
            if isinstance(event, yaml.CollectionEndEvent):
                depth -= 1

    def _note(self, mark: _Mark | None, message: str) -> None:
        self._findings.append(_mistake(mark, message))

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
            if not isinstance(key_node, yaml.ScalarNode) or len(key) > _KEY_MAX or not key.isprintable():
                # It would be part of every message about what stands under it.
                self._note(key_node.start_mark, f"a key is one line of text, of {_KEY_MAX} characters at most")
                continue
            if key in content:
                self._note(key_node.start_mark, f"{key} stands here twice")
            self._marks[(*path, key)] = key_node.start_mark
            content[key] = self._value(value_node, (*path, key))
        return content

    def _scalar(self, node: yaml.Node) -> object:
        try:
            value = yaml.constructor.SafeConstructor().construct_object(node)
        except (yaml.MarkedYAMLError, ValueError, LookupError, AttributeError):
            # The library's constructors stumble in all these ways over a value that does not fit its tag.
            self._note(
                node.start_mark,
                f"what stands here can't be read as {node.tag}; {self._a_kind} has plain values only",
            )
            return None
        if isinstance(value, int) and value.bit_length() > _NUMBER_BITS_MAX:
            # 1:2:3 is a number for YAML, to the base of 60; some are too long for Python to write them out.
            self._note(
                node.start_mark,
                f"a number too large for {self._a_kind}; a text, such as a code, has to stand in quotes",
            )
            return None
        if isinstance(value, str) and _CONTROL.search(value):
            # Texts are shown to people as they are: none may steer a terminal.
            self._note(node.start_mark, f"a text in {self._a_kind} has no control characters in it")
            return None
        return value


class _Mark(Protocol):
    """Where something stands; the parser in C and the one in Python have a class each."""

    line: int
    column: int


def read_text(path: Path) -> bytes:
    """The text in a file, one byte more than `Document.read` takes at most. Raises OSError."""
    with open(path, "rb", opener=without_waiting) as stream:
        return stream.read(MAX_BYTES + 1)


def without_waiting(path: str, flags: int) -> int:
    """An opener for `open`, to which a pipe that nobody writes to is empty: else it would wait for ever."""
    descriptor = os.open(path, flags | os.O_NONBLOCK)
    os.set_blocking(descriptor, True)
    return descriptor


def _loader() -> type[yaml.SafeLoader]:
    """The safe loader, in C where the library has it."""
    return getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def _mistake(mark: _Mark | None, message: str) -> Mistake:
    # A message repeats words of a file that a stranger may have written: none may steer the terminal, or end the line.
    shown = "".join(character if character.isprintable() else repr(character)[1:-1] for character in message)
    return Mistake(mark.line + 1, mark.column + 1, shown) if mark is not None else Mistake(1, 1, shown)


def _yaml_mistake(error: Exception) -> Mistake:
    what = getattr(error, "problem", None) or str(error).splitlines()[0]
    hint = "; a text with { } [ ] : or # in it has to stand in quotes" if _HINTED.search(what) else ""
    return _mistake(getattr(error, "problem_mark", None), f"not YAML: {what}{hint}")


def _keys_beside(model: type[BaseModel], path: KeyPath) -> tuple[str, ...]:
    """The keys that a model has in the block where the last key of this path stands; empty when it can't be told."""
    schema = model.model_json_schema(by_alias=True)
    block = schema
    for item in path[:-1]:
        block = _described(schema, block)
        inner = block.get("items") if isinstance(item, int) else block.get("properties", {}).get(item)
        # Where keys are names of one's own, the schema has one description for all of them.
        block = inner or next(iter(block.get("patternProperties", {}).values()), {})
    return tuple(_described(schema, block).get("properties", {}))


def _described(schema: dict[str, Any], block: dict[str, Any]) -> dict[str, Any]:
    """The block itself, where the schema only refers to it, or gives it as one of several things (null, as a rule)."""
    for one in block.get("anyOf", ()):
        if "$ref" in one or "properties" in one:
            block = one
    reference = block.get("$ref")
    return schema["$defs"][reference.rpartition("/")[2]] if reference is not None else block
