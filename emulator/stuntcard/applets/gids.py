"""The command set of Microsoft's Generic Identity Device Specification, as OpenSC's driver `gids` and Windows speak it.

Clients know one code, the keys that it guards and their certificates: those of the area that the profile shows. All
else that they see stands in data objects, by file and tag, and is made of what the card has.
"""

from __future__ import annotations

from stuntcard.applets import gids_codes
from stuntcard.applets.handling import NO_ANSWER, Handler, handle
from stuntcard.card.card import Card
from stuntcard.iso7816 import tlv
from stuntcard.iso7816.apdu import Command, Response
from stuntcard.iso7816.status import StatusWord

NAME = bytes.fromhex("A00000039742544659")
"""What clients select; the card's own name goes on with the version of the specification and of the application."""
FULL_NAME = NAME + bytes.fromhex("0201")


class Gids:
    """The applet. What it knows of a client is in the card's session and memos."""

    def __init__(self, name: bytes) -> None:
        self.name = name

    def select(self, card: Card, command: Command) -> Response:  # noqa: ARG002 - the protocol of applets
        """Selected by name."""
        if command.p2 == NO_ANSWER:
            return Response(StatusWord.OK)
        template = tlv.encode(0x4F, FULL_NAME) + tlv.encode(0x73, tlv.encode(0x40, b"\xc0"))
        return Response(StatusWord.OK, tlv.encode(0x61, template))

    def handle(self, card: Card, command: Command) -> Response:
        """Answers a command of this set; any other with 6E00 or 6D00."""
        return handle(card, command, _HANDLERS)

    def codes_concerned(self, card: Card, command: Command) -> frozenset[str]:
        """Codes go by two numbers of this command set's own."""
        return gids_codes.codes_concerned(card, command)


_HANDLERS: dict[int, Handler] = {**gids_codes.HANDLERS}
