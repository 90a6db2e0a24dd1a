"""Which transmission protocol a card and a client agree on."""

from __future__ import annotations

from stuntcard.iso7816.atr import AtrError, parse_atr
from stuntcard.readers.pcsc.messages import Protocol

ANY = Protocol.T0 | Protocol.T1


def negotiate(atr: bytes, preferred: int) -> int:
    """The one protocol bit to use, T=1 before T=0 as pcscd has it; UNDEFINED when there is none in common.

    Source: pcsc-lite, src/prothandler.c and src/atrhandler.c.
    """
    if preferred & Protocol.ANY_OLD:
        preferred = ANY
    common = _offered(atr) & preferred
    return next((protocol for protocol in (Protocol.T1, Protocol.T0) if common & protocol), Protocol.UNDEFINED)


def _offered(atr: bytes) -> int:
    try:
        parsed = parse_atr(atr)
    except AtrError:
        return Protocol.UNDEFINED
    return sum({0: Protocol.T0, 1: Protocol.T1}.get(number, Protocol.UNDEFINED) for number in set(parsed.speakable))
