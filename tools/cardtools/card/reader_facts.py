"""A reader, and what can be said of the card in it without any code."""

from __future__ import annotations

from dataclasses import dataclass

from smartcard import scard

from cardtools.card.applications import ShownCard, shown_by
from cardtools.card.errors import CardError, NoServiceError
from cardtools.card.pcsc import Connection, all_readers, connect, established
from cardtools.card.pinpad import pin_pad_of


@dataclass(frozen=True, slots=True)
class ReaderFacts:
    """A reader. Maker, version and keys are known of one whose card answers; `atr` is in hexadecimal."""

    name: str
    maker: str | None = None
    version: str | None = None
    pin_pad: bool = False
    atr: str | None = None
    card: ShownCard | None = None
    """None when the reader is empty."""


def reader_names() -> list[str]:
    """All readers, with a card or without. Raises NoServiceError and NoReaderError."""
    with established() as context:
        return all_readers(context)


def reader_facts(name: str, *, empty: bool) -> ReaderFacts:
    """A reader, of which it is known whether it is empty. Raises NoServiceError."""
    if empty:
        return ReaderFacts(name)
    try:
        with connect(name) as connection:
            return _facts(connection)
    except NoServiceError:
        raise
    except CardError as error:
        return ReaderFacts(name, card=ShownCard(name, why_not=error))


def _facts(connection: Connection) -> ReaderFacts:
    maker = _text(connection.attribute(scard.SCARD_ATTR_VENDOR_NAME))
    version = connection.attribute(scard.SCARD_ATTR_VENDOR_IFD_VERSION)
    atr = connection.attribute(scard.SCARD_ATTR_ATR_STRING).hex().upper()
    pin_pad = pin_pad_of(connection) is not None
    try:
        card = shown_by(connection)
    except NoServiceError:
        raise
    except CardError as error:
        card = ShownCard(connection.reader, why_not=error)
    return ReaderFacts(connection.reader, maker, _version(version), pin_pad, atr or None, card)


def _text(value: bytes) -> str | None:
    return value.rstrip(b"\0").decode("utf-8", "replace") or None


def _version(value: bytes) -> str | None:
    """Major, minor and build number, as PC/SC puts them into a number of four bytes (part 3, 3.1.4)."""
    if len(value) != 4:
        return None
    number = int.from_bytes(value, "little")
    return f"{number >> 24}.{number >> 16 & 0xFF}.{number & 0xFFFF}"
