"""A trace as a pcapng file for Wireshark.

A command and its answer are one UDP datagram on the loopback address to port 4729, where Wireshark expects GSMTAP: a
header of 16 bytes (version 2, type 4, SIM) and then the bytes as a line tap would see them on T=0, which is the form of
Osmocom's SIMtrace: command header, P3, data of the command or the answer or both, status word. Wireshark's `gsm_sim`
takes them apart. It has no place for an ATR, so one is a PDU for Wireshark's `iso7816.atr`, on an interface of its own
with link type 252 (WIRESHARK_UPPER_PDU). The packet's comment tells the event in words, and what this form can't say.
Formats: draft-ietf-opsawg-pcapng, libosmocore's gsmtap.h, Wireshark's exported_pdu.h.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from enum import IntEnum

from stuntcard.trace import octets
from stuntcard.trace.events import EventKind, TraceEvent
from stuntcard.trace.mask import data_field
from stuntcard.trace.read import Trace
from stuntcard.trace.story import printable, tell

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_BYTE_ORDER, _VERSION, _LENGTH_UNKNOWN = 0x1A2B3C4D, (1, 0), 0xFFFFFFFFFFFFFFFF
_DISSECTOR_NAME, _ATR_DISSECTOR = 12, b"iso7816.atr"
"""Tag of exported_pdu.h, and its value."""
_GSMTAP_PORT = 4729
_LOOPBACK = bytes([127, 0, 0, 1])
_LONGEST_PAYLOAD = 0xFFFF - 20 - 8 - 16
"""What an IPv4 datagram leaves after the headers of IP, UDP and GSMTAP."""


class _Block(IntEnum):
    SECTION_HEADER = 0x0A0D0D0A
    INTERFACE = 1
    ENHANCED_PACKET = 6


class _Option(IntEnum):
    """Numbers of options; the same number means different things in different blocks."""

    END = 0
    COMMENT = 1
    INTERFACE_NAME = 2
    APPLICATION = 4


class _Link(IntEnum):
    """Link types, in the order of the file's interfaces."""

    IPV4 = 228
    WIRESHARK_UPPER_PDU = 252


def as_pcapng(trace: Trace) -> Iterator[bytes]:
    """The blocks of the file, in their order."""
    options = _option(_Option.APPLICATION, b"stuntcard") + _option(_Option.END, b"")
    yield _block(_Block.SECTION_HEADER, struct.pack("<IHHQ", _BYTE_ORDER, *_VERSION, _LENGTH_UNKNOWN) + options)
    name = _option(_Option.INTERFACE_NAME, printable(trace.header.card).encode()[:250]) + _option(_Option.END, b"")
    for link in _Link:
        yield _block(_Block.INTERFACE, struct.pack("<HHI", link, 0, 0) + name)
    for number, (event, line) in enumerate(zip(trace.events, tell(trace.header, trace.events), strict=True)):
        moment = (trace.header.started + timedelta(seconds=event.time) - _EPOCH) // timedelta(microseconds=1)
        if event.kind is EventKind.COMMAND:
            payload, remark = _payload(event)
            datagram = _datagram(number, struct.pack(">BBB13x", 2, 4, 4) + payload)
            yield _packet(_Link.IPV4, moment, datagram, f"{line} ({remark})" if remark else str(line))
        elif event.answer:
            tag = struct.pack(">HH", _DISSECTOR_NAME, len(_padded(_ATR_DISSECTOR))) + _padded(_ATR_DISSECTOR)
            atr = tag + bytes(4) + octets.read(event.answer)
            yield _packet(_Link.WIRESHARK_UPPER_PDU, moment, atr, str(line))


def _payload(event: TraceEvent) -> tuple[bytes, str]:
    """The bytes of an exchange, and what has to be said about them."""
    answer = octets.read(event.answer)
    remarks = []
    if octets.is_masked(event.command) or octets.is_masked(event.answer):
        remarks.append("masked bytes are shown as 00")
    if len(answer) < 2:
        answer = b"\0\0"
        remarks.append("there was no answer; the status word 0000 stands for that")
    command, data = _without_le(octets.read(event.command)), answer[:-2]
    if (too_many := len(command) + len(answer) - _LONGEST_PAYLOAD) > 0:
        data = data[:-too_many]
        remarks.append(f"the last {too_many} bytes of the answer's data are left out, a datagram can't hold them")
    return (command + data + answer[-2:])[-_LONGEST_PAYLOAD:], "; ".join(remarks)


def _without_le(command: bytes) -> bytes:
    """A command with data goes over the line without Le; one without has it as P3, and gets P3 = 00 if it has none."""
    data = data_field(command)
    if data:
        return command[: data.stop]
    return command if len(command) != 4 else command + b"\0"


def _packet(link: _Link, microseconds: int, content: bytes, comment: str) -> bytes:
    moment = max(0, microseconds)
    numbers = (list(_Link).index(link), moment >> 32 & 0xFFFFFFFF, moment & 0xFFFFFFFF, len(content), len(content))
    options = _option(_Option.COMMENT, comment.encode()) + _option(_Option.END, b"")
    return _block(_Block.ENHANCED_PACKET, struct.pack("<IIIII", *numbers) + _padded(content) + options)


def _datagram(number: int, content: bytes) -> bytes:
    """The content in UDP and IPv4; UDP's checksum 0 says that there is none (RFC 768)."""
    udp = struct.pack(">HHHH", _GSMTAP_PORT, _GSMTAP_PORT, 8 + len(content), 0)

    def header(checksum: int) -> bytes:
        sizes = (0x45, 0, 20 + len(udp) + len(content), number & 0xFFFF, 0, 64, 17, checksum)
        return struct.pack(">BBHHHBBH", *sizes) + _LOOPBACK + _LOOPBACK

    total = sum(struct.unpack(">10H", header(0)))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return header(~total & 0xFFFF) + udp + content


def _block(kind: _Block, body: bytes) -> bytes:
    length = struct.pack("<I", 12 + len(body))
    return struct.pack("<I", kind) + length + body + length


def _option(number: _Option, value: bytes) -> bytes:
    value = value[:0xFFFC]
    return struct.pack("<HH", number, len(value)) + _padded(value)


def _padded(content: bytes) -> bytes:
    return content + bytes(-len(content) % 4)
