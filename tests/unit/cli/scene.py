"""Where sessions with `stuntcard` happen: a folder with nothing in it, and words for what nobody types there."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

from stuntcard.store import library
from stuntcard.store.places import card_path

from tests.transcripts import Outcome, at_path
from tests.unit.card.cards import PIN
from tests.unit.cli.command_line import ROOT, run, stuntcard
from tests.unit.control.running_cards import Live, running_card
from tests.unit.store.cards import client_of

SCENARIO = "schema: 1\nprofile: proid-q\ntitle: {en: a, cs: b, sl: c}\ntext: {en: a, cs: b, sl: c}\nsource: PQ-06\n"
PROGRAMS = Path(sys.executable).parent
SCRIPTS = {
    "list-readers": "from smartcard.System import readers\nprint(*readers(), sep='\\n')\n",
    "ask-twice": """
from smartcard.System import readers
connection = readers()[0].createConnection()
connection.connect()
for _ in range(2):
    connection.transmit([0, 0x20, 0, 1])
""",
}


class StuntcardScene:
    """The command in this process, or in one of its own when it starts a program; and at most one card that runs."""

    live: Live

    def __init__(self, ends: ExitStack) -> None:
        self.ends = ends
        self.last = Outcome(0, "", "")
        self.words: Mapping[str, Callable[..., object]] = {**self.written(), **self.running(), **self.seen()}

    def run(self, arguments: Sequence[str], lines: Sequence[str]) -> Outcome:
        program, *rest = arguments
        assert program == "stuntcard"
        if rest[0] == "exec":
            path = f"{PROGRAMS}{os.pathsep}{os.environ['PATH']}"
            given = "".join(f"{line}\n" for line in lines)
            process = stuntcard(*rest, cwd=Path.cwd(), environment={"PATH": path}, input=given)
            self.last = Outcome(process.returncode, process.stdout, process.stderr)
        else:
            result = run(*rest)
            self.last = Outcome(result.exit_code, result.stdout, result.stderr)
        return self.last

    # Words

    def written(self) -> Mapping[str, Callable[..., object]]:
        """Files, and cards that are kept in them."""
        return {
            "file": write,
            "script": write_script,
            "pipe": os.mkfifo,
            "files": lambda: " ".join(sorted(path.name for path in Path().iterdir() if path.name != "home")) or "none",
            "folder": lambda name: Path(name).mkdir(),
            "chmod": lambda name, mode: Path(name).chmod(int(mode, 8)),
            "mode": lambda name: f"{Path(name).stat().st_mode & 0o777:o}",
            "remove": lambda name: Path(name).unlink(),
            "profile": write_profile,
            "damage": lambda name: card_path(name).write_bytes(b"rubbish" * 1000),
            "spend": spend_a_try,
            "name-of": lambda name: library.read_card(name).profile.name,
            "scenario": lambda name, text: Path(name).write_text(
                SCENARIO + text.replace("\\n", "\n"), encoding="utf-8"
            ),
            "json": json_in,
            "begins": lambda name: Path(name).read_text(encoding="utf-8").partition("\n")[0],
        }

    def running(self) -> Mapping[str, Callable[..., object]]:
        """A card that runs, seen from inside."""
        return {
            "running": self.start,
            "wrong": lambda code, times: [self.live.card.verify(code, b"wrong") for _ in range(int(times))],
            "transmit": lambda command: self.live.faulty.transmit(bytes.fromhex(command)),
            "runtime-folder": make_runtime_folder,
            "left-running": lambda: " ".join(path.name for path in running_cards().iterdir()) or "nothing",
            "rest": lambda: self.live.slot_control.rest(),
            "in-the-slot": lambda: "a card" if self.live.slot_control.slot.card else "nothing",
            "tries": lambda code: self.live.card.state.codes[code].tries_left,
            "commands": lambda: self.live.card.commands,
        }

    def seen(self) -> Mapping[str, Callable[..., object]]:
        """What the last command showed, looked at more closely."""
        return {
            "times-shown": lambda text: self.last.shown.count(text),
            "says-value": lambda code: f"{code} had no value; it is {self.value(code)} now\n" in self.last.shown,
            "same-as": lambda name: self.last.shown == (ROOT / name).read_text(encoding="utf-8"),
            "standing": self.standing,
            "different": lambda field: len({each[field] for each in json.loads(self.last.shown)}),
        }

    def start(self, profile: str) -> None:
        self.live = self.ends.enter_context(running_card(profile))

    def value(self, code: str) -> str:
        return self.live.card.content.values[code].decode()

    def standing(self, use: str, name: str) -> str:
        """How a function stands in the JSON of `advise`."""
        (found,) = [
            function["standing"]
            for function in json.loads(self.last.shown)["functions"]
            if (function["function"]["use"], function["function"]["name"]) == (use, name)
        ]
        return str(found)


def running_cards() -> Path:
    """Where the cards that run have their folders."""
    return Path(os.environ["XDG_RUNTIME_DIR"]) / "stuntcard"


def make_runtime_folder(mode: str) -> None:
    running_cards().mkdir()
    running_cards().chmod(int(mode, 8))


def write_script(name: str) -> None:
    """A program of the user's, in Python."""
    Path(name).write_text(f"#!{sys.executable}\n{SCRIPTS[name]}", encoding="utf-8")
    Path(name).chmod(0o755)


def write(name: str, text: str) -> None:
    Path(name).write_text(text.replace("\\n", "\n"), encoding="utf-8")


def write_profile(name: str, like: str, *changes: str) -> None:
    """A shipped profile as a file of one's own, with changes: what stood there, what stands there now."""
    text = (ROOT / "profiles" / f"{like}.yaml").read_text(encoding="utf-8")
    for old, new in zip(changes[::2], changes[1::2], strict=True):
        old, new = old.replace("\\n", "\n"), new.replace("\\n", "\n")
        assert old in text
        text = text.replace(old, new)
    Path(name).write_text(text, encoding="utf-8")


def spend_a_try(name: str) -> None:
    with library.open_card(name) as file:
        client_of(file).verify(PIN, "wrong value")


def json_in(name: str, path: str) -> str:
    """What stands at a path in the first line, or all, of a file of JSON."""
    text = Path(name).read_text(encoding="utf-8")
    return at_path(json.loads(text.splitlines()[0] if name.endswith(".jsonl") else text), path)
