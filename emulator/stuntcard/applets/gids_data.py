"""GET DATA and PUT DATA of GIDS, in their odd forms: data objects by file and tag, the codes' tries, keys."""

from __future__ import annotations

from stuntcard.applets import gids_files
from stuntcard.applets.answers import RefusalError
from stuntcard.applets.gids_codes import STATUS_TAGS, status
from stuntcard.applets.gids_files import PLACES, TAGS
from stuntcard.applets.gids_keys import import_key, public_key
from stuntcard.applets.handling import Handler
from stuntcard.applets.shown_area import shown_area
from stuntcard.card.card import Card
from stuntcard.card.files import Condition
from stuntcard.iso7816 import tlv
from stuntcard.iso7816.apdu import Command, Response
from stuntcard.iso7816.instructions import Instruction
from stuntcard.iso7816.status import StatusWord
from stuntcard.policy.law import permits

APPLICATION = 0x3FFF
_TAG_LIST, _KEY = 0x5C, 0x70
_ALL = (b"", b"\x5c")
"""A tag list that asks for all that there is."""


def _get_data(card: Card, command: Command) -> Response:
    if command.le is None:
        raise RefusalError(StatusWord.WRONG_LENGTH)
    asked, rest = tlv.parse_one(command.data)
    if rest or asked.tag not in (_TAG_LIST, _KEY):
        raise RefusalError(StatusWord.INCORRECT_DATA)
    if command.p1p2 == APPLICATION:
        return Response(StatusWord.OK, _of_application(card, asked))
    if asked.tag != _TAG_LIST:
        raise RefusalError(StatusWord.INCORRECT_DATA)
    _check_readable(card, command.p1p2)
    if asked.value in _ALL:
        tags = gids_files.tags_in(card, command.p1p2)
        return Response(StatusWord.OK, b"".join(_object(card, command.p1p2, tag) for tag in tags))
    return Response(StatusWord.OK, _object(card, command.p1p2, int.from_bytes(asked.value)))


def _of_application(card: Card, asked: tlv.Tlv) -> bytes:
    """What the application itself has: the tries of its codes, and public keys."""
    if asked.tag == _KEY:
        return public_key(card, asked.children())
    tags = STATUS_TAGS if asked.value in _ALL else [int.from_bytes(asked.value)]
    if not set(tags) <= set(STATUS_TAGS):
        raise RefusalError(StatusWord.REFERENCED_DATA_NOT_FOUND)
    return b"".join(status(card, tag) for tag in tags)


def _check_readable(card: Card, file: int) -> None:
    """Raises RefusalError where there is no such file (6A82), or nothing of it may be read now (6982)."""
    if file not in PLACES:
        raise RefusalError(StatusWord.FILE_NOT_FOUND)
    condition = PLACES[file].read
    guard = card.profile.areas[shown_area(card)].guard
    if condition is Condition.NEVER or (condition is Condition.USER and not permits(card.state, guard)):
        raise RefusalError(StatusWord.SECURITY_STATUS_NOT_SATISFIED)


def _object(card: Card, file: int, tag: int) -> bytes:
    value = gids_files.read(card, (file, tag)) if tag in TAGS else None
    if value is None:
        raise RefusalError(StatusWord.REFERENCED_DATA_NOT_FOUND)
    return tlv.encode(tag, value)


def _put_data(card: Card, command: Command) -> Response:
    given, rest = tlv.parse_one(command.data)
    if rest:
        raise RefusalError(StatusWord.INCORRECT_DATA)
    if command.p1p2 == APPLICATION:
        if given.tag != _KEY:
            raise RefusalError(StatusWord.REFERENCED_DATA_NOT_FOUND)
        return import_key(card, given.children())
    if command.p1p2 not in PLACES:
        raise RefusalError(StatusWord.FILE_NOT_FOUND)
    if given.tag not in TAGS:
        raise RefusalError(StatusWord.INCORRECT_DATA)
    gids_files.write(card, (command.p1p2, given.tag), given.value)
    return Response(StatusWord.OK)


HANDLERS: dict[int, Handler] = {Instruction.GET_DATA_TLV: _get_data, Instruction.PUT_DATA_TLV: _put_data}
