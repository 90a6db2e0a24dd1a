"""Runs one card: serves it to readers for as long as somebody wants it."""

from __future__ import annotations

import contextlib
import gc
import os
import shlex
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from stuntcard.applets.registry import APPLETS, seen_through
from stuntcard.applets.registry import AppletChoiceError as AppletChoiceError
from stuntcard.card.card import Card
from stuntcard.card.view import view
from stuntcard.control.control import CONTROL_SOCKET, PCSC_SOCKET, ControlServer, as_json, card_directory
from stuntcard.faults.injector import FaultInjector
from stuntcard.profile.model import Profile
from stuntcard.readers.pcsc import PcscServer
from stuntcard.readers.slot import CardInterface, Slot
from stuntcard.readers.slot_control import SlotControl

if TYPE_CHECKING:
    from stuntcard.faults.rules import Faults, Rule
    from stuntcard.trace.record import Recorder

VPCD_PORT = 35963
_COUNTER_PERIOD = 0.5
_SIGNAL_EXIT = 128
STATE_NOT_WRITTEN = 74
"""EX_IOERR of sysexits.h."""
SOCKET_VARIABLE = "PCSCLITE_CSOCK_NAME"


class CommandExit(IntEnum):
    """What a shell says of a program that it could not start (POSIX, 2.8.2)."""

    NOT_EXECUTABLE = 126
    NOT_FOUND = 127


class ReaderChoiceError(ValueError):
    """A `--reader` that can't be understood."""


@dataclass(frozen=True, slots=True)
class PcscChoice:
    """The emulator's own PC/SC socket."""


@dataclass(frozen=True, slots=True)
class VpcdChoice:
    """A vpcd that listens there."""

    host: str = "localhost"
    port: int = VPCD_PORT


ReaderChoice = PcscChoice | VpcdChoice


@dataclass(frozen=True, slots=True)
class TraceChoice:
    """A file to record the session to."""

    path: Path
    unmasked: bool = False


def parse_reader(text: str) -> ReaderChoice:
    """`pcsc`, or `vpcd[:HOST[:PORT]]`. Raises ReaderChoiceError."""
    kind, _, rest = text.partition(":")
    if kind == "pcsc" and not rest:
        return PcscChoice()
    if kind == "vpcd":
        host, _, port = rest.rpartition(":") if ":" in rest else (rest, "", "")
        if not port:
            return VpcdChoice(host or "localhost")
        if port.isdecimal() and 0 < int(port) < 65536:
            return VpcdChoice(host.strip("[]") or "localhost", int(port))
    raise ReaderChoiceError(f"--reader {text}: expected pcsc, or vpcd[:HOST[:PORT]] with a port from 1 to 65535")


def reader_name(profile: Profile) -> str:
    """The name that PC/SC programs see."""
    return _pcsc_name(profile.name)


def _pcsc_name(name: str) -> str:
    """Names of pcsc-lite end with the reader's and the slot's number."""
    return f"Stuntcard {name} 00 00"


def _settle() -> None:
    """What start-up made stays; the garbage collector need not look at it again and again."""
    gc.freeze()
    gc.enable()


STORED = "card:"
"""What stands before a stored card's name where a profile's id could stand, too."""


def fresh_card(profile: Profile, applet: str | None = None) -> Card:
    """A card as it leaves the factory, gone when nobody holds it any more.

    `applet`: the command set that clients see, if not the profile's first. Raises AppletChoiceError.
    """
    return Card(profile if applet is None else seen_through(profile, applet), APPLETS)


@contextlib.contextmanager
def stored_card(name: str, applet: str | None = None) -> Iterator[Card]:
    """A stored card, with power; nobody else can open it meanwhile. Raises StoreError, AppletChoiceError."""
    # Whoever wants a fresh card shall not wait for the database to load.
    from stuntcard.store.library import open_card

    with open_card(name) as file:
        profile = file.stored.profile if applet is None else seen_through(file.stored.profile, applet)
        card = Card(profile, APPLETS, file.stored.content, file)
        card.power_on()
        yield card
        card.power_off()


