"""The attributes of a reader and its card that SCardGetAttrib knows (PC/SC part 3, 3.1)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from struct import pack

from stuntcard.readers.pcsc.messages import Code

_VENDOR = b"Stuntcard\0"
_MODEL = b"Virtual reader\0"
_VERSION = 0x0001_0000  # major 0, minor 1, build 0

_PRESENT = 2  # in position
_ASYNCHRONOUS = 1  # a card after ISO 7816-3


class Attribute(IntEnum):
    """The attributes that are answered; all others are unsupported."""

    VENDOR_NAME = 0x00010100
    VENDOR_IFD_TYPE = 0x00010101
    VENDOR_IFD_VERSION = 0x00010102
    VENDOR_IFD_SERIAL_NO = 0x00010103
    CURRENT_PROTOCOL_TYPE = 0x00080201
    ICC_PRESENCE = 0x00090300
    ICC_INTERFACE_STATUS = 0x00090301
    ATR_STRING = 0x00090303
    ICC_TYPE_PER_ATR = 0x00090304
    DEVICE_UNIT = 0x7FFF0001
    DEVICE_FRIENDLY_NAME = 0x7FFF0003
    DEVICE_SYSTEM_NAME = 0x7FFF0004


@dataclass(frozen=True, slots=True)
class ReaderFacts:
    """What is so with a reader at one moment. `atr` is empty when there is no card or it is mute."""

    name: bytes
    unit: int
    present: bool
    powered: bool
    atr: bytes
    protocol: int


def attribute_value(identifier: int, facts: ReaderFacts) -> tuple[Code, bytes]:
    """The value as it goes to the client: text with its NUL, numbers as DWORD or one byte."""
    match identifier:
        case Attribute.VENDOR_NAME:
            return Code.SUCCESS, _VENDOR
        case Attribute.VENDOR_IFD_TYPE:
            return Code.SUCCESS, _MODEL
        case Attribute.VENDOR_IFD_VERSION:
            return Code.SUCCESS, pack("=I", _VERSION)
        case Attribute.VENDOR_IFD_SERIAL_NO:
            return Code.SUCCESS, b"%04d\0" % facts.unit
        case Attribute.DEVICE_UNIT:
            return Code.SUCCESS, pack("=I", facts.unit)
        case Attribute.DEVICE_FRIENDLY_NAME | Attribute.DEVICE_SYSTEM_NAME:
            return Code.SUCCESS, facts.name + b"\0"
        case Attribute.ICC_PRESENCE:
            return Code.SUCCESS, bytes([_PRESENT if facts.present else 0])
        case Attribute.ICC_INTERFACE_STATUS:
            return Code.SUCCESS, bytes([facts.powered])
        case Attribute.ICC_TYPE_PER_ATR:
            return Code.SUCCESS, bytes([_ASYNCHRONOUS if facts.atr else 0])
        case Attribute.CURRENT_PROTOCOL_TYPE:
            return Code.SUCCESS, pack("=I", facts.protocol)
        case Attribute.ATR_STRING:
            # a driver without a card to ask reports a failed exchange
            return (Code.SUCCESS, facts.atr) if facts.atr else (Code.NOT_TRANSACTED, b"")
        case _:
            return Code.UNSUPPORTED_FEATURE, b""
