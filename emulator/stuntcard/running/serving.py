"""Serves readers and their cards until a signal ends it."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from stuntcard.control.directory import PCSC_SOCKET, card_directory
from stuntcard.messages import Messages
from stuntcard.profile.model import Language
from stuntcard.readers.slot import CardInterface, Slot
from stuntcard.running.choices import PcscChoice, ReaderChoice, VpcdChoice
from stuntcard.running.desk import Desk, controlled, desk_laid, served_to_pcsc
from stuntcard.running.making import ReaderOnDesk
from stuntcard.running.pcsc import SOCKET_VARIABLE, numbered_name, pcsc_server
from stuntcard.running.signals import ENDING, SignalsCaught, caught
from stuntcard.running.startup import started
from stuntcard.words.exploration import state_in_words

_COUNTER_PERIOD = 0.5
"""Seconds between two looks at the counters."""


def run_desk(
    wanted: Sequence[ReaderOnDesk],
    choice: ReaderChoice,
    messages: Messages,
    socket: Path | None = None,
    ready: Callable[[], None] = lambda: None,
) -> None:
    """Serves readers until SIGINT or SIGTERM. Raises OSError when their sockets or a trace can't be had.

    `socket`: the place for the PC/SC socket, where somebody chose one. `ready` is called once programs can come.
    """
    with (
        caught(*ENDING) as signals,
        desk_laid(wanted, socket) as desk,
        _readers(desk, choice, messages),
        controlled(desk),
    ):
        started()
        ready()
        _show_counters(desk, signals, messages)
        desk.let_go()
    for reader in desk.readers:
        if reader.card is not None:
            card = reader.card
            print(messages.counted("served-taken-out", card.commands, card=card.profile.name))


def serve(card: CardInterface, name: str, choice: ReaderChoice) -> None:
    """Serves any card until SIGINT or SIGTERM. Raises OSError when its sockets can't be had."""
    slot = Slot(card)
    with caught(*ENDING) as signals, card_directory(name) as directory, ExitStack() as stack:
        if isinstance(choice, VpcdChoice):
            stack.enter_context(_vpcd_readers([(name, slot)], choice))
        else:
            stack.enter_context(pcsc_server(directory / PCSC_SOCKET, [(name, slot)]))
            english = Messages(Language.ENGLISH)
            _tell(english.text("served-card", card=name), directory / PCSC_SOCKET, english)
        started()
        signals.wait()


@contextmanager
def _readers(desk: Desk, choice: ReaderChoice, messages: Messages) -> Iterator[None]:
    match choice:
        case PcscChoice():
            with served_to_pcsc(desk):
                _tell(_about(desk, messages), desk.socket, messages)
                yield
        case VpcdChoice():
            slots = [(reader.name, reader.slot_control.slot) for reader in desk.readers]
            with _vpcd_readers(slots, choice):
                yield


@contextmanager
def _vpcd_readers(slots: Sequence[tuple[str, Slot]], choice: VpcdChoice) -> Iterator[None]:
    """Each slot at a port of its own, from the first on: vpcd has a slot for each."""
    from stuntcard.readers.vpcd import VpcdReader

    with ExitStack() as stack:
        for number, (name, slot) in enumerate(slots):
            who = f"{name}: " if len(slots) > 1 else ""
            stack.enter_context(VpcdReader(slot, choice.host, choice.port + number, _report(who)))
        yield


def _report(who: str) -> Callable[[str], None]:
    return lambda message: print(f"{who}{message}", flush=True)


def _about(desk: Desk, messages: Messages) -> str:
    """Which cards lie in which readers."""
    if len(desk.readers) == 1 and desk.readers[0].card is not None:
        return messages.text("served-card", card=desk.readers[0].about)
    return "\n".join(
        messages.text("served-in", name=reader.name, about=reader.about, reader=numbered_name(reader.label, unit))
        for unit, reader in enumerate(desk.readers)
    )


def _tell(about: str, socket: Path, messages: Messages) -> None:
    """Says how programs find the readers."""
    print(f"{about} {messages.text('served-shell')}\n" if about.endswith(".") else f"{about}\n")
    print(f"  export {SOCKET_VARIABLE}={shlex.quote(str(socket))}\n", flush=True)


def _show_counters(desk: Desk, signals: SignalsCaught, messages: Messages) -> None:
    """Waits for the end; at a terminal, with live counters."""
    if not sys.stdout.isatty():
        signals.wait()
        return
    from rich.live import Live
    from rich.text import Text

    with Live(Text(), refresh_per_second=1 / _COUNTER_PERIOD, transient=True) as live:
        while not signals.wait(_COUNTER_PERIOD):
            live.update(Text("\n".join(_counters(desk, messages)) + f"   ({messages.text('served-ends')})"))


def _counters(desk: Desk, messages: Messages) -> Iterator[str]:
    """How each card stands, in a line."""
    for reader in desk.readers:
        card, who = reader.card, f"{reader.name}: " if len(desk.readers) > 1 else ""
        if card is None:
            yield f"{who}{messages.text('served-no-card')}"
            continue
        state = state_in_words(card.profile, card.content.state, messages)
        yield f"{who}{messages.counted('stands-commands', card.commands)}   {state}"
