"""The exported file, read back block by block."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from stuntcard.trace.pcapng import as_pcapng
from stuntcard.trace.read import Trace

from tests.unit.trace.sessions import ATR, READ, RIGHT_PIN, SELECT_KEYS, session


def blocks(content: bytes) -> Iterator[tuple[int, bytes]]:
    while content:
        kind, length = struct.unpack_from("<II", content)
        assert length % 4 == 0
        assert content[length - 4 : length] == struct.pack("<I", length)
        yield kind, content[8 : length - 4]
        content = content[length:]


def packets(trace: Trace) -> list[tuple[int, int, bytes, str]]:
    """Interface, time in microseconds, content and comment of each packet."""
    found = []
    for kind, body in blocks(b"".join(as_pcapng(trace))):
        if kind == 6:
            interface, high, low, captured, length = struct.unpack_from("<IIIII", body)
            assert captured == length
            options = body[20 + (length + 3 & ~3) :]
            number, size = struct.unpack_from("<HH", options)
            assert number == 1
            found.append((interface, high << 32 | low, body[20 : 20 + length], options[4 : 4 + size].decode()))
    return found


def test_the_file_begins_with_section_and_interfaces() -> None:
    kinds = list(blocks(b"".join(as_pcapng(session([])))))
    assert [kind for kind, _ in kinds] == [0x0A0D0D0A, 1, 1, 6]
    assert [struct.unpack_from("<H", body)[0] for kind, body in kinds if kind == 1] == [228, 252]


def test_an_exchange_is_a_gsmtap_datagram_of_type_sim() -> None:
    interface, moment, content, comment = packets(session([READ]))[1]
    assert (interface, moment) == (0, 1769860800_251000)
    assert content[:2] == b"\x45\x00"
    assert sum(struct.unpack(">10H", content[:20])) % 0xFFFF == 0  # the header's checksum (RFC 1071)
    assert content[9] == 17
    assert content[12:20] == bytes([127, 0, 0, 1]) * 2
    assert struct.unpack(">HHHH", content[20:28]) == (4729, 4729, len(content) - 20, 0)
    assert content[28:44] == bytes([2, 4, 4]) + bytes(13)
    assert content[44:] == bytes.fromhex(READ[0] + READ[1])
    assert comment == "READ BINARY from 0: 4 bytes"


def test_power_on_is_an_atr() -> None:
    interface, _, content, comment = packets(session([]))[0]
    assert interface == 1
    assert content == b"\x00\x0c\x00\x0ciso7816.atr\x00" + bytes(4) + ATR
    assert comment == f"POWER ON: ATR {ATR.hex().upper()}"


def test_masked_bytes_are_zeros_and_the_comment_says_so() -> None:
    _, _, content, comment = packets(session([RIGHT_PIN]))[1]
    assert content[44:] == bytes.fromhex("0020000110") + bytes(16) + b"\x90\x00"
    assert comment == "VERIFY PIN: right (masked bytes are shown as 00)"


def test_a_command_goes_over_the_line_without_le_behind_its_data() -> None:
    _, _, content, _ = packets(session([(SELECT_KEYS[0] + "00", "6F009000")]))[1]
    assert content[44:] == bytes.fromhex(SELECT_KEYS[0] + "6F009000")


def test_a_mute_card_is_shown_with_status_word_zero() -> None:
    _, _, content, comment = packets(session([(READ[0], "")]))[1]
    assert content[44:] == bytes.fromhex(READ[0] + "0000")
    assert comment.endswith("(there was no answer; the status word 0000 stands for that)")


def test_what_no_datagram_can_hold_is_cut_and_said() -> None:
    _, _, content, comment = packets(session([("00B00000000000", "AA" * 65536 + "9000")]))[1]
    assert len(content) == 65535
    assert content.endswith(b"\xaa\x90\x00")
    assert "the last 54 bytes of the answer's data are left out" in comment
