"""Sessions of commands as data, one file many stories: what is typed, what comes of it.

    ; for people
    # Title [facts marks]      a story; it begins with a card, a home and a folder of its own
    # Title {name: a | b}      it is told twice, with a and with b in place of {name}
    # Title {n m: a 1 | b 2}   the same for several names at once
    | n m                      the same as a table, right below the title: the names,
    | a 1                      and in each line values
    % word argument            what nobody types: a word of the test's (`% block pin`) ...
    % word argument -> answer  ... and what it answers
    $ command argument         a command, as a shell takes it
    $ command < 1234 < 5678    a command that reads these lines, such as codes
    text                       what it writes, line by line; `…` in it stands for anything, alone for any lines
    ! text                     what it writes to standard error
    = 2                        what it ends with, if not with 0

`$ command --json | codes.pin.state keys.*.area` shows, line by line, what stands there in the JSON that is written.
`$ command | done` ends well, and `$ command | refused` (or `| refused 3 times`) does not, with whatever status; the
lines below it stand somewhere in all that it writes.
Blanks at the ends of lines and empty lines do not count, nor how many blanks stand between words.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Any, Protocol

import pytest
from _pytest.mark.structures import ParameterSet

ANYTHING = "…"
_FACT = re.compile(r"[A-Z]{2}-\d\d")
_LOOSELY = re.compile(r"(done|refused)(?: (\d+) times)?")


@dataclass(frozen=True)
class Outcome:
    """What a command ended with, what it showed and what it told."""

    status: int
    shown: str
    told: str


class Scene(Protocol):
    """Where a story happens."""

    words: Mapping[str, Callable[..., object]]

    def run(self, arguments: Sequence[str], lines: Sequence[str]) -> Outcome:
        """Runs a command that is given these lines."""


@dataclass
class Step:
    """A command, or a word of the test's, and what is to come of it."""

    kind: str
    typed: str
    lines: list[str] = field(default_factory=list)
    shown: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    status: int = 0


@dataclass
class Story:
    """What is done in one scene; `subject` is its file's name up to `.session`."""

    subject: str
    steps: list[Step]


# Reading


def stories(folder: Path, mark: str | None = None) -> list[ParameterSet]:
    """The stories of a folder's files, as parameters for pytest: all, or those with a mark."""
    cases = [case for file in sorted(folder.glob("*.session")) for case in _stories_of(file)]
    return [case for case in cases if mark is None or mark in {one.name for one in case.marks}]


def facts_told(folder: Path) -> set[str]:
    """The numbers of all facts that a folder's stories show."""
    texts = (file.read_text(encoding="utf-8") for file in folder.glob("*.session"))
    return {
        fact
        for text in texts
        for facts in re.findall(r"^# .+ \[([^\]]+)\]$", text, re.MULTILINE)
        for fact in facts.split()
        if _FACT.fullmatch(fact)
    }


def _stories_of(file: Path) -> Iterator[ParameterSet]:
    text = re.sub(r"^;.*\n?", "", file.read_text(encoding="utf-8"), flags=re.MULTILINE)
    for part in re.split(r"^# ", text, flags=re.MULTILINE)[1:]:
        heading, _, rest = part.partition("\n")
        ((heading, words),) = re.findall(r"^(.+?)(?: \[([^\]]+)\])?$", heading)
        for title, told in _written_out(heading, rest):
            facts = [word for word in words.split() if _FACT.fullmatch(word)]
            others = [word for word in words.split() if word not in facts]
            story = Story(file.stem, list(_steps(told)))
            yield pytest.param(story, marks=_marks(facts, others), id=f"{file.stem}-{title}")


def _marks(facts: Sequence[str], others: Sequence[str]) -> list[pytest.MarkDecorator]:
    """A story's marks for pytest: its facts, and those that are called so, `name` or `name:argument`."""
    named = (word.partition(":") for word in others)
    called = [getattr(pytest.mark, name)(*filter(None, [argument])) for name, _, argument in named]
    return [*([pytest.mark.fact(*facts)] if facts else []), *called]


