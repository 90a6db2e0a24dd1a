"""From a command to its handler, and from what that raises to a status word."""

from __future__ import annotations

import pytest
from stuntcard.applets.answers import RefusalError
from stuntcard.applets.handling import Handler, handle
from stuntcard.applets.registry import APPLETS
from stuntcard.card.card import Card
from stuntcard.card.files import FileError
from stuntcard.card.keys import KeyRefusedError
from stuntcard.iso7816.apdu import Command, Response, parse_command
from stuntcard.iso7816.instructions import Instruction
from stuntcard.iso7816.status import StatusWord
from stuntcard.iso7816.tlv import TlvError
from stuntcard.profile.load import load_profile

CARD = Card(load_profile("blank"), APPLETS)


def raising(error: Exception) -> int:
    """The status word when a handler raises this."""

    def handler(_card: Card, _command: Command) -> Response:
        raise error

    return handle(CARD, parse_command(bytes.fromhex("0084000008")), {Instruction.GET_CHALLENGE: handler}).sw


@pytest.mark.parametrize(
    ("error", "sw"),
    [
        (RefusalError(0x6A84), 0x6A84),
        (FileError(StatusWord.FILE_NOT_FOUND), 0x6A82),
        (TlvError("cut short"), 0x6A80),
        (KeyRefusedError("not a key"), 0x6A80),
    ],
)
def test_what_a_handler_raises_becomes_a_status_word(error: Exception, sw: int) -> None:
    assert raising(error) == sw


def test_a_fault_of_ours_is_none_of_these() -> None:
    with pytest.raises(ZeroDivisionError):
        raising(ZeroDivisionError())


@pytest.mark.parametrize(("command", "sw"), [("A084000008", 0x6E00), ("0085000008", 0x6D00), ("0084000008", 0x9000)])
def test_class_and_instruction_are_asked_for_in_this_order(command: str, sw: int) -> None:
    handlers: dict[int, Handler] = {Instruction.GET_CHALLENGE: lambda *_: Response(StatusWord.OK)}
    assert handle(CARD, parse_command(bytes.fromhex(command)), handlers).sw == sw
    assert handle(CARD, parse_command(bytes.fromhex("A084000008")), handlers, (0x00, 0xA0)).sw == 0x9000
