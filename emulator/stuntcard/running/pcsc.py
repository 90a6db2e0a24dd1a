"""The emulator's own PC/SC socket, and what its readers are called."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from stuntcard.profile.model import Profile
from stuntcard.readers.pcsc import PcscServer
from stuntcard.readers.slot import Slot

SOCKET_VARIABLE = "PCSCLITE_CSOCK_NAME"
"""Where libpcsclite looks for its daemon's socket."""
_LABEL_MAX = 100


class WholeName(str):
    """A label that is all of a reader's name but the numbers: for programs that know readers by their maker's."""

    __slots__ = ()


def reader_name(profile: Profile) -> str:
    """The name that PC/SC programs see where a card of this profile lies in the only reader."""
    return numbered_name(profile.name, 0)


def numbered_name(label: str, unit: int) -> str:
    """The name of a reader: as pcsc-lite makes it, with the reader's number and the slot's behind, and in ASCII."""
    maker = "" if isinstance(label, WholeName) else "Stuntcard "
    return f"{maker}{_ascii(label)} {unit:02X} 00"


def pcsc_server(socket: Path, readers: Sequence[tuple[str, Slot]]) -> PcscServer:
    """A server with these slots in readers of its own, each called by its label, and numbered."""
    return PcscServer(socket, [(numbered_name(label, unit), slot) for unit, (label, slot) in enumerate(readers)])


def _ascii(label: str) -> str:
    """The label as every PC/SC program can read it: letters without their marks, and _ for what has no other form.

    PC/SC says nothing of other characters than ASCII's, and programs take them as their locale has it, or fail.
    """
    if not label.isascii():
        from unicodedata import combining, normalize

        label = "".join(one for one in normalize("NFKD", label) if not combining(one))
    return "".join(one if one.isascii() and one.isprintable() else "_" for one in label)[:_LABEL_MAX]
