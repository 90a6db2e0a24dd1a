"""A class in a YAML file. All that is wrong in it is told at once, each mistake with its line and column."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import yaml
from pydantic import ValidationError

from cardtools.common.exit_codes import ExitCode
from cardtools.common.messages import Language, Messages
from cardtools.common.small_files import read_small
from cardtools.common.told import Value
from cardtools.console.errors import ConsoleError
from cardtools.console.school.plan import (
    EXERCISES_MAX,
    NAME_MAX,
    TITLE_MAX,
    TRAINEES_MAX,
    ClassPlan,
    named_again,
    one_line,
)

_BYTES_MAX = 64 * 1024
_SHOWN_MAX = 80
_YAML_TAG = "tag:yaml.org,2002:"
_TOP = (1, 1)
_KEYS = ("schema", "title", "language", "exercises", "trainees")
_EXERCISES, _TRAINEES = "exercises", "trainees"

# The same as the safe loader in Python, and many times as fast; a PyYAML without libyaml does not have it.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong in a file: the message that tells it, and its line and column, counted from 1."""

    key: str
    place: tuple[int, int]
    values: Mapping[str, Value] = field(default_factory=dict, hash=False)


class PlanError(ConsoleError):
    """A file of a class that can't be used."""

    exit_code = ExitCode.BAD_INPUT

    def __init__(self, file: str, findings: Sequence[Finding]) -> None:
        super().__init__("plan-wrong", file=file)
        self._file = file
        self.findings = tuple(sorted(findings, key=lambda one: (one.place, one.key)))

    def lines(self, messages: Messages) -> list[str]:
        """Each mistake, behind its place."""
        return [
            f"{self._file}:{line}:{column}: {messages.text(one.key, **one.values)}"
            for one in self.findings
            for line, column in [one.place]
        ]


def text_of(path: Path) -> bytes:
    """What stands in a file, one byte more than a class may have at most. Raises OSError."""
    return read_small(path, _BYTES_MAX)


def read_plan(file: str, raw: bytes, known: Sequence[str] | None = None) -> ClassPlan:
    """The class in a YAML file; `known` are the exercises that there are, if they are known. Raises PlanError."""
    if len(raw) > _BYTES_MAX:
        raise PlanError(file, [Finding("plan-too-long", _TOP, {"most": _BYTES_MAX})])
    try:
        text = raw.decode()
        _refuse_what_no_class_needs(file, text)
        node = yaml.compose(text, Loader=_LOADER)
        content = yaml.load(text, Loader=_LOADER)  # noqa: S506 - a safe loader
    except UnicodeDecodeError:
        raise PlanError(file, [Finding("plan-no-text", _TOP)]) from None
    except yaml.MarkedYAMLError as error:
        place = _at(error.problem_mark or error.context_mark)
        reason = error.problem or error.context or ""
        raise PlanError(file, [Finding("plan-no-yaml", place, {"reason": reason})]) from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise PlanError(file, [Finding("plan-no-yaml", _TOP, {"reason": getattr(error, "reason", "YAML")})]) from None
    if not isinstance(node, yaml.MappingNode) or not isinstance(content, dict):
        raise PlanError(file, [Finding("plan-no-class", _TOP)])
    return _checked(file, _Plan(node, content, known))


def _refuse_what_no_class_needs(file: str, text: str) -> None:
    """Aliases can blow a small file up; over values that don't fit their tags the library stumbles in many ways."""
    for event in yaml.parse(text, Loader=_LOADER):
        if isinstance(event, yaml.AliasEvent):
            raise PlanError(file, [Finding("plan-alias", _at(event.start_mark))])
        if tag := getattr(event, "tag", None):
            raise PlanError(
                file, [Finding("plan-tag", _at(event.start_mark), {"tag": _shown(tag.replace(_YAML_TAG, "!!"))})]
            )


