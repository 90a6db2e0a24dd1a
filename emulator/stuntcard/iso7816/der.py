"""DER of the few ASN.1 types that PKCS#15 objects and certificates are made of (X.690).

What is read is read as any BER-TLV, by `tlv`.
"""

from __future__ import annotations

from stuntcard.iso7816 import tlv

BOOLEAN, INTEGER, BIT_STRING, OCTET_STRING, NULL = 0x01, 0x02, 0x03, 0x04, 0x05
OBJECT_IDENTIFIER, ENUMERATED = 0x06, 0x0A
UTF8_STRING, PRINTABLE_STRING, UTC_TIME, GENERALIZED_TIME = 0x0C, 0x13, 0x17, 0x18
SEQUENCE, SET = 0x30, 0x31

_UTC_TIME_ENDS = 2050
"""The first year that UTCTime does not reach (RFC 5280, 4.1.2.5)."""


def boolean(value: bool) -> bytes:
    """A BOOLEAN (X.690, 11.1)."""
    return tlv.encode(BOOLEAN, b"\xff" if value else b"\0")


def null() -> bytes:
    """NULL."""
    return tlv.encode(NULL, b"")


def enumerated(value: int) -> bytes:
    """An ENUMERATED value from 0 to 127."""
    return tlv.encode(ENUMERATED, bytes([value]))


def sequence(*elements: bytes) -> bytes:
    """A SEQUENCE of elements already encoded."""
    return tlv.encode(SEQUENCE, b"".join(elements))


def integer(value: int) -> bytes:
    """An INTEGER that is not negative (X.690, 8.3)."""
    return tlv.encode(INTEGER, value.to_bytes(value.bit_length() // 8 + 1))


def named_bits(*positions: int) -> bytes:
    """A BIT STRING with these named bits, without trailing zeros (X.690, 11.2.2)."""
    length = max(positions) + 1
    octets = bytearray((length + 7) // 8)
    for position in positions:
        octets[position // 8] |= 0x80 >> position % 8
    return tlv.encode(BIT_STRING, bytes([len(octets) * 8 - length]) + octets)


def bit_string(octets: bytes) -> bytes:
    """A BIT STRING of whole octets."""
    return tlv.encode(BIT_STRING, b"\0" + octets)


def octet_string(octets: bytes) -> bytes:
    """An OCTET STRING."""
    return tlv.encode(OCTET_STRING, octets)


def utf8_string(text: str) -> bytes:
    """A UTF8String."""
    return tlv.encode(UTF8_STRING, text.encode("utf-8"))


def printable_string(text: str) -> bytes:
    """A PrintableString. Raises UnicodeEncodeError for what is not ASCII."""
    return tlv.encode(PRINTABLE_STRING, text.encode("ascii"))


def object_identifier(dotted: str) -> bytes:
    """An OBJECT IDENTIFIER, given as in "2.5.4.3" (X.690, 8.19)."""
    first, second, *others = (int(part) for part in dotted.split("."))
    octets = bytearray()
    for number in (40 * first + second, *others):
        digits = [number & 0x7F]
        while number := number >> 7:
            digits.append(0x80 | number & 0x7F)
        octets += bytes(reversed(digits))
    return tlv.encode(OBJECT_IDENTIFIER, bytes(octets))


def midnight(year: int, month: int, day: int) -> bytes:
    """The Time at which a day begins, UTC (RFC 5280, 4.1.2.5)."""
    date = f"{year:04d}{month:02d}{day:02d}000000Z".encode("ascii")
    return tlv.encode(UTC_TIME, date[2:]) if year < _UTC_TIME_ENDS else tlv.encode(GENERALIZED_TIME, date)
