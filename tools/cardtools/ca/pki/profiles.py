"""The kinds of certificate that the CA issues, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from cryptography.x509.oid import ExtendedKeyUsageOID, ObjectIdentifier

from cardtools.ca.pki.qc import QcType
from cardtools.common.protocol import CertificateProfile
from cardtools.common.terms import IssuingCa, Validity

NCP = ObjectIdentifier("0.4.0.2042.1.1")
"""ETSI EN 319 411-1, 5.3: the normalized certificate policy."""
QCP_N, QCP_L, QCP_N_QSCD, QCP_L_QSCD = (ObjectIdentifier(f"0.4.0.194112.1.{arc}") for arc in range(4))
"""ETSI EN 319 411-2, 5.3: qualified, for a natural or a legal person, with the key on a qualified device or not."""


_DAYS = {Validity.ONE_YEAR: 365, Validity.SEVERAL_YEARS: 3 * 365}


@dataclass(frozen=True, slots=True)
class Kind:
    """What goes into certificates of one profile."""

    issuing_ca: IssuingCa
    """Which of the CAs under the root issues it (TM-11)."""
    policy: ObjectIdentifier
    policy_on_device: ObjectIdentifier
    commits: bool
    """Whether its key signs what its holder stands for, and nothing else (contentCommitment; type A of EN 319 412-2,
    4.3.2). Else it logs in, signs e-mail and is encrypted to."""
    extended_key_usage: tuple[ObjectIdentifier, ...] = ()
    qc_type: QcType | None = None
    """There for qualified certificates, and only there is a key on the device told of."""
    binds: bool = False
    """Whether a certificate with its key on the device binds the card to the applicant (PQ-23, PQ-24)."""
    for_organisation: bool = False
    """Whether the applicant's name is an organisation's."""
    renewed: bool = True
    """Whether its key may ask for a follow-on; else a first request does (PQ-31)."""
    days: Mapping[Validity, int] = field(default_factory=lambda: _DAYS)
    """How long it holds, by what was asked for (PQ-32). The documents say "several years", and not how many."""


KINDS: Mapping[CertificateProfile, Kind] = {
    CertificateProfile.COMMERCIAL: Kind(
        issuing_ca=IssuingCa.PUBLIC,
        policy=NCP,
        policy_on_device=NCP,
        commits=False,
        extended_key_usage=(ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.EMAIL_PROTECTION),
    ),
    CertificateProfile.QUALIFIED: Kind(
        issuing_ca=IssuingCa.QUALIFIED,
        policy=QCP_N,
        policy_on_device=QCP_N_QSCD,
        commits=True,
        qc_type=QcType.ESIGN,
        binds=True,
    ),
    CertificateProfile.SEAL: Kind(
        issuing_ca=IssuingCa.QUALIFIED,
        policy=QCP_L,
        policy_on_device=QCP_L_QSCD,
        commits=True,
        qc_type=QcType.ESEAL,
        for_organisation=True,
        renewed=False,
    ),
}