class _Mark(Protocol):
    """A place, as PyYAML has it."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class _Plan:
    """What stands in a file, and where."""

    node: yaml.MappingNode
    content: Mapping[object, object]
    known: Sequence[str] | None


def _checked(file: str, plan: _Plan) -> ClassPlan:
    findings = {*_of_keys(plan.node), *_of_exercises(plan), *_of_names(plan)}
    try:
        read = ClassPlan.model_validate(plan.content)
    except ValidationError as error:
        findings |= {found for one in error.errors() if (found := _of_value(plan.node, one["loc"], one["type"]))}
    if findings:
        raise PlanError(file, list(findings))
    return read


def _of_keys(node: yaml.MappingNode) -> Iterator[Finding]:
    before = set[str]()
    for key, _ in node.value:
        name, place = _shown(str(key.value)), _at(key.start_mark)
        near = difflib.get_close_matches(name, _KEYS, 1)
        values = {"name": name, "keys": ", ".join(_KEYS)}
        if name in before:
            yield Finding("plan-key-twice", place, {"name": name})
        elif name not in _KEYS and near:
            yield Finding("plan-no-key-near", place, {**values, "near": near[0]})
        elif name not in _KEYS:
            yield Finding("plan-no-key", place, values)
        before.add(name)


def _of_exercises(plan: _Plan) -> Iterator[Finding]:
    for index, name in enumerate(map(str, _listed(plan, _EXERCISES))):
        if plan.known is None or name in plan.known:
            continue
        place = _place(plan.node, (_EXERCISES, index))
        if near := difflib.get_close_matches(name[:_SHOWN_MAX], plan.known, 1):
            yield Finding("plan-no-exercise-near", place, {"name": _shown(name), "near": near[0]})
        else:
            yield Finding("plan-no-exercise", place, {"name": _shown(name)})


def _of_names(plan: _Plan) -> Iterator[Finding]:
    names = [name if isinstance(name, str) else "" for name in _listed(plan, _TRAINEES)]
    for index in named_again(names):
        if one_line(names[index]):
            yield Finding("plan-twice", _place(plan.node, (_TRAINEES, index)), {"name": _shown(names[index])})


def _of_value(node: yaml.MappingNode, path: tuple[int | str, ...], kind: str) -> Finding | None:
    """What pydantic found, in our words; None for what was found by now."""
    key, place = str(path[0]), _place(node, path)
    if kind == "missing":
        return Finding("plan-missing", _TOP, {"name": key})
    match key, len(path):
        case "title", _:
            return Finding("plan-title", place, {"most": TITLE_MAX})
        case "language", _:
            return Finding("plan-language", place, {"languages": ", ".join(Language)})
        case "schema", _:
            return Finding("plan-schema", place)
        case "exercises", 1:
            return Finding("plan-exercises", place, {"most": EXERCISES_MAX})
        case "trainees", 1:
            return Finding("plan-trainees", place, {"most": TRAINEES_MAX})
        case "trainees", _:
            return Finding("plan-name", place, {"most": NAME_MAX})
        case "exercises", _ if kind != "string_pattern_mismatch":
            return Finding("plan-exercise-id", place)
    return None


def _shown(text: str) -> str:
    """A text of the file in a message: in one line, and not as long as the file."""
    line = one_line(text[: _SHOWN_MAX + 1])
    return line if len(line) <= _SHOWN_MAX else f"{line[:_SHOWN_MAX]}…"


def _listed(plan: _Plan, key: str) -> Sequence[object]:
    found = plan.content.get(key)
    return found if isinstance(found, list) else ()


def _place(node: yaml.Node, path: tuple[int | str, ...]) -> tuple[int, int]:
    """Where a value stands, or what is nearest around it."""
    mark = node.start_mark
    for step in path:
        inner = _inner(node, step)
        if inner is None:
            break
        node, mark = inner, inner.start_mark
    return _at(mark)


def _inner(node: yaml.Node, step: int | str) -> yaml.Node | None:
    if isinstance(node, yaml.MappingNode):
        return next((value for key, value in node.value if key.value == step), None)
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        found: yaml.Node = node.value[step]
        return found
    return None


def _at(mark: _Mark | None) -> tuple[int, int]:
    return _TOP if mark is None else (mark.line + 1, mark.column + 1)
