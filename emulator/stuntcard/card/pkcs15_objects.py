"""PKCS#15 objects (ISO 7816-15) as the entries of directories: codes, private keys, certificates."""

from __future__ import annotations

from stuntcard.iso7816 import der, tlv
from stuntcard.policy.law import unblocking_code
from stuntcard.profile.model import Characters, FactoryKey, KeyAlgorithm, KeyUsage, Lasts, Profile

STORED_LENGTH = 16
PAD = 0xFF

EC_PRIVATE_KEY = 0xA0
_SUB_CLASS_ATTRIBUTES, _TYPE_ATTRIBUTES = 0xA0, 0xA1

PRIVATE, MODIFIABLE = 0, 1
"""Bits of CommonObjectFlags (ISO 7816-15, 8.2.9)."""
_CASE_SENSITIVE, _INITIALIZED, _NEEDS_PADDING, _UNBLOCKING = 0, 4, 5, 6
"""Bits of PasswordFlags (ISO 7816-15, 8.9.1)."""
_ASCII_NUMERIC, _UTF8_PASSWORD = 1, 2
"""PasswordType."""
_SENSITIVE, _NEVER_EXTRACTABLE = 0, 3
"""Bits of KeyAccessFlags (ISO 7816-15, 8.2.11)."""
_BITS = {KeyAlgorithm.EC_P256: 256, KeyAlgorithm.EC_P521: 521, KeyAlgorithm.RSA_2048: 2048}
"""The size of a curve's field, or of a modulus."""
_USAGE_BITS = {KeyUsage.DIGITAL_SIGNATURE: 2, KeyUsage.CONTENT_COMMITMENT: 9}
"""Bits of KeyUsageFlags (ISO 7816-15, 8.2.11): sign, nonRepudiation."""


def path_to(path: bytes) -> bytes:
    """A Path (ISO 7816-15, 8.2.5)."""
    return der.sequence(der.octet_string(path))


def authentication_objects(profile: Profile, not_set: frozenset[str]) -> bytes:
    """One object a code of the chip: those that guard something first, then those that only unblock."""
    unblocking = {unblocking_code(profile, name) for name in profile.codes}
    guarding = {area.guard for area in profile.areas.values()} | {profile.files.guard}
    shown = [(name, name in unblocking - guarding) for name in profile.codes_on_chip]
    shown.sort(key=lambda item: item[1])
    return b"".join(_authentication_object(profile, name, unblocks, name in not_set) for name, unblocks in shown)


def authentication_identifier(profile: Profile, name: str) -> bytes:
    """The identifier of a code's authentication object: the code's reference. Raises ValueError without one."""
    reference = profile.codes[name].reference
    if reference is None:
        raise ValueError(f"the code '{name}' is not on the chip")
    return bytes([reference])


def private_key(profile: Profile, key: FactoryKey, area: str, reference: int, path: bytes) -> bytes:
    """The entry of a key of an area, which lies in the file at `path` (ISO 7816-15, 8.4)."""
    common = common_to_guarded(profile, area, key.label, PRIVATE)
    attributes = (
        der.octet_string(bytes.fromhex(key.id))
        + der.named_bits(*(_USAGE_BITS[usage] for usage in key.certificate.key_usage))
        + der.named_bits(_SENSITIVE, _NEVER_EXTRACTABLE)
        + der.integer(reference)
    )
    # A field's size is OpenSC's addition to the standard: it takes the length of a signature from it.
    value = der.sequence(path_to(path) + der.integer(_BITS[key.algorithm]))
    tag = der.SEQUENCE if key.algorithm is KeyAlgorithm.RSA_2048 else EC_PRIVATE_KEY
    return entry(tag, common, attributes, value)


def common_to_guarded(profile: Profile, area: str, label: str, *flags: int) -> bytes:
    """What is common to all objects, for a key of an area, with these bits of CommonObjectFlags (ISO 7816-15, 8.2.9).

    A guard that holds for one use is told as userConsent 1, so that clients ask for it each time.
    """
    guard = profile.areas[area].guard
    common = der.utf8_string(label) + der.named_bits(*flags)
    common += der.octet_string(authentication_identifier(profile, guard))
    return common + der.integer(1) if profile.codes[guard].holds.for_ is Lasts.ONE_USE else common


def certificate(label: str, identifier: bytes, path: bytes) -> bytes:
    """The entry of an X.509 certificate in the file at `path` (ISO 7816-15, 8.7)."""
    return entry(der.SEQUENCE, der.utf8_string(label), der.octet_string(identifier), der.sequence(path_to(path)))


def entry(tag: int, common: bytes, of_class: bytes, of_type: bytes, of_sub_class: bytes | None = None) -> bytes:
    """An object: attributes common to all, of its class, of its sub-class if any, of its type (ISO 7816-15, 8.2.1)."""
    parts = der.sequence(common) + der.sequence(of_class)
    if of_sub_class is not None:
        parts += tlv.encode(_SUB_CLASS_ATTRIBUTES, of_sub_class)
    return tlv.encode(tag, parts + tlv.encode(_TYPE_ATTRIBUTES, of_type))


def _authentication_object(profile: Profile, name: str, unblocks: bool, not_set: bool) -> bytes:
    code = profile.codes[name]
    common = der.utf8_string(code.label or code.name.en) + der.named_bits(PRIVATE, MODIFIABLE)
    unblocked_by = unblocking_code(profile, name)
    if unblocked_by is not None:
        common += der.octet_string(authentication_identifier(profile, unblocked_by))
    flags = [_CASE_SENSITIVE, _NEEDS_PADDING]
    if not not_set:
        flags.append(_INITIALIZED)
    if unblocks:
        flags.append(_UNBLOCKING)
    digits = code.characters.set is Characters.DIGITS
    attributes = (
        der.named_bits(*flags)
        + der.enumerated(_ASCII_NUMERIC if digits else _UTF8_PASSWORD)
        + der.integer(code.length.min)
        + der.integer(STORED_LENGTH)
        + der.integer(code.length.max)
        + tlv.encode(0x80, authentication_identifier(profile, name))
        + der.octet_string(bytes([PAD]))
    )
    identifier = der.octet_string(authentication_identifier(profile, name))
    return entry(der.SEQUENCE, common, identifier, der.sequence(attributes))
