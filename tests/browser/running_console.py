"""`cardconsole` as a program of its own, as a trainer starts it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.browser.processes import PATIENCE, end, kill

_COMMAND = (sys.executable, "-m", "cardtools.console")


@dataclass(frozen=True, slots=True)
class RunningConsole:
    """A console that runs: its process, its address, and the trainer's link."""

    process: subprocess.Popen[str]
    environment: Mapping[str, str]
    url: str
    link: str

    def emulator(self) -> dict[str, str]:
        """What the emulator's server notes of itself."""
        note = Path(self.environment["XDG_RUNTIME_DIR"]) / "stuntcard" / "serve.json"
        found: dict[str, str] = json.loads(note.read_text())
        return found

    def card(self, card: str) -> dict[str, str]:
        """What the emulator tells of a card."""
        note = self.emulator()
        headers = {"Authorization": f"Bearer {note['token']}"}
        answer = httpx.get(f"{note['url']}/api/v1/cards/{card}", headers=headers, trust_env=False, timeout=PATIENCE)
        found: dict[str, str] = answer.raise_for_status().json()
        return found

    def kill(self) -> None:
        """As the machine fails: the console and what it started end at once."""
        emulator = int(self.emulator()["process"])
        self.process.kill()
        kill(emulator)
        self.process.wait(PATIENCE)


@contextmanager
def console_running(environment: Mapping[str, str], folder: Path, *arguments: str | Path) -> Iterator[RunningConsole]:
    """A console on a free port, which keeps its classes in the environment's own folder."""
    command = [*_COMMAND, *_no_browser(arguments), *_port(arguments), *map(str, arguments)]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment, cwd=folder
    )
    try:
        assert process.stdout is not None
        said, found = "", None
        while found is None:
            line = process.stdout.readline()
            assert line, said
            said += line
            found = re.search(r"(http://\S+?)\. .*?(http://\S+/enter/\S+)", line)
        yield RunningConsole(process, environment, found[1], found[2])
    finally:
        end(process)


@contextmanager
def class_running(environment: Mapping[str, str], folder: Path, text: str, *options: str) -> Iterator[RunningConsole]:
    """A console with the class of a file."""
    plan = folder / "class.yaml"
    plan.write_text(text, "utf-8")
    with console_running(environment, folder, *options, "class", plan) as running:
        yield running


def _no_browser(arguments: tuple[str | Path, ...]) -> tuple[str, ...]:
    return () if "--no-browser" in arguments else ("--no-browser",)


def _port(arguments: tuple[str | Path, ...]) -> tuple[str, ...]:
    return () if "--port" in arguments else ("--port", "0")
