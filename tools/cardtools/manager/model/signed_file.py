"""A signature over a file, beside it: CMS (RFC 5652) as CAdES baseline B wants it (ETSI EN 319 122-1)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime

from asn1crypto import algos, cms, tsp, x509

_SHA256 = "sha256"


def detached_signature(
    content_digest: bytes, certificate: bytes, sign: Callable[[bytes], bytes], moment: datetime
) -> bytes:
    """The signature over content with this SHA-256 digest, in DER; the content itself is not in it.

    `sign` makes RSASSA-PKCS1-v1_5 with SHA-256 over what it is given, with the key of `certificate` (DER).
    """
    signer = x509.Certificate.load(certificate)
    signed = _signed_attributes(content_digest, certificate, moment)
    # What is signed is the set as such, and not with the tag that it has inside (RFC 5652, 5.4).
    signature = sign(signed.untag().dump())
    digest = algos.DigestAlgorithm({"algorithm": _SHA256})
    information = cms.SignerInfo(
        {
            "version": "v1",
            "sid": cms.SignerIdentifier(
                {
                    "issuer_and_serial_number": cms.IssuerAndSerialNumber(
                        {"issuer": signer.issuer, "serial_number": signer.serial_number}
                    )
                }
            ),
            "digest_algorithm": digest,
            "signed_attrs": signed,
            "signature_algorithm": algos.SignedDigestAlgorithm({"algorithm": "sha256_rsa"}),
            "signature": signature,
        }
    )
    data = cms.SignedData(
        {
            "version": "v1",
            "digest_algorithms": [digest],
            "encap_content_info": {"content_type": "data"},
            "certificates": [signer],
            "signer_infos": [information],
        }
    )
    der: bytes = cms.ContentInfo({"content_type": "signed_data", "content": data}).dump()
    return der


def _signed_attributes(content_digest: bytes, certificate: bytes, moment: datetime) -> cms.CMSAttributes:
    """The attributes that EN 319 122-1, 6.3 asks for, and the time that the signer's clock shows."""
    this_certificate = tsp.ESSCertIDv2({"cert_hash": hashlib.sha256(certificate).digest()})
    return cms.CMSAttributes(
        [
            {"type": "content_type", "values": ["data"]},
            {"type": "signing_time", "values": [cms.Time({"utc_time": moment})]},
            {"type": "message_digest", "values": [content_digest]},
            {"type": "signing_certificate_v2", "values": [tsp.SigningCertificateV2({"certs": [this_certificate]})]},
        ]
    )
