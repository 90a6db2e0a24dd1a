"""What one invented holder's card has on it from the factory: keys, and certificates of the emulator's own CA."""

from __future__ import annotations

import datetime
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, field_validator

from stuntcard.profile.blocks import Identifier, ObjectId, Sourced, as_tuple
from stuntcard.profile.forms import of_form


class KeyAlgorithm(StrEnum):
    """What a key from the factory is."""

    EC_P256 = "ec-p256"
    EC_P521 = "ec-p521"
    RSA_2048 = "rsa-2048"


class SubjectAttribute(StrEnum):
    """What a certificate's subject can tell: attributes of X.520, and those of the Czech identity card."""

    COMMON_NAME = "common-name"
    SURNAME = "surname"
    GIVEN_NAME = "given-name"
    SERIAL_NUMBER = "serial-number"
    STREET = "street"
    LOCALITY = "locality"
    STATE = "state"
    ORGANIZATION = "organization"
    COUNTRY = "country"
    BIRTH_DATE = "birth-date"
    SEX = "sex"
    BIRTH_PLACE = "birth-place"
    BIRTH_NUMBER = "birth-number"
    MARITAL_STATUS = "marital-status"
    NATIONALITY = "nationality"


class KeyUsage(StrEnum):
    """What a certificate says that its key is for (RFC 5280, 4.2.1.3)."""

    DIGITAL_SIGNATURE = "digital-signature"
    CONTENT_COMMITMENT = "content-commitment"
    """Signatures that commit their signer to a content; formerly nonRepudiation."""


class Validity(Sourced):
    """When a certificate is valid: from midnight to midnight, UTC."""

    from_: datetime.date = Field(alias="from", ge=datetime.date(2000, 1, 1))
    until: datetime.date


class Qualified(Sourced):
    """A certificate is qualified for electronic signatures (ETSI EN 319 412-5)."""

    on_device: bool = Field(description="The key was made on the qualified device and never leaves it.")


class FactoryCertificate(Sourced):
    """A certificate that the emulator's own test CA issues for a key."""

    label: Annotated[str, StringConstraints(min_length=1, max_length=32)]
    subject: dict[
        Annotated[SubjectAttribute, Field(strict=False)],
        Annotated[str, StringConstraints(min_length=1, max_length=64)],
    ] = Field(min_length=1, description="In this order. An invented person, with TEST in plain sight.")
    serial: Literal["derived", "document-number"] = Field(
        default="derived", description="The serial number: from the seed, or the characters of the document's number."
    )
    valid: Validity
    key_usage: tuple[Annotated[KeyUsage, Field(strict=False)], ...] = Field(min_length=1)
    client_authentication: bool = False
    qualified: Qualified | None = Field(default=None, description="Absent: it is not.")
    eop_file: Annotated[str, of_form(r"^0[0-9A-F]{3}$", "a file's identifier such as 0001")] | None = Field(
        default=None, description="The file by which the eop applet's clients read it."
    )

    _tuple = field_validator("key_usage", mode="before")(as_tuple)

    @field_validator("subject")
    @classmethod
    def _country_has_two_letters(cls, value: dict[SubjectAttribute, str]) -> dict[SubjectAttribute, str]:
        country = value.get(SubjectAttribute.COUNTRY, "XX")
        if not (country.isascii() and country.isalpha() and len(country) == 2):
            raise ValueError(f"a country of two letters (ISO 3166), not {country!r}")
        return value


class FactoryKey(Sourced):
    """A key that the card leaves the factory with, and its certificate."""

    id: ObjectId = Field(description="Its identifier in PKCS#15.")
    label: Annotated[str, StringConstraints(min_length=1, max_length=32)]
    area: Identifier | None = Field(description="null: no command uses the key; only its certificate can be read.")
    algorithm: KeyAlgorithm = Field(strict=False)
    certificate: FactoryCertificate


class Personalisation(Sourced):
    """What one invented holder's card has on it from the factory."""

    seed: Annotated[str, StringConstraints(min_length=1, max_length=32)] = Field(
        description="Keys, serial numbers and signatures all come from it, the same every time."
    )
    document_number: Annotated[str, of_form(r"^[0-9]{1,20}$", "1 to 20 digits")] | None = None
    keys: tuple[FactoryKey, ...] = Field(min_length=1)

    _tuple = field_validator("keys", mode="before")(as_tuple)
