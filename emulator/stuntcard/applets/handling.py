"""From a command to its handler, and from what it raises to a status word. One way for all applets."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from stuntcard.applets.answers import RefusalError
from stuntcard.card.card import Card
from stuntcard.card.files import FileError
from stuntcard.card.keys import KeyRefusedError
from stuntcard.iso7816.apdu import Command, Response
from stuntcard.iso7816.status import StatusWord
from stuntcard.iso7816.tlv import TlvError

Handler = Callable[[Card, Command], Response]

NO_ANSWER = 0x0C
"""P2 of a SELECT that wants no answer (ISO 7816-4, 11.2.2)."""


def handle(
    card: Card, command: Command, handlers: Mapping[int, Handler], classes: tuple[int, ...] = (0x00,)
) -> Response:
    """The answer of the instruction's handler; 6E00 for another class, 6D00 for an instruction that has none."""
    if command.cla not in classes:
        return Response(StatusWord.CLA_NOT_SUPPORTED)
    handler = handlers.get(command.ins)
    if handler is None:
        return Response(StatusWord.INS_NOT_SUPPORTED)
    try:
        return handler(card, command)
    except (RefusalError, FileError) as error:
        return Response(error.sw)
    except (TlvError, KeyRefusedError):
        return Response(StatusWord.INCORRECT_DATA)
