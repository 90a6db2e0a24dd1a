"""The emulator's own PC/SC socket, with one reader."""

from __future__ import annotations

from pathlib import Path

from stuntcard.profile.model import Profile
from stuntcard.readers.pcsc import PcscServer
from stuntcard.readers.slot import Slot

SOCKET_VARIABLE = "PCSCLITE_CSOCK_NAME"
"""Where libpcsclite looks for its daemon's socket."""


def reader_name(profile: Profile) -> str:
    """The name that PC/SC programs see."""
    return _reader_name(profile.name)


def pcsc_server(socket: Path, slot: Slot, name: str) -> PcscServer:
    """A server with this slot in its only reader; `name` is the card's, or what else lies there."""
    return PcscServer(socket, {_reader_name(name): slot})


def _reader_name(name: str) -> str:
    """Names of pcsc-lite end with the reader's and the slot's number."""
    return f"Stuntcard {name} 00 00"
