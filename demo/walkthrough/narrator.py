"""Tells the story: on the screen with a progress display, and as Markdown for the transcript."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from textwrap import wrap

from rich.console import Console, Group
from rich.markdown import Markdown
from rich.padding import Padding
from rich.panel import Panel
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.rule import Rule
from rich.text import Text

from demo.walkthrough.terminal import plain
from demo.walkthrough.words import Words

LINE = 120
"""Columns of the transcript."""
_CHECKED = "- ✓ "


class Narrator:
    """Tells what happens, when it happens; silent for chapters that are played only because others need them."""

    def __init__(self, console: Console, words: Words, steps: int, pause: bool) -> None:
        self._console = console
        self._words = words
        self._pause = pause
        self._quiet = False
        self._unseen = ""
        self.markdown: list[str] = []
        """The transcript's lines, as they happened."""
        self.concealed: dict[str, str] = {}
        """What must not stand in the transcript, and what stands there for it."""
        self._block_open = self._list_open = False
        self._progress = Progress(
            SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(),
            TextColumn(words.text("steps")), TimeElapsedColumn(), console=console, transient=True,
            disable=not console.is_terminal,
        )  # fmt: skip
        self._task = self._progress.add_task("", total=steps)

    @contextlib.contextmanager
    def progress_shown(self) -> Iterator[None]:
        """Shows the progress while the story is told."""
        with self._progress:
            yield
        self._close_block()

    @property
    def unseen(self) -> str:
        """What the last command showed, if nobody has seen it."""
        return self._unseen if self._quiet else ""

    # Chapters and steps

    def chapter(self, number: int, title: str, why: str, *, quiet: bool) -> None:
        """A chapter begins."""
        self._quiet = quiet
        heading = f"{number}. {title}"
        self._progress.update(self._task, description=self._words.text("chapter", number=number, title=title))
        if quiet:
            self._console.print(self._words.text("unseen", heading=heading), style="dim")
            return
        self._close_block()
        self.markdown += [f"## {heading}", "", *wrap(why, LINE), ""]
        self._console.print()
        self._console.print(Panel(Group(Text(heading, style="bold"), Markdown(why)), border_style="cyan"))

    def step(self, number: str, title: str, why: str) -> None:
        """A step begins."""
        if self._quiet:
            return
        self._close_block()
        self.markdown += [f"### {number} {title}", "", *wrap(why, LINE), ""]
        self._console.print()
        self._console.print(Rule(Text(f"{number} {title}", style="bold cyan"), align="left", style="cyan"))
        self._console.print(Markdown(why))

    def step_done(self) -> None:
        """A step has come out as it should."""
        self._progress.advance(self._task)
        if not self._pause or self._quiet:
            return
        self._progress.stop()
        with contextlib.suppress(EOFError):
            self._console.input(Text(f"  {self._words.text('enter')} ", style="dim"))
        self._progress.start()

    def conceal(self, value: str, stand_in: str) -> None:
        """Has something replaced in the transcript."""
        self.concealed[value] = stand_in

    # What is done

    def begin(self, line: str) -> None:
        """A command is typed."""
        if self._quiet:
            return
        if not self._block_open:
            self._close_list()
            self.markdown.append("```console")
            self._block_open = True
        self.markdown.append(f"$ {line}")
        self._console.print()
        self._console.print(Text.assemble(("$ ", "green"), (line, "bold")), soft_wrap=True)

    def note(self, what: str, text: str) -> None:
        """Something that no program of the story shows: a file, a page in a browser."""
        if self._quiet:
            return
        self._close_block()
        self.markdown += [f"{what}:", "", "```text", *(line.rstrip() for line in text.splitlines()), "```", ""]
        self._console.print()
        self._console.print(Text(f"{what}:", style="bold"), soft_wrap=True)
        self._console.print(Padding(Text(text), (0, 0, 0, 2)))

    def output(self, shown: str, status: int = 0) -> None:
        """What it showed, and what it ended with."""
        if self._quiet:
            self._unseen = plain(shown).strip()
            return
        ended = [self._words.text("ends-with", status=status)] if status else []
        lines = [line.rstrip() for line in plain(shown).strip("\n").splitlines()]
        self.markdown += [*lines, *ended]
        if shown.strip():
            self._console.print(Padding(Text.from_ansi(shown.strip("\n")), (0, 0, 0, 2)))
        for line in ended:
            self._console.print(Padding(Text(line, style="yellow"), (0, 0, 0, 2)))

    def checked(self, what: str) -> None:
        """Something was found to be so."""
        if self._quiet:
            return
        if self._block_open:
            self._close_block()
        self.markdown += wrap(f"{_CHECKED}{what}", LINE, subsequent_indent="  ")
        self._list_open = True
        self._console.print(Text(f"✓ {what}", style="green"))

    def say(self, line: str) -> None:
        """A word on the story itself, which is no part of it."""
        self._console.print()
        self._console.print(line, soft_wrap=True)

    def _close_block(self) -> None:
        if self._block_open:
            self.markdown += ["```", ""]
            self._block_open = False
        self._close_list()

    def _close_list(self) -> None:
        if self._list_open:
            self.markdown.append("")
            self._list_open = False
