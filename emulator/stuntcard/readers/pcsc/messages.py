"""The words of pcsc-lite's client protocol: commands, codes and the layout of every message.

Messages are C structures in the byte order of the machine, without alignment gaps except in READER_STATE.
Source: pcsc-lite, src/winscard_msg.h, src/readers.h and src/PCSC/pcsclite.h, versions 1.9.9 to 2.5.1.
"""

from __future__ import annotations

from enum import IntEnum
from struct import Struct

PROTOCOL_MAJOR = 4
PROTOCOL_MINORS = (4, 5, 6)  # 1.8.24 to 2.2; 2.3 and 2.4; 2.5
PROTOCOL_MINOR_NEWEST = 6

READERS_MAX = 16  # libraries up to 2.4 read exactly this many reader states
READER_NAME_MAX = 127
ATR_MAX = 33
BUFFER_MAX = 65548  # MAX_BUFFER_SIZE_EXTENDED: header, extended Lc, 65,536 bytes, extended Le, status word
COMMAND_MAX = 0xFFFF  # what vpcd carries to a card
ATTRIBUTE_MAX = 264  # MAX_BUFFER_SIZE


class MessageCommand(IntEnum):
    """What a client may ask. Numbers not named here are unused even by pcscd."""

    ESTABLISH_CONTEXT = 0x01
    RELEASE_CONTEXT = 0x02
    CONNECT = 0x04
    RECONNECT = 0x05
    DISCONNECT = 0x06
    BEGIN_TRANSACTION = 0x07
    END_TRANSACTION = 0x08
    TRANSMIT = 0x09
    CONTROL = 0x0A
    STATUS = 0x0B
    CANCEL = 0x0D
    GET_ATTRIBUTE = 0x0F
    SET_ATTRIBUTE = 0x10
    VERSION = 0x11
    GET_READERS_STATE = 0x12
    WAIT_READER_STATE_CHANGE = 0x13
    STOP_WAITING_READER_STATE_CHANGE = 0x14
    GET_READER_EVENTS = 0x15
    GET_READERS_STATE_SIZE = 0x16
    GET_READERS_STATE_ARRAY = 0x17


class Code(IntEnum):
    """The return codes of PC/SC that this server gives."""

    SUCCESS = 0
    CANCELLED = 0x80100002
    INVALID_HANDLE = 0x80100003
    NO_MEMORY = 0x80100006
    INSUFFICIENT_BUFFER = 0x80100008
    UNKNOWN_READER = 0x80100009
    SHARING_VIOLATION = 0x8010000B
    NO_SMARTCARD = 0x8010000C
    PROTO_MISMATCH = 0x8010000F
    INVALID_VALUE = 0x80100011
    NOT_TRANSACTED = 0x80100016
    READER_UNAVAILABLE = 0x80100017
    SERVICE_STOPPED = 0x8010001E
    UNSUPPORTED_FEATURE = 0x8010001F  # pcsc-lite's number; Windows has 80100022
    UNRESPONSIVE_CARD = 0x80100066
    UNPOWERED_CARD = 0x80100067
    RESET_CARD = 0x80100068
    REMOVED_CARD = 0x80100069


class ShareMode(IntEnum):
    """How a client wants to hold the reader."""

    EXCLUSIVE = 1
    SHARED = 2
    DIRECT = 3


class Disposition(IntEnum):
    """What becomes of the card on reconnect, disconnect and at the end of a transaction."""

    LEAVE = 0
    RESET = 1
    UNPOWER = 2
    EJECT = 3


class Protocol(IntEnum):
    """The bits of a protocol mask."""

    UNDEFINED = 0
    T0 = 0x0001
    T1 = 0x0002
    RAW = 0x0004
    ANY_OLD = 0x1000  # SCARD_PROTOCOL_ANY before pcsc-lite 1.0, still accepted


class ReaderState(IntEnum):
    """The combinations of state bits that a reader shows, which are those of pcscd."""

    ABSENT = 0x02
    UNPOWERED = 0x04  # present
    MUTE = 0x04 | 0x08  # present, swallowed
    READY = 0x04 | 0x10 | 0x20  # present, powered, negotiable


HEADER = Struct("=II")  # size of what follows, command
VERSION = Struct("=iiI")  # major, minor, code
ESTABLISH_CONTEXT = Struct("=III")  # scope, context, code
RELEASE_CONTEXT = Struct("=II")  # context, code
CONNECT = Struct("=I128sIIiII")  # context, reader, share mode, protocols, handle, active protocol, code
RECONNECT = Struct("=iIIIII")  # handle, share mode, protocols, initialization, active protocol, code
DISCONNECT = Struct("=iII")  # handle, disposition, code
BEGIN_TRANSACTION = Struct("=iI")  # handle, code
END_TRANSACTION = Struct("=iII")  # handle, disposition, code
TRANSMIT = Struct("=iIIIIIII")  # handle, send PCI (2), size of command, receive PCI (2), size of answer, code
CONTROL = Struct("=iIIIII")  # handle, control code, size of input, room for output, size of output, code
STATUS = Struct("=iI")  # handle, code
CANCEL = Struct("=iI")  # context, code
ATTRIBUTE = Struct(f"=iI{ATTRIBUTE_MAX}sII")  # handle, attribute, value, size of value, code
WAIT_READER_STATE_CHANGE = Struct("=II")  # timeout (unused), code
READER_EVENTS = Struct("=II")  # count, code
READERS_STATE_SIZE = Struct("=i")  # count
READER_STATE = Struct(f"=128sIIi{ATR_MAX}s3xII")  # name, events, card state, sharing, ATR, its size, protocol
