"""A class as a trainer plans it, on the page or in a file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from cardtools.common.messages import Language
from cardtools.common.printable import printable
from cardtools.console.errors import ConsoleError

TRAINEES_MAX, EXERCISES_MAX = 100, 100
TITLE_MAX, NAME_MAX = 100, 60


def one_line(text: str) -> str:
    """A title or a name as it is shown: nothing in it that no page and no terminal can show."""
    return " ".join(printable(text, " ").split())


def _one_line_of(given: object) -> object:
    return one_line(given) if isinstance(given, str) else given


Title = Annotated[str, BeforeValidator(_one_line_of), StringConstraints(min_length=1, max_length=TITLE_MAX)]
Name = Annotated[str, BeforeValidator(_one_line_of), StringConstraints(min_length=1, max_length=NAME_MAX)]
ExerciseId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")]


class ClassPlan(BaseModel):
    """A class to be held."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    schema_: Literal[1] = Field(default=1, alias="schema")
    title: Title
    language: Language = Language.ENGLISH
    exercises: tuple[ExerciseId, ...] = Field(min_length=1, max_length=EXERCISES_MAX)
    trainees: tuple[Name, ...] = Field(min_length=1, max_length=TRAINEES_MAX)


class FormError(ConsoleError):
    """What a form asks for is wrong, or missing."""


def plan_of(title: str, language: Language, exercises: Sequence[str], trainees: Sequence[str]) -> ClassPlan:
    """The class that a form asks for. Raises FormError for the first that is wrong."""
    names = [name for name in map(one_line, trainees) if name]
    if not 0 < len(one_line(title)) <= TITLE_MAX:
        raise FormError("class-no-title", most=TITLE_MAX)
    if not names or len(names) > TRAINEES_MAX:
        raise FormError("class-no-trainees", most=TRAINEES_MAX)
    for name in names:
        if len(name) > NAME_MAX:
            raise FormError("class-long-name", name=f"{name[:NAME_MAX]}…", most=NAME_MAX)
    for twice in named_again(names):
        raise FormError("class-twice", name=names[twice])
    if not exercises or len(exercises) > EXERCISES_MAX:
        raise FormError("class-no-exercises", most=EXERCISES_MAX)
    return ClassPlan(title=title, language=language, exercises=tuple(exercises), trainees=tuple(names))


def named_again(names: Sequence[str]) -> Iterator[int]:
    """Which of the names were there before; on the board nobody could tell the two apart."""
    seen = set[str]()
    for index, name in enumerate(names):
        if (same := one_line(name).casefold()) in seen:
            yield index
        seen.add(same)
