"""Plays the whole story with the real programs: `python -m demo.walkthrough`."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Collection, Mapping, Sequence
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
from demo.walkthrough.words import LANGUAGES, Words, language_of_environment

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
    language: Annotated[
        str, typer.Option(help="en, cs or sl.", show_default="as LC_ALL, LC_MESSAGES or LANG say")
    ] = "",
) -> None:
    """Play the whole story with the real programs, from the first code to a card that is handed over."""
    words = _spoken(language)
    if quick and pause:
        _fail(words.text("quick-and-pause"), _USAGE)
    wanted = _chosen(only or [], words)
    _need_a_place(transcript, words)
    _need_programs(words)
    listen()
    console = Console(highlight=False, width=None if sys.stdout.isatty() else _WIDTH)
    width = _WIDTH if transcript else max(console.width - 2, _WIDTH)  # programs fold tables in a narrower one
    played = _with_needed(wanted)
    waits = pause or (_somebody_watches(console) and not quick and transcript is None)
    narrator = Narrator(console, words, sum(len(chapter.steps) for chapter in played), pause=waits)
    try:
        with bench(width, LANGUAGES[words.language]) as place:
            known = {str(place.folder / "run"): "/run/user/1000", str(place.folder): "/home/trainee"}
            with narrator.progress_shown():
                _play(Stage(place, narrator, words), played, wanted)
    except KeyboardInterrupt:
        _fail(words.text("stopped"), _INTERRUPTED)
    except (StoryError, StuckError, PortalError) as error:
        message = words.text("otherwise", reason=str(error))
        _fail("\n".join(part for part in (narrator.unseen, message) if part), _FAILED)
    if transcript:
        _keep(narrator, {**known, **narrator.concealed}, transcript, words)
    console.print(f"\n{words.text('the-end')}", style="bold green")


def _spoken(language: str) -> Words:
    chosen = language.lower() or language_of_environment()
    if chosen not in LANGUAGES:
        _fail(f"--language {language}: expected one of {', '.join(LANGUAGES)}", _USAGE)
    return Words(chosen)


def _somebody_watches(console: Console) -> bool:
    return sys.stdin.isatty() and console.is_terminal


def _keep(narrator: Narrator, known: Mapping[str, str], transcript: Path, words: Words) -> None:
    transcript.write_text(page_of(narrator.markdown, known, _today(), words), encoding="utf-8")
    narrator.say(words.text("transcript-there", file=str(transcript)))


def _need_a_place(transcript: Path | None, words: Words) -> None:
    if transcript and (transcript.is_dir() or not transcript.parent.is_dir()):
        _fail(words.text("transcript-nowhere", file=str(transcript)), _USAGE)


def _today() -> date:
    return datetime.now(UTC).date()


def _play(stage: Stage, played: Sequence[Chapter], wanted: Collection[str]) -> None:
    world, words = World(), stage.words
    for chapter in played:
        number = CHAPTERS.index(chapter) + 1
        title, why = words.text(chapter.name), words.text(f"{chapter.name}-why")
        stage.narrator.chapter(number, title, why, quiet=chapter.name not in wanted)
        for count, step in enumerate(chapter.steps, 1):
            about = f"{chapter.name}-{step.name}"
            stage.narrator.step(f"{number}.{count}", words.text(about), words.text(f"{about}-why"))
            step.play(stage, world)
            stage.narrator.step_done()


def _chosen(only: Sequence[str], words: Words) -> set[str]:
    """The names of the chapters to be shown."""
    by_word = {chapter.name: chapter.name for chapter in CHAPTERS}
    by_word |= {str(number): chapter.name for number, chapter in enumerate(CHAPTERS, 1)}
    if unknown := [word for word in only if word not in by_word]:
        there_are = ", ".join(chapter.name for chapter in CHAPTERS)
        _fail(words.text("no-chapter", chapters=", ".join(unknown), known=there_are), _USAGE)
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


def _need_programs(words: Words) -> None:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    missing = [f"{name} ({cure})" for name, cure in _PROGRAMS.items() if shutil.which(name, path=path) is None]
    if missing:
        _fail(words.text("not-installed", programs=", ".join(missing)), _FAILED)


def _fail(message: str, status: int) -> None:
    Console(stderr=True, highlight=False).print(message, style="bold red", soft_wrap=True)
    raise typer.Exit(status)


if __name__ == "__main__":
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    app.command()(main)
    app(prog_name="python -m demo.walkthrough")