def _written_out(heading: str, text: str) -> Iterator[tuple[str, str]]:
    """A story for each of the values that its heading gives."""
    if table := re.findall(r"^\| (.+)\n", text, re.MULTILINE):
        names, *rows = table
        heading, text = f"{heading} {{{names}: {' | '.join(rows)}}}", re.sub(r"^\| .+\n", "", text, flags=re.MULTILINE)
    choices = re.findall(r"\{([\w ]+): ([^}]+)\}", heading)
    for values in product(*(choice.split(" | ") for _, choice in choices)):
        title, told = heading, text
        for (names, choice), value in zip(choices, values, strict=True):
            title = title.replace(f"{{{names}: {choice}}}", value)
            several = shlex.split(value) if " " in names else [value]
            for name, one in zip(names.split(), several, strict=True):
                told = told.replace(f"{{{name}}}", one)
        yield title, told


def _steps(text: str) -> Iterator[Step]:
    step: Step | None = None
    for line in filter(None, map(str.strip, text.splitlines())):
        mark, _, rest = line.partition(" ")
        if mark in ("$", "%"):
            if step is not None:
                yield step
            typed, *lines = rest.split(" < ")
            step = Step(mark, typed, lines)
            continue
        assert step is not None, f"{line!r} stands before any command"
        if mark == "!":
            step.told.append(rest)
        elif mark == "=":
            step.status = int(rest)
        else:
            step.shown.append(line)
    if step is not None:
        yield step


# Telling


def tell(scene: Scene, story: Story) -> None:
    """Does one step after the other."""
    for step in story.steps:
        if step.kind == "%":
            _do(scene, step)
        else:
            _run(scene, step)


def _do(scene: Scene, step: Step) -> None:
    act, arrow, expected = (part.strip() for part in step.typed.partition("->"))
    word, *arguments = shlex.split(act)
    answer = scene.words[word](*arguments)
    if arrow:
        assert _fits(expected, str(answer)), f"{act} -> {answer}, not {expected}"


def _run(scene: Scene, step: Step) -> None:
    command, pipe, paths = step.typed.partition(" | ")
    if loosely := _LOOSELY.fullmatch(paths):
        for _ in range(int(loosely[2] or 1)):
            _run_loosely(scene, shlex.split(command), step, ends_well=loosely[1] == "done")
        return
    outcome = scene.run(shlex.split(command), step.lines)
    assert "Traceback" not in outcome.shown + outcome.told, outcome
    shown = "\n".join(at_path(json.loads(outcome.shown), path) for path in paths.split()) if pipe else outcome.shown
    got = Outcome(outcome.status, _tidy(shown), _tidy(outcome.told))
    as_wanted = got.status == step.status and _fit(step.shown, got.shown) and _fit(step.told, got.told)
    assert as_wanted, f"$ {step.typed}\n{got.shown}\n! {got.told}\n= {got.status}\nis not what was expected:\n{step}"


def _run_loosely(scene: Scene, command: Sequence[str], step: Step, *, ends_well: bool) -> None:
    outcome = scene.run(command, step.lines)
    written = _tidy(outcome.shown + "\n" + outcome.told)
    assert "Traceback" not in written, written
    assert (outcome.status == 0) is ends_well, f"$ {step.typed}\n{written}\n= {outcome.status}"
    missing = [line for line in map(_tidy, step.shown) if not re.search(_pattern(line), written)]
    assert missing == [], f"$ {step.typed}\n{written}\nlacks: {missing}"


def holds(condition: bool, otherwise: str) -> None:
    """For words that say what must be so."""
    assert condition, otherwise


def at_path(value: Any, path: str) -> str:
    """What stands at a path of names in JSON, on one line; `*` is for each of a list."""

    def find(value: Any, names: list[str]) -> Any:
        if not names:
            return value
        name, *rest = names
        if name == "*":
            return [find(each, rest) for each in value]
        return find(value[int(name) if isinstance(value, list) else name], rest)

    return json.dumps(find(value, [name for name in path.split(".") if name]), ensure_ascii=False)


def _tidy(text: str) -> str:
    return "\n".join(filter(None, (" ".join(line.split()) for line in text.splitlines())))


def _fit(expected: Sequence[str], got: str) -> bool:
    """Whether what was written is what was expected."""
    if not expected:
        return not got
    pattern = "".join(r"(?:.*\n)*" if line == ANYTHING else f"{_pattern(line)}\n" for line in map(_tidy, expected))
    return re.fullmatch(pattern, f"{got}\n" if got else "") is not None


def _fits(expected: str, got: str) -> bool:
    return re.fullmatch(_pattern(expected), got) is not None


def _pattern(line: str) -> str:
    return ".*".join(re.escape(part) for part in line.split(ANYTHING))
