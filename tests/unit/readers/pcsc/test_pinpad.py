"""What a reader can do beside carrying commands, asked for by SCardControl."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

import pytest
from stuntcard.readers.pcsc import PcscServer
from stuntcard.readers.pcsc.messages import Code
from stuntcard.readers.pinpad.pad import PinPad, parse_keys
from stuntcard.readers.slot import Slot

from tests.unit.readers.echo_card import T0_T1_ATR
from tests.unit.readers.pcsc.clients import DIRECT, LEAVE, OTHER_READER, READER, SHARED, T1, TroublesomeCard
from tests.unit.readers.pcsc.histories import WireProgram
from tests.unit.readers.pinpad.test_structures import modify_structure, verify_structure

GET_FEATURES = 0x42000D48
VERIFY, MODIFY, PIN_PROPERTIES, TLV_PROPERTIES = 0x42330006, 0x42330007, 0x4233000A, 0x42330012
PADDED = "0020000108" + "FF" * 8
BOTH_PADDED = "0024000110" + "FF" * 16


@pytest.fixture
def keys() -> list[str]:
    """A test says what is typed."""
    return []


@pytest.fixture
def server(socket_path: Path, card: TroublesomeCard, other_slot: Slot, keys: list[str]) -> Iterator[PcscServer]:
    card.slot = Slot(card, pinpad=PinPad(parse_keys(text) for text in keys))
    with PcscServer(socket_path, {READER: card.slot, OTHER_READER: other_slot}) as server:
        yield server


@pytest.fixture
def program(server: PcscServer) -> Iterator[WireProgram]:
    program = WireProgram(server.socket_path)
    yield program
    program.socket.close()


@pytest.fixture
def handle(program: WireProgram) -> int:
    code, _, handle = program.connect(READER, SHARED, T1)
    assert code == 0
    return handle


def features(answer: bytes) -> dict[int, int]:
    return {tag: value for tag, _, value in struct.iter_unpack(">BBI", answer)}


def test_features_and_what_a_reader_is_like(program: WireProgram, handle: int) -> None:
    code, answer = program.control(handle, GET_FEATURES)
    assert (code, features(answer)) == (0, {6: VERIFY, 7: MODIFY, 0x0A: PIN_PROPERTIES, 0x12: TLV_PROPERTIES})
    assert program.control(handle, PIN_PROPERTIES) == (0, bytes.fromhex("10020701"))
    assert program.control(handle, TLV_PROPERTIES) == (
        0,
        bytes.fromhex("0A0400000100 01021002 020107 030101 04021000 05020200 060101 070110"),
    )


def test_a_reader_without_a_pin_pad(program: WireProgram) -> None:
    _, _, handle = program.connect(OTHER_READER, DIRECT, 0)
    assert program.control(handle, GET_FEATURES) == (0, bytes.fromhex("1204 42330012"))
    assert program.control(handle, TLV_PROPERTIES) == (0, bytes.fromhex("0A0400000100"))
    for control_code in (VERIFY, MODIFY, PIN_PROPERTIES, 0x42330099):
        assert program.control(handle, control_code) == (Code.UNSUPPORTED_FEATURE, b"")


@pytest.mark.parametrize(
    ("keys", "answer", "sent"),
    [
        (["12345678"], "9000", "0020000108 3132333435363738"),
        (["1234"], "9000", "0020000108 31323334FFFFFFFF"),
        (["1235 correction 4"], "9000", "0020000108 31323334FFFFFFFF"),
        (["12 cancel"], "6401", None),
        (["123"], "6403", None),
    ],
)
def test_a_code_is_typed_and_verified(
    program: WireProgram, handle: int, card: TroublesomeCard, answer: str, sent: str | None
) -> None:
    card.echo_from = 0xFF  # it says nothing but 9000
    assert program.control(handle, VERIFY, verify_structure(PADDED)) == (0, bytes.fromhex(answer))
    seen = [] if sent is None else [bytes.fromhex(sent).hex()]
    assert [card.next_event() for _ in range(1 + len(seen))] == ["on", *seen]
    assert card.events.empty()


@pytest.mark.parametrize(
    ("keys", "answer", "sent"),
    [
        (["1234", "5678", "5678"], "9000", "0024000110 31323334FFFFFFFF 35363738FFFFFFFF"),
        (["1234", "5678", "5679"], "6402", None),
        (["1234", "567", ""], "6403", None),
        (["1234", "5678", "cancel"], "6401", None),
    ],
)
def test_a_code_is_changed(
    program: WireProgram, handle: int, card: TroublesomeCard, answer: str, sent: str | None
) -> None:
    card.echo_from = 0xFF
    structure = modify_structure(BOTH_PADDED, offsets=(0, 8))
    assert program.control(handle, MODIFY, structure) == (0, bytes.fromhex(answer))
    seen = [] if sent is None else [bytes.fromhex(sent).hex()]
    assert [card.next_event() for _ in range(1 + len(seen))] == ["on", *seen]
    assert card.events.empty()


@pytest.mark.parametrize("keys", [["none"]])
def test_nobody_types(program: WireProgram, handle: int) -> None:
    structure = bytes([1]) + verify_structure(PADDED)[1:]
    assert program.control(handle, VERIFY, structure) == (0, bytes.fromhex("6400"))


def test_a_structure_that_says_nothing_sensible(program: WireProgram, handle: int) -> None:
    assert program.control(handle, VERIFY, b"nonsense") == (0, bytes.fromhex("6B80"))


@pytest.mark.parametrize("keys", [["1234"]])
def test_a_mute_card(program: WireProgram, handle: int, card: TroublesomeCard) -> None:
    card.mute = True
    assert program.control(handle, VERIFY, verify_structure(PADDED)) == (Code.NOT_TRANSACTED, b"")


def test_a_card_taken_out_meanwhile_ends_the_entry(
    program: WireProgram, handle: int, card: TroublesomeCard, server: PcscServer
) -> None:
    slot = card.slot
    assert slot is not None
    assert slot.pinpad is not None
    structure = verify_structure(PADDED)
    head = struct.pack("=iIIIII", handle, VERIFY, len(structure), 264, 0, 0)
    program.send(0x0A, head)
    program.socket.sendall(structure)
    while slot.pinpad.asked is None:
        pass
    observer = WireProgram(server.socket_path)
    assert observer.states()[0][:3] == (1, 0x34, 1)  # nobody is held up
    slot.remove()
    assert struct.unpack("=iIIIII", program.receive(24))[-1] == Code.NO_SMARTCARD
    assert slot.pinpad.asked is None
    observer.socket.close()


def test_a_program_that_dies_meanwhile_ends_the_entry(
    program: WireProgram, handle: int, card: TroublesomeCard, server: PcscServer
) -> None:
    slot = card.slot
    assert slot is not None
    assert slot.pinpad is not None
    structure = verify_structure(PADDED)
    program.send(0x0A, struct.pack("=iIIIII", handle, VERIFY, len(structure), 264, 0, 0))
    program.socket.sendall(structure)
    while slot.pinpad.asked is None:
        pass
    program.socket.close()
    while slot.pinpad.asked is not None:
        pass
    other = WireProgram(server.socket_path)
    code, _, number = other.connect(READER, SHARED, T1)
    assert (code, other.attribute(number, 0x00090303)) == (0, (0, T0_T1_ATR))
    assert other.disconnect(number, LEAVE) == 0
    other.socket.close()
