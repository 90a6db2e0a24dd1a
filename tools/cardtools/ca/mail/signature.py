"""Checking the S/MIME signature of an e-mail (RFC 8551; CMS, RFC 5652) with pyHanko's validation of CMS."""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime

from asn1crypto import cms, core
from asn1crypto import x509 as asn1_x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.sign.general import (
    extract_certificate_info,
    extract_signer_info,
    find_unique_cms_attribute,
)
from pyhanko.sign.validation.generic_cms import async_validate_cms_signature
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko.sign.validation.status import SignatureStatus
from pyhanko_certvalidator import ValidationContext

from cardtools.ca.errors import RefusedError
from cardtools.ca.mail.message import SignedMessage
from cardtools.ca.pki.authority import Authority
from cardtools.ca.pki.serial_numbers import hexadecimal
from cardtools.common.protocol import Problem
from cardtools.common.told import Value

_DIGESTS = ("sha256", "sha384", "sha512")
_USAGES = KeyUsageConstraints(
    key_usage={"digital_signature", "non_repudiation"},
    match_all_key_usages=False,
    extd_key_usage={"email_protection"},
    explicit_extd_key_usage_required=False,
)
"""What an e-mail may be signed with (RFC 8550, 4.4.2 and 4.4.4): commercial certificates, and qualified ones."""


class _EMailStatus(SignatureStatus):
    """What pyHanko found. Its own kinds of status would not let a certificate without extended key usage pass."""

    @classmethod
    def default_usage_constraints(cls, key_usage_settings: KeyUsageConstraints | None = None) -> KeyUsageConstraints:
        return key_usage_settings or _USAGES


@dataclass(frozen=True, slots=True)
class Signature:
    """A signature of an e-mail, read."""

    serial: str
    """Of the signer's certificate."""
    certificate: bytes = field(repr=False)
    """The signer's certificate, DER."""
    signed_at: datetime
    """As the signer says."""
    content: bytes = field(repr=False)
    """The signed entity."""
    fingerprint: str
    """SHA-256 of the signed attributes, which bind content and time. Unlike the e-mail's own bytes and its Message-ID,
    nobody can change them and keep the signature, so that they tell a replay."""
    _signed_data: cms.SignedData = field(repr=False)


def read(message: SignedMessage) -> Signature:
    """Reads an e-mail's signature, without checking it. Raises RefusedError."""
    try:
        info = cms.ContentInfo.load(message.signature, strict=True)
        signed_data = info["content"] if info["content_type"].native == "signed_data" else None
        if signed_data is None:
            raise _refused("mail-other-data")
        signer = extract_signer_info(signed_data)
        attributes = signer["signed_attrs"]
        certificate = extract_certificate_info(signed_data).signer_cert
        if attributes is core.VOID or not isinstance(certificate, asn1_x509.Certificate):
            raise _refused("mail-no-time")
        if signer["digest_algorithm"]["algorithm"].native not in _DIGESTS:
            raise _refused("mail-weak-hash")
        signed_at = find_unique_cms_attribute(attributes, "signing_time").native.astimezone(UTC)
        return Signature(
            serial=hexadecimal(certificate.serial_number),
            certificate=certificate.dump(),
            signed_at=signed_at,
            content=_content(message, signed_data),
            fingerprint=hashlib.sha256(attributes.untag().dump()).hexdigest(),
            _signed_data=signed_data,
        )
    except RefusedError:
        raise
    except Exception as error:
        # The parsers read lazily, and raise errors of many kinds at bytes that are made to break them.
        raise _refused("mail-signature-unreadable") from error


def _content(message: SignedMessage, signed_data: cms.SignedData) -> bytes:
    if signed_data["encap_content_info"]["content_type"].native != "data":
        raise _refused("mail-signed-no-text")
    inside = signed_data["encap_content_info"]["content"]
    if message.content is not None:
        if inside is not core.VOID:
            raise _refused("mail-two-contents")
        return message.content
    if inside is core.VOID:
        raise _refused("mail-no-content")
    return bytes(inside)


def check(signature: Signature, authority: Authority, at: datetime) -> None:
    """Raises RefusedError unless content and signature hold together, and the certificate is fit for e-mail.

    Whether the certificate is revoked is not asked here: whoever has the CA's file knows it at first hand.
    """
    try:
        status = asyncio.run(_validated(signature, authority, at))
    except Exception as error:
        raise _refused("mail-unchecked") from error
    if not status.intact:
        raise _refused("mail-altered")
    if not status.valid or status.signing_cert.dump() != signature.certificate:
        raise _refused("mail-other-key")
    if not status.trusted:
        raise _refused("mail-not-for-mail")


async def _validated(signature: Signature, authority: Authority, at: datetime) -> SignatureStatus:
    root, *issuing = (
        asn1_x509.Certificate.load(credential.certificate.public_bytes(Encoding.DER))
        for credential in (authority.root, *(ca.issuing for ca in authority.cas.values()))
    )
    context = ValidationContext(
        trust_roots=[root], other_certs=issuing, moment=at, allow_fetching=False, revocation_mode="soft-fail"
    )
    digest = None
    if signature._signed_data["encap_content_info"]["content"] is core.VOID:
        algorithm = extract_signer_info(signature._signed_data)["digest_algorithm"]["algorithm"].native
        digest = hashlib.new(algorithm, signature.content).digest()
    return await async_validate_cms_signature(
        signature._signed_data,
        status_cls=_EMailStatus,
        raw_digest=digest,
        validation_context=context,
        key_usage_settings=_USAGES,
    )


def _refused(key: str, **values: Value) -> RefusedError:
    return RefusedError(Problem.BAD_SIGNATURE, key, **values)
