"""The certificates on a device, each with what is there of its key."""

from __future__ import annotations

from dataclasses import dataclass

from cardtools.card.token import ObjectKind, Token
from cardtools.common.certificates import CertificateFacts
from cardtools.enrol.errors import BadInputError
from cardtools.enrol.files.certificates import read_certificate
from cardtools.enrol.flows.device import QualifiedDevice
from cardtools.enrol.flows.open_card import open_token
from cardtools.enrol.flows.session import Session


@dataclass(frozen=True, slots=True)
class CertificateOnCard:
    """A certificate and its PKCS#15 identifier; `area` is that of its key, None when the key is gone."""

    facts: CertificateFacts
    identifier: bytes
    area: str | None


def certificates_on(session: Session, device: QualifiedDevice) -> list[CertificateOnCard]:
    """The certificates that can be read, in the card's order; no code is needed. Raises CardError."""
    with open_token(session, device) as token:
        return certificates_of(token)


def certificates_of(token: Token) -> list[CertificateOnCard]:
    """The same, of a card that is being worked with. Raises CardError."""
    stored = token.objects()
    with_key = {key.identifier: key.area for key in token.status.keys if key.origin is not None}
    found = []
    for item in stored:
        if item.kind is not ObjectKind.CERTIFICATE or item.der is None:
            continue
        try:
            facts = read_certificate(item.der)
        except ValueError:
            continue
        found.append(CertificateOnCard(facts, item.identifier, with_key.get(item.identifier)))
    return found


def with_serial(device: QualifiedDevice, found: list[CertificateOnCard], serial: str) -> CertificateOnCard:
    """The certificate with this serial number as people write it. Raises BadInputError."""
    wanted = parse_serial(serial)
    for item in found:
        if item.facts.serial == wanted:
            return item
    raise BadInputError("serial-unknown", serial=serial, card=device.name)


def parse_serial(text: str) -> int:
    """A serial number in decimal, or in hexadecimal with 0x in front or with a letter in it. Raises BadInputError."""
    tidy = "".join(text.split()).replace(":", "").lower()
    try:
        return int(tidy, 10) if tidy.isascii() and tidy.isdecimal() else int(tidy.removeprefix("0x"), 16)
    except ValueError as error:
        raise BadInputError("serial-wrong", serial=text) from error
