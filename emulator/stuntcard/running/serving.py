"""Serves a card to readers until a signal ends it."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from stuntcard.card.card import Card
from stuntcard.card.view import view
from stuntcard.control.directory import CONTROL_SOCKET, PCSC_SOCKET, card_directory
from stuntcard.control.server import ControlServer
from stuntcard.readers.slot import CardInterface, Slot
from stuntcard.running.choices import PcscChoice, ReaderChoice, RunOptions, VpcdChoice
from stuntcard.running.pcsc import SOCKET_VARIABLE, pcsc_server
from stuntcard.running.placing import placed
from stuntcard.running.signals import ENDING, SignalsCaught, caught
from stuntcard.running.startup import started

_COUNTER_PERIOD = 0.5
"""Seconds between two looks at the counters."""


def run_card(card: Card, name: str, choice: ReaderChoice, options: RunOptions) -> None:
    """Serves a card until SIGINT or SIGTERM. Raises OSError when its sockets or its trace can't be had.

    `name` tells it from others of its profile that run.
    """
    profile = card.profile
    with (
        caught(*ENDING) as signals,
        card_directory(name) as directory,
        placed(card, options) as placed_card,
        ControlServer(card, directory / CONTROL_SOCKET, placed_card.slot_control, placed_card.injector.faults),
        _reader(placed_card.slot, profile.name, choice, directory),
    ):
        started()
        _show_counters(card, signals)
        placed_card.let_go()
    print(f"{profile.name} taken out after {card.commands} commands.")


def serve(card: CardInterface, name: str, choice: ReaderChoice) -> None:
    """Serves any card until SIGINT or SIGTERM. Raises OSError when its sockets can't be had."""
    with (
        caught(*ENDING) as signals,
        card_directory(name) as directory,
        _reader(Slot(card), name, choice, directory),
    ):
        started()
        signals.wait()


@contextmanager
def _reader(slot: Slot, name: str, choice: ReaderChoice, directory: Path) -> Iterator[None]:
    match choice:
        case PcscChoice():
            socket_path = directory / PCSC_SOCKET
            with pcsc_server(socket_path, [(name, slot)]):
                print(f"{name} is in the reader. In the shell of the program that shall see it:\n")
                print(f"  export {SOCKET_VARIABLE}={shlex.quote(str(socket_path))}\n", flush=True)
                yield
        case VpcdChoice(host, port):
            from stuntcard.readers.vpcd import VpcdReader

            with VpcdReader(slot, host, port, lambda message: print(message, flush=True)):
                yield


def _show_counters(card: Card, signals: SignalsCaught) -> None:
    """Waits for the end; at a terminal, with live counters."""
    if not sys.stdout.isatty():
        signals.wait()
        return
    from rich.live import Live
    from rich.text import Text

    with Live(Text(), refresh_per_second=1 / _COUNTER_PERIOD, transient=True) as live:
        while not signals.wait(_COUNTER_PERIOD):
            codes = view(card.profile, card.content).codes.values()
            tries = "   ".join(f"{code.name} {code.state}, {code.tries_left} left" for code in codes)
            live.update(Text(f"{card.commands} commands   {tries}   (Ctrl-C ends)"))
