"""A reader that speaks pcsc-lite's client protocol, so that programs linked with libpcsclite see the card."""

from stuntcard.readers.pcsc.endpoint import PcscSocketError
from stuntcard.readers.pcsc.server import PcscServer

__all__ = ["PcscServer", "PcscSocketError"]
