"""The CA at one address, and its issuing of certificates to applicants (RFC 5280)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa

from cardtools.ca.pki import qc
from cardtools.ca.pki.building import certificate_builder, crl_of, issuer_of, key_usage, with_addresses
from cardtools.ca.pki.credentials import Credential
from cardtools.ca.pki.pkcs10 import PublicKey
from cardtools.ca.pki.profiles import KINDS, Kind
from cardtools.ca.pki.subjects import subject_of
from cardtools.common.protocol import Applicant, CertificateProfile
from cardtools.common.terms import IssuingCa

DISCLOSURE_LANGUAGE = "en"


@dataclass(frozen=True, slots=True)
class IssuingAuthority:
    """What one of the CAs under the root signs with: certificates and lists, and its OCSP answers."""

    issuing: Credential
    responder: Credential


@dataclass(frozen=True, slots=True)
class Authority:
    """What the CA signs with. `url` is its address, which certificates name."""

    url: str
    root: Credential
    cas: Mapping[IssuingCa, IssuingAuthority]
    time_stamper: Credential

    def issue(
        self,
        profile: CertificateProfile,
        applicant: Applicant,
        public_key: PublicKey,
        *,
        on_device: bool,
        at: datetime,
        life: timedelta,
    ) -> x509.Certificate:
        """A certificate for an applicant by the CA for its kind, valid from now on; not longer than that CA itself."""
        kind = KINDS[profile]
        issuing = self.cas[kind.issuing_ca].issuing
        until = min(at + life, issuing.certificate.not_valid_after_utc)
        subject = subject_of(applicant, for_organisation=kind.for_organisation)
        builder = certificate_builder(subject, public_key, issuing, at, until)
        builder = with_addresses(builder, self.url, crl_of(kind.issuing_ca), issuer_of(kind.issuing_ca), ocsp=True)
        policy = kind.policy_on_device if on_device else kind.policy
        builder = (
            builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=False)
            .add_extension(_applicant_key_usage(kind, public_key), critical=True)
            .add_extension(x509.CertificatePolicies([x509.PolicyInformation(policy, None)]), critical=False)
            .add_extension(x509.SubjectAlternativeName([x509.RFC822Name(applicant.e_mail)]), critical=False)
        )
        if kind.extended_key_usage:
            builder = builder.add_extension(x509.ExtendedKeyUsage(kind.extended_key_usage), critical=False)
        if kind.qc_type is not None:
            builder = builder.add_extension(
                qc.statements(
                    kind.qc_type,
                    on_device=on_device,
                    disclosure=f"{self.url}/disclosure/{DISCLOSURE_LANGUAGE}",
                    language=DISCLOSURE_LANGUAGE,
                ),
                critical=False,
            )
        return builder.sign(issuing.key, hashes.SHA256())


def _applicant_key_usage(kind: Kind, public_key: PublicKey) -> x509.KeyUsage:
    if kind.commits:
        return key_usage(content_commitment=True)
    encrypted_to = isinstance(public_key, rsa.RSAPublicKey)
    return key_usage(digital_signature=True, key_encipherment=encrypted_to, key_agreement=not encrypted_to)
