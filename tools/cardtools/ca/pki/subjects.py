"""The subject of an applicant's certificate (EN 319 412-2, 4.2.4, for persons; EN 319 412-3, 4.2.1, for seals)."""

from __future__ import annotations

import hashlib

from cryptography import x509
from cryptography.x509.oid import NameOID

from cardtools.ca.pki.building import name_of
from cardtools.common.protocol import Applicant

_COUNTRY = "CZ"
_DIGITS = 9


def subject_of(applicant: Applicant, *, for_organisation: bool) -> x509.Name:
    """The subject: of a seal's organisation, or of a person, who may work for one."""
    if for_organisation:
        return name_of(
            (NameOID.COUNTRY_NAME, _COUNTRY),
            (NameOID.ORGANIZATION_NAME, applicant.name),
            (NameOID.ORGANIZATION_IDENTIFIER, applicant.identifier or f"NTR{_COUNTRY}-{_made_up(applicant)}"),
            (NameOID.COMMON_NAME, applicant.name),
        )
    given_name, surname = names_of(applicant)
    return name_of(
        (NameOID.COUNTRY_NAME, _COUNTRY),
        *([(NameOID.ORGANIZATION_NAME, applicant.organisation)] if applicant.organisation else []),
        (NameOID.COMMON_NAME, applicant.name),
        *([(NameOID.GIVEN_NAME, given_name)] if given_name else []),
        (NameOID.SURNAME, surname),
        (NameOID.SERIAL_NUMBER, applicant.identifier or f"IDC{_COUNTRY}-{_made_up(applicant)}"),
    )


def names_of(applicant: Applicant) -> tuple[str, str]:
    """Given name and surname. Of one word it is the surname; unless it is said otherwise, the last word is."""
    words = applicant.name.split()
    of_surname = len(applicant.surname.split()) if applicant.surname else 1
    return " ".join(words[:-of_surname]), " ".join(words[-of_surname:])


def _made_up(applicant: Applicant) -> str:
    """A number for who gave none: always the same for the same name and address, and no real person's."""
    who = f"{applicant.name}\n{applicant.e_mail}".casefold().encode()
    return f"{int.from_bytes(hashlib.sha256(who).digest()) % 10**_DIGITS:0{_DIGITS}}"
