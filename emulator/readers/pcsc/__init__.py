"""A reader that speaks pcsc-lite's client protocol, so that programs linked with libpcsclite see the card."""

from emulator.readers.pcsc.endpoint import PcscSocketError
from emulator.readers.pcsc.server import PcscServer

__all__ = ["PcscServer", "PcscSocketError"]
