"""PIV's command set (NIST SP 800-73-4, part 2), with what Yubico's programs ask for beyond it.

Such a client knows one code of the user's, one that unblocks it, and slots with a key each: those of the area that the
profile shows (`piv_codes`, `piv_slots`).
"""

from __future__ import annotations

from dataclasses import dataclass

from stuntcard.applets import piv_codes, piv_management
from stuntcard.applets.answers import RefusalError
from stuntcard.applets.handling import NO_ANSWER, Handler, handle
from stuntcard.applets.piv_data import NAME, get_data, put_data
from stuntcard.applets.piv_keys import general_authenticate, generate_key_pair, import_key, key_metadata
from stuntcard.applets.piv_slots import Algorithm
from stuntcard.card.applet import BY_NAME
from stuntcard.card.card import Card
from stuntcard.iso7816 import tlv
from stuntcard.iso7816.apdu import Command, Response
from stuntcard.iso7816.instructions import Instruction
from stuntcard.iso7816.status import StatusWord

_ISSUER_LENGTH = 5
NAMES = tuple(NAME[:length] for length in range(len(NAME), _ISSUER_LENGTH - 1, -1))
"""Clients leave off what stands behind the issuer's part of the name, or some of it (ISO 7816-4, 11.2.2)."""

VERSION = bytes((5, 4, 0))
"""Yubico's programs ask for it, and then take the card for what such a version can."""
_SET_MANAGEMENT_KEY, _IMPORT_KEY, _GET_VERSION, _GET_SERIAL, _GET_METADATA = 0xFF, 0xFE, 0xFD, 0xF8, 0xF7
_SERIAL_LENGTH = 4

_SINCE_PIN = frozenset(
    (Instruction.VERIFY, Instruction.GET_DATA_TLV, Instruction.GENERAL_AUTHENTICATE_TLV, _GET_METADATA)
)
"""Programs may ask for data between PIN and signature; after any other command, the PIN was not given right before."""


@dataclass(frozen=True, slots=True)
class Piv:
    """The applet, by one of its names. What it knows of a client is in the card's memos."""

    name: bytes

    def select(self, card: Card, command: Command) -> Response:
        """Selected by name: the application property template (NIST SP 800-73-4, part 2, 3.1.1)."""
        piv_management.forget(card)
        card.memos.note(piv_codes.JUST_GIVEN, False)
        return Response(StatusWord.OK, b"" if command.p2 == NO_ANSWER else _properties(), unasked=True)

    def handle(self, card: Card, command: Command) -> Response:
        """Answers a command of this set; any other with 6E00 or 6D00. Such clients ask for data without an Le."""
        if command.ins not in _SINCE_PIN:
            card.memos.note(piv_codes.JUST_GIVEN, False)
        answered = handle(card, command, _HANDLERS)
        return answered._replace(unasked=True) if command.le is None else answered

    def codes_concerned(self, card: Card, command: Command) -> frozenset[str]:
        """Codes go by references of this command set's own."""
        return piv_codes.codes_concerned(card, command)


def _properties() -> bytes:
    """The application property template. It names the algorithms, or OpenSC would offer RSA of any size."""
    algorithms = b"".join(
        tlv.encode(0xAC, tlv.encode(0x80, bytes([algorithm])) + tlv.encode(0x06, b"\0")) for algorithm in Algorithm
    )
    authority = tlv.encode(0x79, tlv.encode(0x4F, NAME[:_ISSUER_LENGTH]))
    label = tlv.encode(0x50, b"Stuntcard PIV")
    return tlv.encode(0x61, tlv.encode(0x4F, NAME[_ISSUER_LENGTH:]) + authority + label + algorithms)


def _select(_: Card, command: Command) -> Response:
    """What comes here names no application of the card; and there are no files to select."""
    raise RefusalError(StatusWord.FILE_NOT_FOUND if command.p1 == BY_NAME else StatusWord.INCORRECT_P1P2)


# Yubico's


def _get_version(_: Card, command: Command) -> Response:
    _require_nothing_asked(command)
    return Response(StatusWord.OK, VERSION)


def _get_serial(card: Card, command: Command) -> Response:
    """The last bytes of the card's serial number."""
    _require_nothing_asked(command)
    serial = bytes.fromhex(card.profile.token.serial)[-_SERIAL_LENGTH:]
    return Response(StatusWord.OK, serial.rjust(_SERIAL_LENGTH, b"\0"))


def _require_nothing_asked(command: Command) -> None:
    if command.p1p2:
        raise RefusalError(StatusWord.INCORRECT_P1P2)
    if command.data:
        raise RefusalError(StatusWord.WRONG_LENGTH)


def _get_metadata(card: Card, command: Command) -> Response:
    """What is known of a code, of the management key, or of the key in a slot."""
    if command.p1:
        raise RefusalError(StatusWord.INCORRECT_P1P2)
    if command.p2 in (piv_codes.PIN, piv_codes.PUK):
        return Response(StatusWord.OK, piv_codes.metadata(card, command.p2))
    if command.p2 == piv_management.REFERENCE:
        return Response(StatusWord.OK, piv_management.metadata(card))
    return Response(StatusWord.OK, key_metadata(card, command.p2))


_HANDLERS: dict[int, Handler] = {
    **piv_codes.HANDLERS,
    Instruction.SELECT: _select,
    Instruction.GET_DATA_TLV: get_data,
    Instruction.PUT_DATA_TLV: put_data,
    Instruction.GENERAL_AUTHENTICATE_TLV: general_authenticate,
    Instruction.GENERATE_ASYMMETRIC_KEY_PAIR_TLV: generate_key_pair,
    _SET_MANAGEMENT_KEY: piv_management.set_key,
    _IMPORT_KEY: import_key,
    _GET_VERSION: _get_version,
    _GET_SERIAL: _get_serial,
    _GET_METADATA: _get_metadata,
}
