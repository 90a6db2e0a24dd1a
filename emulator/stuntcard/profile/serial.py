"""One card among others of its model: its own serial number, wherever the card shows it."""

from __future__ import annotations

import re
import secrets

from stuntcard.profile.checks import cross_check
from stuntcard.profile.model import FactoryKey, Profile, SubjectAttribute

_SERIAL = re.compile(r"([0-9A-F]{2}){1,16}")
_OWN_BYTES = 3
"""So many bytes at the end tell cards of one model apart."""


class SerialError(ValueError):
    """What no card of the model can have for a serial number; says why, and what it can have."""


def random_serial(profile: Profile) -> str:
    """A new serial number, hexadecimal: the profile's, whose last three bytes are random."""
    kept = bytes.fromhex(profile.token.serial)[:-_OWN_BYTES]
    return (kept + secrets.token_bytes(_OWN_BYTES)).hex().upper()


def serial_beside(profile: Profile, number: int) -> str:
    """The serial number of a fresh card beside so many others of its model, hexadecimal; always the same."""
    own = bytes.fromhex(profile.token.serial)
    counted = (int.from_bytes(own) + (number << 8)) % (1 << 8 * len(own))
    return counted.to_bytes(len(own)).hex().upper()


def with_serial(profile: Profile, serial: str) -> Profile:
    """The model of one card with this serial number (hexadecimal), which its certificates name too where they did.

    Raises SerialError.
    """
    serial, before = serial.upper(), profile.token.serial
    if not _SERIAL.fullmatch(serial):
        raise SerialError(f"{serial!r} is no serial number; expected 1 to 16 bytes in hexadecimal, as in {before}")
    changed: dict[str, object] = {"token": profile.token.model_copy(update={"serial": serial})}
    if profile.personalisation is not None:
        keys = tuple(_renamed(key, before, serial) for key in profile.personalisation.keys)
        changed["personalisation"] = profile.personalisation.model_copy(update={"keys": keys})
    made = profile.model_copy(update=changed)
    problems = cross_check(made)
    if problems:
        raise SerialError(f"{serial}: {problems[0].message}, as in {before}")
    return made


def _renamed(key: FactoryKey, before: str, serial: str) -> FactoryKey:
    subject = key.certificate.subject
    if subject.get(SubjectAttribute.SERIAL_NUMBER) != before:
        return key
    named = {**subject, SubjectAttribute.SERIAL_NUMBER: serial}
    return key.model_copy(update={"certificate": key.certificate.model_copy(update={"subject": named})})
