"""Plays the whole story with the real programs: `python -m demo.walkthrough`."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from demo.walkthrough.answers import StoryError
from demo.walkthrough.bench import bench
from demo.walkthrough.chapters import CHAPTERS
from demo.walkthrough.narrator import Narrator
from demo.walkthrough.portal import PortalError
from demo.walkthrough.stage import Stage
from demo.walkthrough.stopping import listen
from demo.walkthrough.story import Chapter, World
from demo.walkthrough.terminal import StuckError
from demo.walkthrough.transcript import transcript as page_of

_FAILED, _USAGE, _INTERRUPTED = 1, 2, 130
_WIDTH = 110
"""Columns, where no terminal says how many there are, and for a transcript, which has to be the same everywhere."""
_PROGRAMS = {
    "stuntcard": "make setup", "cardmanager": "make setup", "enrol": "make setup", "cardtools-ca": "make setup",
    "pyhanko": "make setup", "openssl": "Debian: apt install openssl", "pdfsig": "Debian: apt install poppler-utils",
}  # fmt: skip


def main(
    quick: Annotated[bool, typer.Option("--quick", help="No pauses; so it is without a terminal.")] = False,
    pause: Annotated[bool, typer.Option("--pause", help="Wait for Enter after each step.")] = False,
    only: Annotated[
        list[str] | None,
        typer.Option(help="Only this chapter, by name or number; again for more.", metavar="CHAPTER"),
    ] = None,
    transcript: Annotated[
        Path | None, typer.Option(help="Write what happened to this file, as Markdown.", metavar="FILE")
    ] = None,
) -> None:
    """Play the whole story with the real programs, from the first code to a card that is handed over."""
    if quick and pause:
        _fail("--quick and --pause exclude each other.", _USAGE)
    wanted = _chosen(only or [])
    if transcript and (transcript.is_dir() or not transcript.parent.is_dir()):
        _fail(f"{transcript} can't be written: it is a folder, or its folder is not there.", _USAGE)
    _need_programs()
    listen()
    console = Console(highlight=False, width=None if sys.stdout.isatty() else _WIDTH)
    # Programs fold their tables in a narrower terminal.
    width = _WIDTH if transcript else max(console.width - 2, _WIDTH)
    played = _with_needed(wanted)
    somebody_watches = sys.stdin.isatty() and console.is_terminal
    waits = pause or (somebody_watches and not quick and transcript is None)
    narrator = Narrator(console, sum(len(chapter.steps) for chapter in played), pause=waits)
    try:
        with bench(width) as place:
            known = {str(place.folder / "run"): "/run/user/1000", str(place.folder): "/home/trainee"}
            with narrator.progress_shown():
                _play(Stage(place, narrator), played, wanted)
    except KeyboardInterrupt:
        _fail("Stopped; all that was started has been ended.", _INTERRUPTED)
    except (StoryError, StuckError, PortalError) as error:
        message = f"The walkthrough ends here, because something came out otherwise than it should. {error}"
        _fail("\n".join(part for part in (narrator.unseen, message) if part), _FAILED)
    if transcript:
        transcript.write_text(page_of(narrator.markdown, {**known, **narrator.concealed}, _today()), encoding="utf-8")
        console.print(f"\nThe transcript is in {transcript}.", soft_wrap=True)
    console.print("\nThe end. Everything came out as it should.", style="bold green")


def _today() -> date:
    return datetime.now(UTC).date()


def _play(stage: Stage, played: Sequence[Chapter], wanted: Collection[str]) -> None:
    world = World()
    for chapter in played:
        number = CHAPTERS.index(chapter) + 1
        stage.narrator.chapter(number, chapter.title, chapter.why, quiet=chapter.name not in wanted)
        for count, step in enumerate(chapter.steps, 1):
            stage.narrator.step(f"{number}.{count}", step.title, step.why)
            step.play(stage, world)
            stage.narrator.step_done()


def _chosen(only: Sequence[str]) -> set[str]:
    """The names of the chapters to be shown."""
    by_word = {chapter.name: chapter.name for chapter in CHAPTERS}
    by_word |= {str(number): chapter.name for number, chapter in enumerate(CHAPTERS, 1)}
    if unknown := [word for word in only if word not in by_word]:
        _fail(f"There is no chapter {', '.join(unknown)}. There are: {', '.join(c.name for c in CHAPTERS)}.", _USAGE)
    return {by_word[word] for word in only} or {chapter.name for chapter in CHAPTERS}


def _with_needed(wanted: Collection[str]) -> list[Chapter]:
    """The chapters that are wanted and those that they begin with, in order."""
    by_name = {chapter.name: chapter for chapter in CHAPTERS}
    found, left = set(wanted), list(wanted)
    while left:
        new = set(by_name[left.pop()].needs) - found
        found |= new
        left += new
    return [chapter for chapter in CHAPTERS if chapter.name in found]


def _need_programs() -> None:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    missing = [f"{name} ({cure})" for name, cure in _PROGRAMS.items() if shutil.which(name, path=path) is None]
    if missing:
        _fail(f"Not installed: {', '.join(missing)}.", _FAILED)


def _fail(message: str, status: int) -> None:
    Console(stderr=True, highlight=False).print(message, style="bold red", soft_wrap=True)
    raise typer.Exit(status)


if __name__ == "__main__":
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    app.command()(main)
    app(prog_name="python -m demo.walkthrough")
