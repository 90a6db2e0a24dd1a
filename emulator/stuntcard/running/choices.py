"""What can be chosen for a card that runs: its reader, where it is recorded, and what strikes it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stuntcard.faults.rules import Rule
    from stuntcard.readers.pinpad.pad import PinPad
    from stuntcard.trace.record import Recorder

VPCD_PORT = 35963


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


@dataclass(frozen=True, slots=True)
class RunOptions:
    """What goes on around a card that runs."""

    trace: TraceChoice | None = None
    """The file that its session is recorded to."""
    faults: Sequence[Rule] = ()
    """What may strike it from the start."""
    recorder: Recorder | None = None
    """What else takes all that a program and the card say to each other."""
    state_out: Path | None = None
    """The file that its state is written to when it ends."""
    pinpad: PinPad | None = None
    """The keys and the display of its reader."""


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
