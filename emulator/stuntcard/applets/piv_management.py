"""PIV's card management key (9B): whoever has it may ask for keys and data objects to be made.

It opens nothing that the card's codes do not: what takes a code takes it beside this key. A card has the value that all
such cards leave their makers with until a client sets another, by Yubico's command; where that is forgotten, deleting
the file through another command set brings the first one back. A wrong answer costs nothing.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from enum import Enum, IntEnum, auto

from stuntcard.applets import listed_objects
from stuntcard.applets.answers import RefusalError
from stuntcard.card import ciphers, pkcs15
from stuntcard.card.card import Card
from stuntcard.card.files import Condition
from stuntcard.card.keys import SecretKey
from stuntcard.card.memos import Memo
from stuntcard.iso7816 import tlv
from stuntcard.iso7816.apdu import Command, Response
from stuntcard.iso7816.status import StatusWord

REFERENCE = 0x9B
WITNESS, CHALLENGE, RESPONSE = 0x80, 0x81, 0x82
DYNAMIC_AUTHENTICATION = 0x7C


class Algorithm(IntEnum):
    """Algorithm identifiers of management keys (NIST SP 800-78-4, table 6-2)."""

    TRIPLE_DES = 0x03
    AES_128 = 0x08
    AES_192 = 0x0A
    AES_256 = 0x0C


_LENGTHS_BY_BYTE = {b"\x03": 24, b"\x08": 16, b"\x0a": 24, b"\x0c": 32}
"""How long a key's value is, by its algorithm as it is kept."""
_FACTORY = bytes([Algorithm.TRIPLE_DES]) + bytes.fromhex("0102030405060708") * 3
"""A key as it is kept: its algorithm, then its value."""
_FILE = pkcs15.APPLICATION + b"\x50\x9b"
"""Where the one is kept that a client set. Nobody reads it, and no data object has such a number."""
_SET_WITHOUT_TOUCH = 0xFFFF
_BLOCK_LENGTHS = {Algorithm.TRIPLE_DES: 8}
_LENGTH_OF_AES_BLOCK = 16


class _Step(Enum):
    """What the client is to send next."""

    WITNESS = auto()
    """The witness deciphered, and a challenge of its own."""
    RESPONSE = auto()
    """The challenge enciphered."""


@dataclass(frozen=True, slots=True)
class _Awaited:
    step: _Step
    value: bytes


_AWAITED: Memo[_Awaited | None] = Memo(None)
_AUTHENTICATED = Memo(False)


def forget(card: Card) -> None:
    """The client begins anew."""
    card.memos.note(_AWAITED, None)
    card.memos.note(_AUTHENTICATED, False)


def require(card: Card) -> None:
    """Raises RefusalError (6982) unless the client has shown that it has the key."""
    if not card.memos.read(_AUTHENTICATED):
        raise RefusalError(StatusWord.SECURITY_STATUS_NOT_SATISFIED)


# The key


def _kept(card: Card) -> bytes:
    file = card.files.files.get(_FILE)
    return _FACTORY if file is None or not _is_key(file.content) else file.content


def _is_key(content: bytes) -> bool:
    """Whether this is an algorithm and a value; other command sets may have made the file."""
    return content[:1] in _LENGTHS_BY_BYTE and len(content) == 1 + _LENGTHS_BY_BYTE[content[:1]]


def _algorithm(card: Card) -> Algorithm:
    return Algorithm(_kept(card)[0])


def _key(card: Card) -> SecretKey:
    return SecretKey(_kept(card)[1:], _BLOCK_LENGTHS.get(_algorithm(card), _LENGTH_OF_AES_BLOCK))


def set_key(card: Card, command: Command) -> Response:
    """Yubico's SET MANAGEMENT KEY: the algorithm, then the reference with the value. None asks for a touch here."""
    require(card)
    if command.p1p2 != _SET_WITHOUT_TOUCH:
        raise RefusalError(StatusWord.INCORRECT_P1P2)
    algorithm, reference_and_length, value = command.data[:1], command.data[1:3], command.data[3:]
    if not _is_key(algorithm + value) or reference_and_length != bytes((REFERENCE, len(value))):
        raise RefusalError(StatusWord.INCORRECT_DATA)
    listed_objects.write_file(card, _FILE, algorithm + value, read=Condition.NEVER)
    return Response(StatusWord.OK)


def metadata(card: Card) -> bytes:
    """What Yubico's GET METADATA tells of it: its kind, no PIN policy, no touch, whether it is the first one still."""
    fields = (
        (0x01, bytes([_algorithm(card)])),
        (0x02, b"\0\x01"),
        (0x05, bytes([hmac.compare_digest(_kept(card), _FACTORY)])),
    )
    return b"".join(tlv.encode(tag, value) for tag, value in fields)


# Showing it


def authenticate(card: Card, algorithm: int, fields: dict[int, bytes]) -> bytes:
    """One step of GENERAL AUTHENTICATE with the key; gives what is answered, or nothing. Raises RefusalError."""
    if (algorithm or Algorithm.TRIPLE_DES) != _algorithm(card):  # 00 stands for 3DES as well
        raise RefusalError(StatusWord.INCORRECT_P1P2)
    awaited = card.memos.read(_AWAITED)
    card.memos.note(_AWAITED, None)
    match fields:
        case {0x80: b""}:
            return _await(card, _Step.WITNESS, WITNESS)
        case {0x81: b""}:
            return _await(card, _Step.RESPONSE, CHALLENGE)
        case {0x80: witness, 0x81: challenge}:
            answered = tlv.encode(RESPONSE, _one_block(card, challenge))
            _check(card, awaited, _Step.WITNESS, witness)
            return answered
        case {0x82: response}:
            _check(card, awaited, _Step.RESPONSE, response)
            return b""
    raise RefusalError(StatusWord.INCORRECT_DATA)


def _await(card: Card, step: _Step, tag: int) -> bytes:
    """A fresh block for the client, which has to do with it what this step says."""
    block = card.random(_key(card).block_length)
    enciphered = _one_block(card, block)
    if step is _Step.WITNESS:
        card.memos.note(_AWAITED, _Awaited(step, block))
        return tlv.encode(tag, enciphered)
    card.memos.note(_AWAITED, _Awaited(step, enciphered))
    return tlv.encode(tag, block)


def _check(card: Card, awaited: _Awaited | None, step: _Step, given: bytes) -> None:
    if awaited is None or awaited.step is not step:
        raise RefusalError(StatusWord.INCORRECT_DATA)
    right = hmac.compare_digest(awaited.value, given)
    card.memos.note(_AUTHENTICATED, right)
    if not right:
        raise RefusalError(StatusWord.SECURITY_STATUS_NOT_SATISFIED)


def _one_block(card: Card, block: bytes) -> bytes:
    key = _key(card)
    if len(block) != key.block_length:
        raise RefusalError(StatusWord.INCORRECT_DATA)
    return ciphers.encipher(key, b"", block)
