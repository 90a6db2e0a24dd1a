"""PKCS#15 objects (ISO 7816-15) as the entries of directories: codes, private keys, certificates."""

from __future__ import annotations

from dataclasses import dataclass

from emulator.iso7816 import tlv
from emulator.policy.law import unblocking_code
from emulator.profile.model import Characters, KeyUsage, Lasts, Profile

STORED_LENGTH = 16
PAD = 0xFF

SEQUENCE, INTEGER, BIT_STRING, OCTET_STRING, UTF8, ENUMERATED = 0x30, 0x02, 0x03, 0x04, 0x0C, 0x0A
EC_PRIVATE_KEY = 0xA0
_TYPE_ATTRIBUTES = 0xA1

_PRIVATE, _MODIFIABLE = 0, 1
"""Bits of CommonObjectFlags (ISO 7816-15, 8.2.9)."""
_CASE_SENSITIVE, _INITIALIZED, _NEEDS_PADDING, _UNBLOCKING = 0, 4, 5, 6
"""Bits of PasswordFlags (ISO 7816-15, 8.9.1)."""
_ASCII_NUMERIC, _UTF8_PASSWORD = 1, 2
"""PasswordType."""
_SENSITIVE, _NEVER_EXTRACTABLE = 0, 3
"""Bits of KeyAccessFlags (ISO 7816-15, 8.2.11)."""
_USAGE_BITS = {KeyUsage.DIGITAL_SIGNATURE: 2, KeyUsage.CONTENT_COMMITMENT: 9}
"""Bits of KeyUsageFlags (ISO 7816-15, 8.2.11): sign, nonRepudiation."""


@dataclass(frozen=True, slots=True)
class KeyDescription:
    """What the directory tells of a private key on an elliptic curve."""

    label: str
    identifier: bytes
    reference: int
    usage: tuple[KeyUsage, ...]
    guard: str
    """The code that lets it be used."""
    field_bits: int


def integer(value: int) -> bytes:
    """An INTEGER that is not negative (X.690, 8.3)."""
    return tlv.encode(INTEGER, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def bits(*positions: int) -> bytes:
    """The content of a BIT STRING with these named bits, without trailing zeros (X.690, 11.2.2)."""
    length = max(positions) + 1
    octets = bytearray((length + 7) // 8)
    for position in positions:
        octets[position // 8] |= 0x80 >> position % 8
    return bytes([len(octets) * 8 - length]) + bytes(octets)


def path_to(path: bytes) -> bytes:
    """A Path (ISO 7816-15, 8.2.5)."""
    return tlv.encode(SEQUENCE, tlv.encode(OCTET_STRING, path))


def authentication_objects(profile: Profile, not_set: frozenset[str]) -> bytes:
    """One object a code of the chip: those that guard something first, then those that only unblock."""
    unblocking = {unblocking_code(profile, name) for name in profile.codes}
    guarding = {area.guard for area in profile.areas.values()} | {profile.files.guard}
    shown = [(name, name in unblocking - guarding) for name in profile.codes_on_chip]
    shown.sort(key=lambda item: item[1])
    return b"".join(_authentication_object(profile, name, unblocks, name in not_set) for name, unblocks in shown)


def authentication_identifier(profile: Profile, name: str) -> bytes:
    """The identifier of a code's authentication object."""
    return _reference(profile, name)


def private_key(profile: Profile, key: KeyDescription, directory: bytes) -> bytes:
    """The entry of a private key that lies in the DF at `directory` (ISO 7816-15, 8.4).

    A guard that holds for one use is told as userConsent 1, so that clients ask for it each time.
    """
    common = _label(key.label) + tlv.encode(BIT_STRING, bits(_PRIVATE))
    common += tlv.encode(OCTET_STRING, authentication_identifier(profile, key.guard))
    if profile.codes[key.guard].holds.for_ is Lasts.ONE_USE:
        common += integer(1)
    attributes = (
        tlv.encode(OCTET_STRING, key.identifier)
        + tlv.encode(BIT_STRING, bits(*(_USAGE_BITS[usage] for usage in key.usage)))
        + tlv.encode(BIT_STRING, bits(_SENSITIVE, _NEVER_EXTRACTABLE))
        + integer(key.reference)
    )
    # The field's size is OpenSC's addition to the standard: it takes the length of a signature from it.
    value = tlv.encode(SEQUENCE, path_to(directory) + integer(key.field_bits))
    return _object(EC_PRIVATE_KEY, common, attributes, value)


def certificate(label: str, identifier: bytes, path: bytes) -> bytes:
    """The entry of an X.509 certificate in the file at `path` (ISO 7816-15, 8.7)."""
    return _object(SEQUENCE, _label(label), tlv.encode(OCTET_STRING, identifier), tlv.encode(SEQUENCE, path_to(path)))


def _object(tag: int, common: bytes, of_class: bytes, of_type: bytes) -> bytes:
    """An object: attributes common to all, common to its class, and of its type (ISO 7816-15, 8.2.1)."""
    return tlv.encode(
        tag, tlv.encode(SEQUENCE, common) + tlv.encode(SEQUENCE, of_class) + tlv.encode(_TYPE_ATTRIBUTES, of_type)
    )


def _authentication_object(profile: Profile, name: str, unblocks: bool, not_set: bool) -> bytes:
    code = profile.codes[name]
    common = _label(code.label or code.name) + tlv.encode(BIT_STRING, bits(_PRIVATE, _MODIFIABLE))
    unblocked_by = unblocking_code(profile, name)
    if unblocked_by is not None:
        common += tlv.encode(OCTET_STRING, authentication_identifier(profile, unblocked_by))
    flags = [_CASE_SENSITIVE, _NEEDS_PADDING]
    if not not_set:
        flags.append(_INITIALIZED)
    if unblocks:
        flags.append(_UNBLOCKING)
    digits = code.characters.set is Characters.DIGITS
    attributes = (
        tlv.encode(BIT_STRING, bits(*flags))
        + tlv.encode(ENUMERATED, bytes([_ASCII_NUMERIC if digits else _UTF8_PASSWORD]))
        + integer(code.length.min)
        + integer(STORED_LENGTH)
        + integer(code.length.max)
        + tlv.encode(0x80, _reference(profile, name))
        + tlv.encode(OCTET_STRING, bytes([PAD]))
    )
    identifier = tlv.encode(OCTET_STRING, authentication_identifier(profile, name))
    return _object(SEQUENCE, common, identifier, tlv.encode(SEQUENCE, attributes))


def _label(label: str) -> bytes:
    return tlv.encode(UTF8, label.encode("utf-8"))


def _reference(profile: Profile, name: str) -> bytes:
    reference = profile.codes[name].reference
    if reference is None:
        raise ValueError(f"the code '{name}' is not on the chip")
    return bytes([reference])
