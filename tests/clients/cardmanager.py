"""The test's side of `cardmanager`: each command runs as a process of its own, as a person would start it."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from stuntcard.card.content import Content
from stuntcard.iso7816.instructions import Instruction

from tests.clients.desk import Desk
from tests.clients.opensc import SOCKET_VARIABLE, pkcs11_module
from tests.clients.terminal import run_at_terminal
from tests.programs import run

PATIENCE = 60
REFUSED, USAGE, UNAVAILABLE = 1, 2, 69
_COMMAND = (sys.executable, "-m", "cardtools.manager")
_READ_LAST = bytes.fromhex("00CA00E8")
"""The last command by which the `manage` applet is asked for the card's status."""
_WRITING = {
    Instruction.CHANGE_REFERENCE_DATA, Instruction.RESET_RETRY_COUNTER, Instruction.GENERATE_ASYMMETRIC_KEY_PAIR,
    Instruction.UPDATE_BINARY, Instruction.CREATE_FILE, Instruction.DELETE_FILE,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a command ended with and what it showed."""

    status: int
    shown: str
    told: str

    @property
    def data(self) -> Any:
        """What it wrote with `--json`."""
        return json.loads(self.shown)


class CardManager:
    """`manager("show")` runs the command, which must end well, and gives what it showed."""

    def __init__(self, desk: Desk, language: str = "C") -> None:
        self.desk = desk
        self._settings = {
            SOCKET_VARIABLE: str(desk.socket),
            "CARDTOOLS_PKCS11_MODULE": str(pkcs11_module()),
            "LC_ALL": language,
        }
        self._environment = {**os.environ, **self._settings}

    def __call__(self, *arguments: str, lines: Sequence[str] = ()) -> str:
        """Runs a command with lines on its standard input; it must end well."""
        outcome = self.run(*arguments, lines=lines)
        assert outcome.status == 0, f"{arguments} ended with {outcome.status}:\n{outcome.shown}{outcome.told}"
        return outcome.shown + outcome.told

    def refused(self, *arguments: str, lines: Sequence[str] = (), status: int = REFUSED) -> str:
        """Runs a command that must fail, and say why, and gives what it told."""
        outcome = self.run(*arguments, lines=lines)
        assert outcome.status == status, f"{arguments} ended with {outcome.status}:\n{outcome.shown}{outcome.told}"
        assert outcome.told.strip()
        return outcome.shown + outcome.told

    def run(self, *arguments: str, lines: Sequence[str] = ()) -> Outcome:
        """Runs a command; lines are taken for codes."""
        return self._run((*arguments, "--stdin") if lines else arguments, lines)

    def shell(self, *lines: str) -> Outcome:
        """Runs a session; commands, and codes where they are asked for, come on standard input."""
        return self._run(("shell",), lines)

    @property
    def environment(self) -> dict[str, str]:
        """What the command needs to know of the desk."""
        return dict(self._settings)

    def _run(self, arguments: Sequence[str], lines: Sequence[str]) -> Outcome:
        typed, place = "".join(f"{line}\n" for line in lines), self.desk.folder
        done = run(*_COMMAND, *arguments, input=typed, errors="surrogateescape", env=self._environment, cwd=place)
        assert "Traceback" not in done.stderr, done.stderr
        return Outcome(done.returncode, done.stdout, done.stderr)

    def run_with_pause(self, *arguments: str, pause: Callable[[], None], lines: Sequence[str]) -> Outcome:
        """Runs a command that asks for codes; they come once `pause`, called after the card was read, has returned."""
        process = subprocess.Popen(
            [*_COMMAND, *arguments, "--stdin"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            text=True, env=self._environment, cwd=self.desk.folder,
        )  # fmt: skip
        deadline = time.monotonic() + PATIENCE
        while not any(exchange.command.startswith(_READ_LAST) for exchange in self.desk.watched.exchanges):
            assert time.monotonic() < deadline
            time.sleep(0.01)
        pause()
        shown, told = process.communicate("".join(f"{line}\n" for line in lines), timeout=PATIENCE)
        return Outcome(process.returncode, shown, told)

    def typed(self, *arguments: str, typing: Sequence[tuple[str, str]]) -> tuple[int, str]:
        """Runs a command at a terminal; types each answer after its prompt. Gives the status and what was shown."""
        settings = [f"{name}={value}" for name, value in self._settings.items()]
        command = ["env", f"--chdir={self.desk.folder}", *settings, *_COMMAND, *arguments]
        done = run_at_terminal(command, typing, PATIENCE)
        assert "Traceback" not in done.stdout
        return done.returncode, done.stdout

    def answered(self, answer: str, *arguments: str) -> Outcome:
        """Runs a command whose question is answered at a terminal."""
        terminal, program_side = pty.openpty()
        try:
            os.write(terminal, f"{answer}\n".encode())
            done = run(*_COMMAND, *arguments, stdin=program_side, env=self._environment, cwd=self.desk.folder)
        finally:
            os.close(program_side)
            os.close(terminal)
        return Outcome(done.returncode, done.stdout, done.stderr)


def block(desk: Desk, code: str, but: int = 0) -> None:
    """Blocks a code by wrong values, sent without any program's help; or leaves it so many tries."""
    view = desk.code(code)
    value = (b"0" * view.min_length).ljust(16, b"\xff")
    command = bytes((0x00, Instruction.VERIFY, 0x00, view.reference or 0, 16)) + value
    desk.card.power_on()
    desk.card.transmit(bytes.fromhex("00A404000CF276A288BCFBA69D34F31001"))
    while desk.code(code).tries_left > but:
        desk.card.transmit(command)
    desk.card.power_off()


def nothing_sent(desk: Desk) -> bool:
    """Whether the card was asked to change nothing, and was given no code."""
    commands = [exchange.command for exchange in desk.watched.exchanges]
    given = [command for command in commands if command[1] == Instruction.VERIFY and len(command) > 5]
    return not given and not any(command[1] in _WRITING for command in commands)


def lasting(content: Content) -> tuple[object, ...]:
    """What of a card must be the same when nothing was done to it: keys, files, codes, and what its law knows."""
    state = content.state
    return content.files, content.keys, content.values, state.codes, state.items, state.lost
