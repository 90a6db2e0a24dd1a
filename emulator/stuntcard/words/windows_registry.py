"""What tells Windows which driver a card is for: entries of its registry, as a file that `regedit` takes.

By ATR, below the key that Microsoft's page on the registration of minidrivers names.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

_CARDS = r"HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Cryptography\Calais\SmartCards"
_HEAD = "Windows Registry Editor Version 5.00"
_PROVIDERS = (
    ("Crypto Provider", "Microsoft Base Smart Card Crypto Provider"),
    ("Smart Card Key Storage Provider", "Microsoft Smart Card Key Storage Provider"),
)
_MINIDRIVER = "80000001"


@dataclass(frozen=True, slots=True)
class CardEntry:
    """A kind of card: the name that Windows gives it, its ATR, and the library that drives it."""

    name: str
    atr: bytes
    minidriver: str


def registry_file(cards: Iterable[CardEntry], *, remove: bool = False) -> str:
    """The file that enters these cards, or with `remove` takes them out again. Lines end as Windows has them."""
    lines = [_HEAD, ""]
    for card in cards:
        lines += [f"[-{_key(card)}]", ""] if remove else [f"[{_key(card)}]", *_values(card), ""]
    return "\r\n".join(lines) + "\r\n"


def _key(card: CardEntry) -> str:
    # A backslash would begin another key.
    return rf"{_CARDS}\{card.name.replace(chr(92), '/')}"


def _values(card: CardEntry) -> Iterator[str]:
    """A mask of ones compares every byte of the ATR."""
    yield f'"ATR"={_binary(card.atr)}'
    yield f'"ATRMask"={_binary(bytes([0xFF]) * len(card.atr))}'
    for name, value in (*_PROVIDERS, (_MINIDRIVER, card.minidriver)):
        yield f'"{name}"="{_escaped(value)}"'


def _binary(octets: bytes) -> str:
    return "hex:" + ",".join(f"{octet:02x}" for octet in octets)


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
