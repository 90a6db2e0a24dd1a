"""PIV's data objects (NIST SP 800-73-4, part 1, 3): what the card tells by itself, and what it keeps.

Certificates are those of the card's PKCS#15 directory. What else a client writes is a file of the application, named by
the last two bytes of its tag; until then the card has what clients can't do without, made from its serial number.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Callable, Mapping

from stuntcard.applets import listed_objects, piv_management
from stuntcard.applets.answers import RefusalError
from stuntcard.applets.piv_codes import guard
from stuntcard.applets.piv_slots import (
    AUTHENTICATION,
    CARD_AUTHENTICATION,
    KEY_MANAGEMENT,
    RETIRED,
    SIGNATURE,
    certificate_identifier,
    label_of,
)
from stuntcard.applets.shown_area import shown_area
from stuntcard.card import pkcs15
from stuntcard.card.card import Card
from stuntcard.card.files import Condition, Operation
from stuntcard.iso7816 import der, tlv
from stuntcard.iso7816.apdu import Command, Response
from stuntcard.iso7816.status import StatusWord
from stuntcard.policy.law import permits

NAME = bytes.fromhex("A000000308000010000100")

DISCOVERY, CAPABILITIES, HOLDER_IDENTIFIER, KEY_HISTORY = 0x7E, 0x5FC107, 0x5FC102, 0x5FC10C
FIRST_RETIRED_CERTIFICATE = 0x5FC10D
CERTIFICATES = {
    0x5FC105: AUTHENTICATION,
    0x5FC10A: SIGNATURE,
    0x5FC10B: KEY_MANAGEMENT,
    0x5FC101: CARD_AUTHENTICATION,
    **{FIRST_RETIRED_CERTIFICATE + place: slot for place, slot in enumerate(RETIRED)},
}
"""Slots by the tags of their certificates."""
BEHIND_PIN = frozenset((0x5FC103, 0x5FC108, 0x5FC109, 0x5FC121))
"""Fingerprints, facial image, printed information, iris."""
_STANDARD, _YUBICOS = range(0x5FC100, 0x5FC200), range(0x5FFF00, 0x600000)

_CURRENT = 0x3FFF
_TAG_LIST, _CONTENT = 0x5C, 0x53
_ENCODED, _INFORMATION, _ERROR_DETECTION = 0x70, 0x71, 0xFE
_COMPRESSED = b"\x01"
_LONGEST_CERTIFICATE = 16384
_PIN_OF_PIV_ALONE = bytes.fromhex("4000")
_DISCOVERY = tlv.encode(DISCOVERY, tlv.encode(0x4F, NAME) + tlv.encode(0x5F2F, _PIN_OF_PIV_ALONE))
_NOT_FEDERAL = bytes.fromhex("D4E739DA739CED39CE739D836858210842108421C84210C3EB")
"""A FASC-N of agency 9999: the GUID is what tells cards apart."""
_EXPIRY = b"20491231"
_CAPABILITY_ISSUER = bytes.fromhex("A000000116FF02")


def get_data(card: Card, command: Command) -> Response:
    """GET DATA of one object."""
    if command.p1p2 != _CURRENT:
        raise RefusalError(StatusWord.INCORRECT_P1P2)
    named, rest = tlv.parse_one(command.data)
    if named.tag != _TAG_LIST or rest:
        raise RefusalError(StatusWord.INCORRECT_DATA)
    tag = int.from_bytes(named.value)
    if tag == DISCOVERY:
        return Response(StatusWord.OK, _DISCOVERY)
    content = _certificate(card, tag) if tag in CERTIFICATES else _object(card, tag)
    if content is None:
        raise RefusalError(StatusWord.FILE_NOT_FOUND)
    return Response(StatusWord.OK, tlv.encode(_CONTENT, content))


def put_data(card: Card, command: Command) -> Response:
    """PUT DATA of one object; an empty one is deleted."""
    piv_management.require(card)
    if command.p1p2 != _CURRENT:
        raise RefusalError(StatusWord.INCORRECT_P1P2)
    named, rest = tlv.parse_one(command.data)
    if named.tag != _TAG_LIST:
        raise RefusalError(StatusWord.FUNCTION_NOT_SUPPORTED)
    given, behind = tlv.parse_one(rest)
    tag = int.from_bytes(named.value)
    if given.tag != _CONTENT or behind:
        raise RefusalError(StatusWord.INCORRECT_DATA)
    if tag in CERTIFICATES:
        _put_certificate(card, CERTIFICATES[tag], given)
    elif tag in _STANDARD or tag in _YUBICOS:
        _put_object(card, tag, given.value)
    else:
        raise RefusalError(StatusWord.FUNCTION_NOT_SUPPORTED)
    return Response(StatusWord.OK)


# Certificates


def _certificate(card: Card, tag: int) -> bytes | None:
    encoded = listed_objects.certificate_of(card, certificate_identifier(card, CERTIFICATES[tag]))
    if encoded is None:
        return None
    fields = ((_ENCODED, encoded), (_INFORMATION, b"\0"), (_ERROR_DETECTION, b""))
    return b"".join(tlv.encode(tag, value) for tag, value in fields)


def _put_certificate(card: Card, slot: int, given: tlv.Tlv) -> None:
    identifier = certificate_identifier(card, slot)
    if not given.value:
        listed_objects.drop_certificate(card, identifier)
        return
    fields = given.children()
    encoded = tlv.find(fields, _ENCODED) or b""
    if tlv.find(fields, _INFORMATION) == _COMPRESSED:
        encoded = _decompressed(encoded)
    certificate, rest = tlv.parse_one(encoded)
    if certificate.tag != der.SEQUENCE or rest:
        raise RefusalError(StatusWord.INCORRECT_DATA)
    listed_objects.put_certificate(card, identifier, label_of(slot), encoded)


def _decompressed(data: bytes) -> bytes:
    """What was compressed by gzip, if it is no longer than a certificate. Raises RefusalError."""
    try:
        stream = zlib.decompressobj(zlib.MAX_WBITS | 16)
        plain = stream.decompress(data, _LONGEST_CERTIFICATE)
    except zlib.error:
        raise RefusalError(StatusWord.INCORRECT_DATA) from None
    if not stream.eof:
        raise RefusalError(StatusWord.INCORRECT_DATA)
    return plain


# Other objects


def _path(tag: int) -> bytes:
    return pkcs15.APPLICATION + (tag & 0xFFFF).to_bytes(2)


def _put_object(card: Card, tag: int, content: bytes) -> None:
    path = _path(tag)
    there = card.files.files.get(path)
    if content:
        read = Condition.USER if tag in BEHIND_PIN else Condition.ALWAYS
        listed_objects.write_file(card, path, content, read=read)
    elif there is not None:
        card.delete_file(there)


def _object(card: Card, tag: int) -> bytes | None:
    if tag in BEHIND_PIN and not permits(card.state, guard(card)):
        raise RefusalError(StatusWord.SECURITY_STATUS_NOT_SATISFIED)
    if tag not in _STANDARD and tag not in _YUBICOS:
        return None
    file = card.files.files.get(_path(tag))
    if file is None:
        tell = _FROM_FACTORY.get(tag)
        return None if tell is None else tell(card)
    if not card.allowed(file, Operation.READ):
        raise RefusalError(StatusWord.SECURITY_STATUS_NOT_SATISFIED)
    return file.content


# What the card tells by itself


def _own_bytes(card: Card, what: str, length: int) -> bytes:
    """The same for this card and area always, and other bytes for any other."""
    seed = f"Stuntcard PIV {what} {card.profile.id} {card.profile.token.serial} {shown_area(card)}"
    return hashlib.blake2b(seed.encode(), digest_size=length).digest()


def _holder_identifier(card: Card) -> bytes:
    """The CHUID. Clients tell cards apart by its GUID, and take each area for a card of its own."""
    guid = bytearray(_own_bytes(card, "GUID", 16))
    guid[6], guid[8] = guid[6] & 0x0F | 0x80, guid[8] & 0x3F | 0x80  # RFC 9562, 5.8
    fields = ((0x30, _NOT_FEDERAL), (0x34, bytes(guid)), (0x35, _EXPIRY), (0x3E, b""), (_ERROR_DETECTION, b""))
    return b"".join(tlv.encode(tag, value) for tag, value in fields)


def _capabilities(card: Card) -> bytes:
    """The card capability container: that the data model is PIV's (10), and nothing else of what it could say."""
    identifier = _CAPABILITY_ISSUER + _own_bytes(card, "CCC", 14)
    fields: dict[int, bytes] = {0xF0: identifier, 0xF1: b"\x21", 0xF2: b"\x21", 0xF3: b"", 0xF4: b"\0", 0xF5: b"\x10"}
    fields |= dict.fromkeys((0xF6, 0xF7, 0xFA, 0xFB, 0xFC, 0xFD, _ERROR_DETECTION), b"")
    return b"".join(tlv.encode(tag, value) for tag, value in fields.items())


def _key_history(card: Card) -> bytes:
    """How many of the retired slots have to be looked at for certificates, from the first on."""
    retired = [tag for tag in CERTIFICATES if tag >= FIRST_RETIRED_CERTIFICATE]
    last = max((tag for tag in retired if _certificate(card, tag)), default=FIRST_RETIRED_CERTIFICATE - 1)
    count = last - FIRST_RETIRED_CERTIFICATE + 1
    return b"".join(
        tlv.encode(tag, value) for tag, value in ((0xC1, bytes([count])), (0xC2, b"\0"), (_ERROR_DETECTION, b""))
    )


_FROM_FACTORY: Mapping[int, Callable[[Card], bytes]] = {
    HOLDER_IDENTIFIER: _holder_identifier,
    CAPABILITIES: _capabilities,
    KEY_HISTORY: _key_history,
}
