"""What the enrolment client and the CA say to each other, as JSON over HTTP. Both sides read and write these models.

Bytes travel as hexadecimal, except for a request and a certificate, which are PEM. Times are UTC, in ISO 8601.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

from cardtools.common.applicants import IDENTIFIER
from cardtools.common.terms import CertificateProfile, Problem, RequestState, Validity

__all__ = [
    "REQUEST_ID", "Applicant", "Attestation", "CertificateProfile", "CertificateRequest", "Challenge", "EMail", "Hex",
    "IssuedCertificate", "Model", "Name", "Pem", "Problem", "Refusal", "RenewalRequest", "RequestId", "RequestState",
    "RequestStatus", "Serial", "Validity",
]  # fmt: skip

REQUEST_ID = r"^BP[0-9]{10}$"
"""BP and ten digits (PQ-18)."""

Hex = Annotated[str, StringConstraints(pattern=r"^([0-9A-Fa-f]{2})+$", max_length=16384)]
Pem = Annotated[str, StringConstraints(min_length=1, max_length=16384)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=64)]
EMail = Annotated[str, StringConstraints(pattern=r"^[^@\s<>]{1,64}@[A-Za-z0-9.-]{1,189}$", max_length=254)]
Identifier = Annotated[str, StringConstraints(pattern=IDENTIFIER)]
RequestId = Annotated[str, StringConstraints(pattern=REQUEST_ID)]
Serial = Annotated[str, StringConstraints(pattern=r"^[0-9A-F]{1,40}$")]
"""A certificate's serial number, in upper-case hexadecimal without leading zeros."""


class Model(BaseModel):
    """A message; what it does not name is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Refusal(Model):
    """The body of every answer of 400 and above."""

    problem: Problem
    detail: str


class Applicant(Model):
    """Who asks. For a seal, `name` is the organisation's."""

    name: Name
    e_mail: EMail
    organisation: Name | None = None
    surname: Name | None = None
    """Where it is not the last word of the name; the rest of the name is the given name."""
    identifier: Identifier | None = None
    """What tells the person, or a seal's organisation, from others of the same name (EN 319 412-1, 5.1.3 and 5.1.4)."""


class Attestation(Model):
    """What a card says about one of its keys; see docs/manage-applet.md for the three parts."""

    statement: Hex
    signature: Hex
    certificate: Hex


class Challenge(Model):
    """A nonce that one attestation may answer, once, before it expires."""

    nonce: Hex
    expires: datetime


class CertificateRequest(Model):
    """A first request."""

    profile: CertificateProfile
    applicant: Applicant
    pkcs10: Pem
    attestation: Attestation | None = None


class RenewalRequest(Model):
    """A request for the follow-on of a certificate in use (TM-08).

    `proof` is the old key's signature over the DER of the PKCS#10 request: RSASSA-PKCS1-v1_5 with SHA-256, or ECDSA
    with SHA-256 as a DER SEQUENCE of r and s. Profile and applicant are those of the old certificate.
    A certificate for seals has no follow-on of this kind (PQ-31): a first request asks for it.
    """

    old_serial: Serial
    pkcs10: Pem
    proof: Hex
    attestation: Attestation | None = None
    validity: Validity = Validity.ONE_YEAR


class RequestStatus(Model):
    """A request as the CA has it. `reason` is there when it was refused, `serial` once it was issued."""

    id: RequestId
    state: RequestState
    profile: CertificateProfile
    applicant: Applicant
    on_device: bool
    """Whether the certificate carries, or will carry, the mark of a key made on the qualified device (QcSSCD)."""
    received: datetime
    validity: Validity = Validity.ONE_YEAR
    reason: str | None = None
    serial: Serial | None = None


class IssuedCertificate(Model):
    """A certificate as the CA keeps it."""

    serial: Serial
    profile: CertificateProfile
    applicant: Applicant
    on_device: bool
    valid_from: datetime
    valid_until: datetime
    revoked: datetime | None = None
    pem: Pem
