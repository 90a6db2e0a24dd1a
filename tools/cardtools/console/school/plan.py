"""A class as a trainer writes it down: a YAML file, or a form."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from cardtools.common.exit_codes import ExitCode
from cardtools.common.messages import Language
from cardtools.console.errors import ConsoleError

TRAINEES_MAX, EXERCISES_MAX = 100, 100
_BYTES_MAX = 64 * 1024

# The same as the safe loader in Python, and many times as fast; a PyYAML without libyaml does not have it.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]
ExerciseId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")]


class ClassPlan(BaseModel):
    """A class to be held."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    schema_: Literal[1] = Field(default=1, alias="schema")
    title: Title
    language: Language = Language.ENGLISH
    exercises: tuple[ExerciseId, ...] = Field(min_length=1, max_length=EXERCISES_MAX)
    trainees: tuple[Name, ...] = Field(min_length=1, max_length=TRAINEES_MAX)


class PlanError(ConsoleError):
    """A file of a class that can't be used. `findings` has a line for each mistake: `file:line:column: what`."""

    exit_code = ExitCode.BAD_INPUT

    def __init__(self, findings: Sequence[str]) -> None:
        super().__init__("plan-wrong", findings="\n".join(findings))
        self.findings = tuple(findings)


def plan_of(title: str, language: str, exercises: Sequence[str], trainees: Sequence[str]) -> ClassPlan:
    """The class that a form asks for. Raises ConsoleError."""
    names = [name for name in trainees if name.strip()]
    try:
        return ClassPlan.model_validate(
            {"title": title, "language": language, "exercises": tuple(exercises), "trainees": tuple(names)}
        )
    except ValidationError:
        raise ConsoleError("class-incomplete", trainees=TRAINEES_MAX) from None


def read_plan(name: str, raw: bytes, known: Sequence[str] | None = None) -> ClassPlan:
    """The class in a YAML file; `known` are the exercises that there are, if they are known. Raises PlanError."""
    if len(raw) > _BYTES_MAX:
        raise PlanError([f"{name}:1:1: more than {_BYTES_MAX} bytes"])
    try:
        text = raw.decode()
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text, Loader=_LOADER)):
            raise PlanError([f"{name}:1:1: aliases (*name) are not taken here; write the value out"])
        node = yaml.compose(text, Loader=_LOADER)
        content = yaml.load(text, Loader=_LOADER)  # noqa: S506 - a safe loader
    except UnicodeDecodeError:
        raise PlanError([f"{name}:1:1: the file is not UTF-8 text"]) from None
    except yaml.MarkedYAMLError as error:
        place = error.problem_mark or error.context_mark
        raise PlanError([f"{name}:{_at(place)}: {error.problem or error.context}"]) from None
    except (yaml.YAMLError, RecursionError):
        raise PlanError([f"{name}:1:1: no YAML"]) from None
    try:
        plan = ClassPlan.model_validate(content)
    except ValidationError as error:
        raise PlanError([_finding(name, node, one["loc"], one["type"], one["msg"]) for one in error.errors()]) from None
    unknown = [(place, one) for place, one in enumerate(plan.exercises) if known is not None and one not in known]
    if unknown:
        raise PlanError(
            [_line(name, node, ("exercises", place), f"there is no exercise {one}") for place, one in unknown]
        )
    return plan


def _finding(name: str, node: yaml.Node | None, path: tuple[int | str, ...], kind: str, message: str) -> str:
    if kind == "missing":
        message = "is missing"
    elif kind == "extra_forbidden":
        message = "is no key of a class; there are: schema, title, language, exercises, trainees"
    return _line(name, node, path, message.removeprefix("Value error, "))


def _line(name: str, node: yaml.Node | None, path: tuple[int | str, ...], message: str) -> str:
    where = ".".join(str(part) for part in path) or "the class"
    return f"{name}:{_at(_mark(node, path))}: {where}: {message}"


def _at(mark: yaml.Mark | None) -> str:
    return "1:1" if mark is None else f"{mark.line + 1}:{mark.column + 1}"


def _mark(node: yaml.Node | None, path: tuple[int | str, ...]) -> yaml.Mark | None:
    """Where a value stands, or what is nearest around it."""
    mark = node.start_mark if node is not None else None
    for step in path:
        inner = _inner(node, step)
        if inner is None:
            break
        node, mark = inner, inner.start_mark
    return mark


def _inner(node: yaml.Node | None, step: int | str) -> yaml.Node | None:
    if isinstance(node, yaml.MappingNode):
        return next((value for key, value in node.value if key.value == step), None)
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        found: yaml.Node = node.value[step]
        return found
    return None
