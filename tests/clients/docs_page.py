"""A page of the docs as what somebody types who follows it, from top to bottom.

A block `sh` is typed as it stands; a block `text` right behind it is what comes of it, and without one nothing is said
of that. A block `console` has each command behind a `$`, and what comes of it below. A comment right before a block
says more:

    <!-- file: NAME -->         the block is written into this file
    <!-- typed: ONE | TWO -->   typed at the prompts of the block's programs, which don't show it
    <!-- own terminal -->       each command goes on at a terminal of its own, until Ctrl-C at the page's end
    <!-- ctrl-c -->             ends what goes on at the other terminals
    <!-- ends with: 1 -->       its last command does, and others may fail
    <!-- not run: WHY -->       nobody types it
    <!-- before: COMMANDS -->   typed before the next block, where the page need not tell it
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

COMMENT_OR_BLOCK = re.compile(
    r"^<!-- (?P<word>file|typed|own terminal|ctrl-c|ends with|not run|before)(?:: (?P<value>.*?))? -->\n"
    r"|^```(?P<language>\S*)\n(?P<text>.*?)^```\n",
    re.DOTALL | re.MULTILINE,
)
TYPED = ("sh", "console")
RESULT = "text"


@dataclass
class Step:
    """Commands that are typed at once, and what is shown then, if the page says so."""

    typed: str
    shown: str | None = None
    answers: list[str] = field(default_factory=list)
    status: int | None = 0
    """None: whatever it is."""
    strict: bool = True
    """The first command that fails is the last one."""
    own_terminal: bool = False
    interrupts: bool = False
    file: str | None = None
    """A file that gets the text, instead of a shell."""


@dataclass
class Page:
    path: Path
    steps: list[Step]
    not_run: list[str]
    """The reasons, a block each."""


def read_page(path: Path) -> Page:
    """All that is typed on a page; raises AssertionError where one can't tell."""
    page = Page(path, [], [])
    said: dict[str, str] = {}
    before_is_text = ""
    for found in COMMENT_OR_BLOCK.finditer(path.read_text("utf-8")):
        word, language, text = found["word"], found["language"], found["text"]
        if word == "before":
            page.steps.append(Step(f"{found['value']}\n"))
        elif word == "ctrl-c":
            page.steps.append(Step("", interrupts=True))
        elif word is not None:
            said[word] = found["value"] or ""
        elif language == RESULT and before_is_text == "sh" and not said:
            page.steps[-1].shown = text
            before_is_text = ""
        else:
            _add_block(page, language, text, said)
            before_is_text = language if "not run" not in said else ""
            said = {}
    return page


def _add_block(page: Page, language: str, text: str, said: dict[str, str]) -> None:
    if "not run" in said:
        assert said["not run"], f"{page.path}: say why a block is not run"
        page.not_run.append(said["not run"])
    elif "file" in said:
        page.steps.append(Step(text, file=said["file"]))
    elif language in TYPED:
        steps = [Step(text)] if language == "sh" else list(_session(text))
        if "own terminal" in said and language == "sh":
            steps = [Step(f"{line}\n") for line in text.splitlines() if line.strip()]
        for step in steps:
            step.own_terminal = "own terminal" in said
            if step.own_terminal and not step.shown:
                step.shown = None
            if "ends with" in said:
                step.status, step.strict = None, False
        if "ends with" in said:
            steps[-1].status = int(said["ends with"])
        if "typed" in said:
            _hand_out(said["typed"].split(" | "), steps)
        page.steps += steps
    else:
        assert not said, f"{page.path}: nothing is typed in a block {language!r}"
        assert not re.search(r"^\$ ", text, re.MULTILINE), f"{page.path}: a block with commands is `console` or `sh`"


def _hand_out(answers: list[str], steps: list[Step]) -> None:
    """Each command of a session gets one answer for each prompt that it shows; a block of commands gets all."""
    if len(steps) == 1:
        steps[0].answers = answers
        return
    left = list(answers)
    for step in steps:
        prompts = re.findall(r":\s*$|\[y/N\]: ", step.shown or "", re.MULTILINE)
        step.answers, left = left[: len(prompts)], left[len(prompts) :]
    assert not left, f"more is typed than asked for: {left}"


def _session(text: str) -> Iterator[Step]:
    """The commands of a session; one that shows nothing has to end well, any other is judged by what it shows."""
    for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        command, shown = re.fullmatch(r"((?:[^\n]*\\\n)*[^\n]*\n)(.*)", part, re.DOTALL).groups()  # type: ignore[union-attr]
        if not shown.strip():
            yield Step(command, shown="")
        else:
            yield Step(command, shown=shown, status=None, strict=False)