def run_card(
    card: Card, name: str, choice: ReaderChoice, trace: TraceChoice | None = None, faults: Sequence[Rule] = ()
) -> None:
    """Serves a card until SIGINT or SIGTERM. Raises OSError when its sockets or its trace can't be had.

    `name` tells it from others of its profile that run. `faults` strike from the start.
    """
    profile = card.profile
    stopped = threading.Event()
    with (
        _on_signals(stopped.set, signal.SIGINT, signal.SIGTERM, signal.SIGHUP),
        card_directory(name) as directory,
        placed(card, trace, faults) as placed_card,
        ControlServer(card, directory / CONTROL_SOCKET, placed_card.slot_control, placed_card.injector.faults),
        _reader(placed_card.slot_control.slot, profile.name, choice, directory),
    ):
        _settle()
        _watch(card, stopped)
        placed_card.let_go()
    print(f"{profile.name} taken out after {card.commands} commands.")


def serve(card: CardInterface, name: str, choice: ReaderChoice) -> None:
    """Serves any card until SIGINT or SIGTERM. Raises OSError when its sockets can't be had."""
    stopped = threading.Event()
    with (
        _on_signals(stopped.set, signal.SIGINT, signal.SIGTERM, signal.SIGHUP),
        card_directory(name) as directory,
        _reader(Slot(card), name, choice, directory),
    ):
        _settle()
        stopped.wait()


def exec_with_card(
    card: Card,
    name: str,
    command: list[str],
    state_out: Path | None,
    trace: TraceChoice | None = None,
    watch: Recorder | None = None,
    faults: Sequence[Rule] = (),
) -> int:
    """Runs a program with a card in its only reader; gives the program's exit status, 128 + n for signal n.

    `watch` takes what the program and the card say to each other. Raises OSError when the card's sockets or its trace
    can't be had.
    """
    profile = card.profile
    with card_directory(name) as directory, placed(card, trace, faults, watch) as placed_card:
        socket_path = directory / PCSC_SOCKET
        with (
            ControlServer(card, directory / CONTROL_SOCKET, placed_card.slot_control, placed_card.injector.faults),
            PcscServer(socket_path, slots_of(placed_card.slot_control.slot, profile.name)),
        ):
            _settle()
            status = _run_program(command, {**os.environ, SOCKET_VARIABLE: str(socket_path)})
            placed_card.let_go()
    card.power_off()
    if state_out is not None:
        try:
            state_out.write_text(as_json(view(profile, card.content)) + "\n", encoding="utf-8")
        except OSError as error:
            print(
                f"the program ended with {status}, but the card's final state can't be written to {state_out}: "
                f"{error.strerror}",
                file=sys.stderr,
            )
            return status or STATE_NOT_WRITTEN
    return status


@dataclass(frozen=True, slots=True)
class PlacedCard:
    """A card on its way into a reader, with whatever may happen to it there."""

    injector: FaultInjector
    slot_control: SlotControl

    @property
    def faults(self) -> Faults:
        """What may strike the card."""
        return self.injector.faults()

    def let_go(self) -> None:
        """Ends what a fault keeps waiting, or would put back later."""
        self.injector.let_go()


@contextlib.contextmanager
def placed(
    card: Card, trace: TraceChoice | None, rules: Sequence[Rule], watch: Recorder | None = None
) -> Iterator[PlacedCard]:
    """The card in a slot: behind it what records it, then what its faults come from."""
    slot_control = SlotControl(Slot())
    injector = FaultInjector(card, slot_control, rules)
    with _recorded(injector, card.profile, trace) as seen:
        slot_control.insert(_watched(seen, watch))
        yield PlacedCard(injector, slot_control)


