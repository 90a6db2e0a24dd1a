"""PIV's card management key (9B): whoever has it may ask for keys and data objects to be made.

It opens nothing that the card's codes do not: what takes a code takes it beside this key. It is one for all cards, the
one that such cards leave their makers with; it can't be changed, and a wrong answer costs nothing.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from enum import Enum, auto

from stuntcard.applets.answers import RefusalError
from stuntcard.card import ciphers
from stuntcard.card.card import Card
from stuntcard.card.keys import SecretKey
from stuntcard.card.memos import Memo
from stuntcard.iso7816 import tlv
from stuntcard.iso7816.status import StatusWord

REFERENCE = 0x9B
TRIPLE_DES = 0x03
_ALSO_TRIPLE_DES = 0x00
KEY = SecretKey(bytes.fromhex("010203040506070801020304050607080102030405060708"), 8)
METADATA = bytes.fromhex("010103 02020001 050101")
"""As Yubico's GET METADATA tells it: 3DES, no PIN policy of its own, no touch, the value that it had from the start."""

WITNESS, CHALLENGE, RESPONSE = 0x80, 0x81, 0x82
DYNAMIC_AUTHENTICATION = 0x7C


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


def authenticate(card: Card, algorithm: int, fields: dict[int, bytes]) -> bytes:
    """One step of GENERAL AUTHENTICATE with the key; gives what is answered, or nothing.

    Raises RefusalError, and KeyRefusedError for what is not in whole blocks.
    """
    if algorithm not in (TRIPLE_DES, _ALSO_TRIPLE_DES):
        raise RefusalError(StatusWord.INCORRECT_P1P2)
    awaited = card.memos.read(_AWAITED)
    card.memos.note(_AWAITED, None)
    match fields:
        case {0x80: b""}:
            return _await(card, _Step.WITNESS, WITNESS)
        case {0x81: b""}:
            return _await(card, _Step.RESPONSE, CHALLENGE)
        case {0x80: witness, 0x81: challenge}:
            answered = tlv.encode(RESPONSE, _one_block(challenge))
            _check(card, awaited, _Step.WITNESS, witness)
            return answered
        case {0x82: response}:
            _check(card, awaited, _Step.RESPONSE, response)
            return b""
    raise RefusalError(StatusWord.INCORRECT_DATA)


def _await(card: Card, step: _Step, tag: int) -> bytes:
    """A fresh block for the client, which has to do with it what this step says."""
    block = card.random(KEY.block_length)
    enciphered = _one_block(block)
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


def _one_block(block: bytes) -> bytes:
    if len(block) != KEY.block_length:
        raise RefusalError(StatusWord.INCORRECT_DATA)
    return ciphers.encipher(KEY, b"", block)
