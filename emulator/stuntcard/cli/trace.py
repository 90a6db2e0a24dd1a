"""The commands `trace`, `relay` and `replay`."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from stuntcard.cli.exit import ExitCode, fail, failing
from stuntcard.cli.groups import new_group
from stuntcard.cli.options import UnmaskedOption

if TYPE_CHECKING:
    from rich.console import Console

    from stuntcard.running.choices import ReaderChoice
    from stuntcard.trace.events import TraceEvent
    from stuntcard.trace.read import Trace, TraceReader
    from stuntcard.trace.story import StoryLine

trace_app = new_group("Read, compare and export recorded sessions.", mainly="show")

TraceArgument = Annotated[Path, typer.Argument(help="A session recorded with --trace, or by relay.", metavar="FILE")]
NoColour = Annotated[bool, typer.Option("--no-colour", help="Write plain text.")]

_WIDTH = 36
_LOOK = 0.1
"""Seconds between two looks at a file that is being recorded."""


def add_to(app: typer.Typer) -> None:
    """Adds the commands to the others."""
    app.add_typer(trace_app, name="trace")
    app.command()(relay)
    app.command()(replay)


@trace_app.command()
def show(
    file: TraceArgument,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Tell on while it is recorded, until Ctrl-C.")] = False,
    no_colour: NoColour = False,
) -> None:
    """Tell the story of a session, one line a command.

    A line ends with [fault 1] where the fault struck that `stuntcard fault list` has as number 1.

    Example: stuntcard trace show session.jsonl
    """
    from stuntcard.trace.read import TraceReader
    from stuntcard.trace.story import printable, tell

    console = _console(no_colour)
    with _reading(file):
        trace = TraceReader(file, _look_again if follow else lambda: False)
        header = trace.header()
    masked = "codes and keys masked" if header.masked else "NOT masked: it shows codes and keys"
    console.print(f"{printable(header.card)}, {header.started:%Y-%m-%d %H:%M:%S} UTC, {masked}", markup=False)
    with trace:
        for line in tell(header, _events(file, trace)):
            console.print(_styled(line))
    if trace.cut:
        console.print("The file breaks off in the midst of a line; what is above is whole.")


def _events(file: Path, trace: TraceReader) -> Iterator[TraceEvent]:
    # What fails while a line is printed is no matter of the file.
    with _reading(file):
        yield from trace


def _look_again() -> bool:
    """Waits a moment for more to be recorded."""
    import time

    time.sleep(_LOOK)
    return True


@trace_app.command()
def diff(
    first: Annotated[Path, typer.Argument(help="A recorded session.", metavar="A")],
    second: Annotated[Path, typer.Argument(help="Another one.", metavar="B")],
    no_colour: NoColour = False,
) -> None:
    """Compare two sessions command by command; ends with 1 when they differ.

    Challenges, new keys, signatures, what is signed or deciphered, and whatever is masked, are compared by length.

    Example: stuntcard trace diff good.jsonl bad.jsonl
    """
    from rich.text import Text

    from stuntcard.trace.compare import differences

    left, right = _read(first), _read(second)
    console = _console(no_colour)
    alike = True
    for found in differences(left, right):
        alike = False
        if found.why:
            console.print(Text(f"~ {found.why}", style="yellow"))
        if found.left is not None:
            console.print(Text(f"- {found.left}", style="red"))
        if found.right is not None:
            console.print(Text(f"+ {found.right}", style="green"))
    if not alike:
        raise typer.Exit(ExitCode.REFUSED)
    console.print(f"The sessions are alike: {len(left.events)} events each.")


@trace_app.command()
def export(
    file: TraceArgument,
    target: Annotated[Path, typer.Argument(help="The file to write; with --opensc-fuzz also a folder.", metavar="OUT")],
    opensc_fuzz: Annotated[
        bool, typer.Option("--opensc-fuzz", help="Write a seed for OpenSC's fuzz targets in place of pcapng.")
    ] = False,
    arguments: Annotated[
        str | None,
        typer.Option(help="With --opensc-fuzz: what fuzz_pkcs15_tool or its like is called with.", metavar="TEXT"),
    ] = None,
) -> None:
    """Write a session as pcapng, for Wireshark, or as seeds for OpenSC's fuzz targets.

    Each exchange is a GSMTAP datagram of type SIM (UDP port 4729, link type IPV4), which Wireshark's gsm_sim takes
    apart; an ATR is a PDU for iso7816.atr (link type WIRESHARK_UPPER_PDU). Packet comments tell all in words.

    A seed holds one connection: the ATR, then each answer. OUT may be a corpus, which is a folder: then each connection
    of the session becomes a seed there, named by its SHA-1 as libFuzzer does.

    Example: stuntcard trace export session.jsonl session.pcapng

    Example: stuntcard trace export session.jsonl corpus/fuzz_pkcs15_tool --opensc-fuzz --arguments=--dump
    """
    trace = _read(file)
    if not opensc_fuzz:
        from stuntcard.trace.pcapng import as_pcapng

        if arguments is not None:
            fail("--arguments: they go with --opensc-fuzz")
        _write(target, as_pcapng(trace))
        return
    for path, seed in _seeds(trace, target, arguments).items():
        _write(path, [seed])
        print(path)


def _seeds(trace: Trace, target: Path, arguments: str | None) -> dict[Path, bytes]:
    """The seeds of a session by the file that each goes to."""
    import hashlib
    import shlex

    from stuntcard.trace.events import TraceError
    from stuntcard.trace.opensc_fuzz import seeds

    try:
        found = seeds(trace, None if arguments is None else shlex.split(arguments))
    except ValueError as error:
        fail(str(error) if isinstance(error, TraceError) else f"--arguments: {error}")
    if not found:
        fail("the session asks the card nothing: there is nothing to make a seed of")
    if target.is_dir():
        return {target / hashlib.sha1(seed, usedforsecurity=False).hexdigest(): seed for seed in found}
    if len(found) > 1:
        fail(
            f"the session has {len(found)} connections, and a seed holds one; give a folder: each becomes a file there"
        )
    return {target: found[0]}


def _write(target: Path, content: Iterable[bytes]) -> None:
    import os

    try:
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NONBLOCK, 0o600)
        with open(descriptor, "wb") as output:
            output.writelines(content)
    except OSError as error:
        fail(f"{target}: can't be written: {error.strerror}", ExitCode.UNAVAILABLE)


def relay(
    reader: Annotated[str, typer.Option(help="The real card's reader: its name, or a part of it.", metavar="NAME")],
    to: Annotated[str, typer.Option(help="Where the card shall appear: pcsc, or vpcd[:HOST[:PORT]].")] = "pcsc",
    trace: Annotated[Path | None, typer.Option(help="Record the session to this file.", metavar="FILE")] = None,
    unmasked: UnmaskedOption = False,
    mask: Annotated[
        list[str] | None,
        typer.Option(help="A proprietary instruction byte whose data is secret too; may be repeated.", metavar="INS"),
    ] = None,
    shared: Annotated[bool, typer.Option("--shared", help="Let other programs use the card too.")] = False,
) -> None:
    """Pass a real card through to a virtual reader until Ctrl-C, and record what it is asked and answers.

    Example: stuntcard relay --reader "Gemalto" --trace session.jsonl
    """
    from stuntcard.running.serving import serve
    from stuntcard.trace.events import TraceHeader
    from stuntcard.trace.record import RecordingCard, TraceFile, now
    from stuntcard.trace.relay import RealCard, RelayError

    choice, also_mask = _choice("--to", to), _instructions(mask or [])
    try:
        with RealCard(reader, _complain, shared=shared) as card, _served():
            if trace is None:
                serve(card, "relay", choice)
                return
            header = TraceHeader(card.reader, card.atr, now(), masked=not unmasked)
            with TraceFile(trace, header, also_mask) as file:
                serve(RecordingCard(card, file), "relay", choice)
    except RelayError as error:
        fail(str(error), ExitCode.UNAVAILABLE)


def replay(
    file: TraceArgument,
    lenient: Annotated[
        bool, typer.Option("--lenient", help="Take commands in any order; each gets its recorded answers in turn.")
    ] = False,
    reader: Annotated[str, typer.Option(help="pcsc, or vpcd[:HOST[:PORT]].")] = "pcsc",
) -> None:
    """Serve a recorded session as a card until Ctrl-C; ends with 1 if a command did not fit.

    Example: stuntcard replay session.jsonl --lenient
    """
    from stuntcard.running.serving import serve
    from stuntcard.trace.replay import ReplayCard

    choice = _choice("--reader", reader)
    card = ReplayCard(_read(file), _complain, lenient=lenient)
    with _served():
        serve(card, "replay", choice)
    print(f"{card.answered} commands replayed, {card.mismatches} did not fit.")
    raise typer.Exit(ExitCode.REFUSED if card.mismatches else 0)


def _read(file: Path) -> Trace:
    from stuntcard.trace.read import read_trace

    with _reading(file):
        return read_trace(file)


@contextmanager
def _reading(file: Path) -> Iterator[None]:
    from stuntcard.trace.events import TraceError

    try:
        yield
    except TraceError as error:
        fail(str(error))
    except OSError as error:
        fail(f"{file}: can't be read: {error.strerror}")


def _choice(option: str, text: str) -> ReaderChoice:
    from stuntcard.running.choices import ReaderChoiceError, parse_reader

    try:
        return parse_reader(text)
    except ReaderChoiceError as error:
        fail(str(error).replace("--reader", option, 1))


def _instructions(texts: list[str]) -> frozenset[int]:
    try:
        numbers = [bytes.fromhex(text) for text in texts]
    except ValueError:
        numbers = [b""]
    if any(len(number) != 1 for number in numbers):
        fail(f"--mask {' '.join(texts)}: expected an instruction byte in hexadecimal, such as 5A")
    return frozenset(number[0] for number in numbers)


@contextmanager
def _served() -> Iterator[None]:
    with failing(OSError, code=ExitCode.UNAVAILABLE, prefix="the card can't be served: "):
        yield


def _styled(line: StoryLine) -> object:
    from rich.text import Text

    from stuntcard.trace.story import Tone

    style = {Tone.GOOD: "green", Tone.WARNING: "yellow", Tone.BAD: "red", Tone.POWER: "blue"}[line.tone]
    what = f"{line.what} {line.about}".strip()
    time, mark = (f"{line.time:10.6f}  ", "dim"), (f"  {line.mark}" if line.faults else "", "magenta")
    return Text.assemble(time, f"{what:{_WIDTH}}  ", (line.outcome, style), mark)


def _console(no_colour: bool) -> Console:
    from rich.console import Console

    return Console(highlight=False, soft_wrap=True, no_color=no_colour, emoji=False)


def _complain(message: str) -> None:
    print(message, file=sys.stderr, flush=True)
