"""Runs a program that sees the readers of one desk, and no others."""

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
from stuntcard.running.desk import Desk, controlled, desk_laid, served_to_pcsc
from stuntcard.running.making import ReaderOnDesk
from stuntcard.running.pcsc import SOCKET_VARIABLE
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


def exec_at_desk(wanted: Sequence[ReaderOnDesk], command: Sequence[str], socket: Path | None = None) -> int:
    """Runs a program that sees these readers and no others; gives its exit status, 128 + n for signal n.

    Each card's state at the end is written where its options say. `socket`: the place for the PC/SC socket, where
    somebody chose one. Raises OSError when the sockets or a trace can't be had.
    """
    with (
        caught(*ENDING, signal.SIGCHLD) as signals,
        desk_laid(wanted, socket) as desk,
        served_to_pcsc(desk),
        controlled(desk),
    ):
        started()
        status = _run(command, {**os.environ, SOCKET_VARIABLE: str(desk.socket)}, signals)
        _tell_faults(desk)
        desk.let_go()
    for reader in wanted:
        if reader.card is not None:
            reader.card.power_off()
            if reader.options.state_out is not None:
                status = _state_written(reader.card, reader.options.state_out, status)
    return status


def _tell_faults(desk: Desk) -> None:
    """Says how often each fault struck that was set at the end."""
    struck = [(reader.name, fault) for reader in desk.readers for fault in reader.faults_set()]
    if not struck:
        return
    from stuntcard.words.faults import struck_line

    for name, fault in struck:
        print(f"{f'{name}: ' if len(desk.readers) > 1 else ''}{struck_line(fault)}", file=sys.stderr)


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
