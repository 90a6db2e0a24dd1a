"""Runs a program with a card in its only reader."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from enum import IntEnum
from pathlib import Path

from stuntcard.card.card import Card
from stuntcard.card.view import view
from stuntcard.control.directory import CONTROL_SOCKET, PCSC_SOCKET, card_directory
from stuntcard.control.server import ControlServer
from stuntcard.running.choices import RunOptions
from stuntcard.running.pcsc import SOCKET_VARIABLE, pcsc_server
from stuntcard.running.placing import placed
from stuntcard.running.signals import ENDING, SignalsCaught, caught
from stuntcard.running.startup import started

_SIGNAL_EXIT = 128
_WHILE_IT_RUNS = {signal.SIGTERM: signal.SIGTERM, signal.SIGHUP: signal.SIGTERM}
"""Which signals are handed on to the program, as what. A Ctrl-C at the terminal reaches it by itself."""
_WHILE_IT_STARTS = {**_WHILE_IT_RUNS, signal.SIGINT: signal.SIGINT}
STATE_NOT_WRITTEN = 74
"""EX_IOERR of sysexits.h."""


class CommandExit(IntEnum):
    """What a shell says of a program that it could not start (POSIX, 2.8.2)."""

    NOT_EXECUTABLE = 126
    NOT_FOUND = 127


def exec_with_card(card: Card, name: str, command: Sequence[str], state_out: Path | None, options: RunOptions) -> int:
    """Runs a program with a card in its only reader; gives the program's exit status, 128 + n for signal n.

    The card's state at the end is written to `state_out`. Raises OSError when the card's sockets or its trace can't be
    had.
    """
    with (
        caught(*ENDING, signal.SIGCHLD) as signals,
        card_directory(name) as directory,
        placed(card, options) as placed_card,
    ):
        socket_path = directory / PCSC_SOCKET
        with (
            ControlServer(card, directory / CONTROL_SOCKET, placed_card.slot_control, placed_card.injector.faults),
            pcsc_server(socket_path, [(card.profile.name, placed_card.slot)]),
        ):
            started()
            status = _run(command, {**os.environ, SOCKET_VARIABLE: str(socket_path)}, signals)
            placed_card.let_go()
    card.power_off()
    return status if state_out is None else _state_written(card, state_out, status)


def _state_written(card: Card, file: Path, status: int) -> int:
    """Writes the card's state; gives the program's exit status, or one of its own when only this failed."""
    from stuntcard.control.wire import as_json

    try:
        file.write_text(as_json(view(card.profile, card.content)) + "\n", encoding="utf-8")
    except OSError as error:
        print(
            f"the program ended with {status}, but the card's final state can't be written to {file}: {error.strerror}",
            file=sys.stderr,
        )
        return status or STATE_NOT_WRITTEN
    return status


def _run(command: Sequence[str], environment: Mapping[str, str], signals: SignalsCaught) -> int:
    for number in signals.wait(0):
        if number in ENDING:
            return _SIGNAL_EXIT + number
    try:
        program = subprocess.Popen(command, env=environment)
    except FileNotFoundError:
        print(f"{command[0]}: no such program; is it installed, and on the PATH?", file=sys.stderr)
        return CommandExit.NOT_FOUND
    except OSError as error:
        print(f"{command[0]}: can't be run: {error.strerror}", file=sys.stderr)
        return CommandExit.NOT_EXECUTABLE
    # A Ctrl-C at the terminal that came before the program was there did not reach it.
    for number in signals.wait(0):
        _hand_on(program, number, _WHILE_IT_STARTS)
    while (code := program.poll()) is None:
        for number in signals.wait():
            _hand_on(program, number, _WHILE_IT_RUNS)
    return code if code >= 0 else _SIGNAL_EXIT - code


def _hand_on(program: subprocess.Popen[bytes], number: signal.Signals, handed: Mapping[signal.Signals, int]) -> None:
    if number in handed:
        program.send_signal(handed[number])