@contextlib.contextmanager
def _recorded(card: CardInterface, profile: Profile, trace: TraceChoice | None) -> Iterator[CardInterface]:
    """The card, or what records it."""
    if trace is None:
        yield card
        return
    from stuntcard.trace.events import TraceHeader
    from stuntcard.trace.record import RecordingCard, TraceFile, now

    header = TraceHeader(profile.id, card.atr, now(), not trace.unmasked, _code_names(profile))
    with TraceFile(trace.path, header) as file:
        yield RecordingCard(card, file)


def _watched(card: CardInterface, watch: Recorder | None) -> CardInterface:
    if watch is None:
        return card
    from stuntcard.trace.record import RecordingCard

    return RecordingCard(card, watch)


def _code_names(profile: Profile) -> dict[int, str]:
    """The names of codes by the references that commands give."""
    return {
        reference: code.name
        for code in profile.codes_on_chip.values()
        for reference in (code.reference, code.eop_reference)
        if reference is not None
    }


def slots_of(slot: Slot, name: str) -> dict[str, Slot]:
    """A slot by the name that PC/SC programs see, for a card's name."""
    return {_pcsc_name(name): slot}


@contextlib.contextmanager
def _reader(slot: Slot, name: str, choice: ReaderChoice, directory: Path) -> Iterator[None]:
    match choice:
        case PcscChoice():
            socket_path = directory / PCSC_SOCKET
            with PcscServer(socket_path, slots_of(slot, name)):
                print(f"{name} is in the reader. In the shell of the program that shall see it:\n")
                print(f"  export {SOCKET_VARIABLE}={shlex.quote(str(socket_path))}\n", flush=True)
                yield
        case VpcdChoice(host, port):
            from stuntcard.readers.vpcd import VpcdReader

            with VpcdReader(slot, host, port, lambda message: print(message, flush=True)):
                yield


def _watch(card: Card, stopped: threading.Event) -> None:
    """Waits for the end; at a terminal, with live counters."""
    if not sys.stdout.isatty():
        stopped.wait()
        return
    from rich.live import Live
    from rich.text import Text

    with Live(Text(), refresh_per_second=1 / _COUNTER_PERIOD, transient=True) as live:
        while not stopped.wait(_COUNTER_PERIOD):
            codes = view(card.profile, card.content).codes.values()
            tries = "   ".join(f"{code.name} {code.state}, {code.tries_left} left" for code in codes)
            live.update(Text(f"{card.commands} commands   {tries}   (Ctrl-C ends)"))


def _run_program(command: list[str], environment: dict[str, str]) -> int:
    ended = threading.Event()
    program: subprocess.Popen[bytes] | None = None

    def end() -> None:
        ended.set()
        if program is not None:
            program.terminate()

    # A Ctrl-C at the terminal reaches the program by itself, which may well go on; the others come to us alone.
    with _on_signals(end, signal.SIGTERM, signal.SIGHUP), _on_signals(lambda: None, signal.SIGINT):
        try:
            program = subprocess.Popen(command, env=environment)
        except FileNotFoundError:
            print(f"{command[0]}: no such program; is it installed, and on the PATH?", file=sys.stderr)
            return CommandExit.NOT_FOUND
        except OSError as error:
            print(f"{command[0]}: can't be run: {error.strerror}", file=sys.stderr)
            return CommandExit.NOT_EXECUTABLE
        if ended.is_set():  # the signal came while the program was being started
            program.terminate()
        code = program.wait()
    return code if code >= 0 else _SIGNAL_EXIT - code


@contextlib.contextmanager
def _on_signals(act: Callable[[], None], *signals: signal.Signals) -> Iterator[None]:
    """Has `act` called on these signals, and puts back afterwards what they did before."""

    def handler(_: int, __: FrameType | None) -> None:
        act()

    before = {number: signal.signal(number, handler) for number in signals}
    try:
        yield
    finally:
        for number, old in before.items():
            signal.signal(number, old)
