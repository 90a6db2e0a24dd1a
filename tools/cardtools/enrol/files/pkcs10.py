"""Certification requests (PKCS#10, RFC 2986), signed by a key that does not leave its card."""

from __future__ import annotations

from asn1crypto import csr, keys, pem, x509

from cardtools.common.protocol import Applicant

COUNTRY = "CZ"


def request_info(applicant: Applicant, public_key: bytes) -> csr.CertificationRequestInfo:
    """What is to be signed. `public_key` is a DER SubjectPublicKeyInfo.

    The e-mail address stands in subjectAltName, where RFC 5280, 4.1.2.6 wants it.
    """
    alternative_names = x509.GeneralNames([x509.GeneralName("rfc822_name", applicant.e_mail)])
    extension = x509.Extension({"extn_id": "subject_alt_name", "extn_value": alternative_names})
    return csr.CertificationRequestInfo(
        {
            "version": "v1",
            "subject": _subject(applicant),
            "subject_pk_info": keys.PublicKeyInfo.load(public_key),
            "attributes": [{"type": "extension_request", "values": [[extension]]}],
        }
    )


def signed_request(info: csr.CertificationRequestInfo, signature: bytes) -> bytes:
    """The request in DER. `signature` is over the DER of `info`: RSASSA-PKCS1-v1_5, or ECDSA, with SHA-256."""
    algorithm = "sha256_rsa" if info["subject_pk_info"].algorithm == "rsa" else "sha256_ecdsa"
    request = csr.CertificationRequest(
        {
            "certification_request_info": info,
            "signature_algorithm": {"algorithm": algorithm},
            "signature": signature,
        }
    )
    encoded: bytes = request.dump()
    return encoded


def as_pem(request: bytes) -> str:
    """A request in its text form."""
    armoured: bytes = pem.armor("CERTIFICATE REQUEST", request)
    return armoured.decode("ascii")


def _subject(applicant: Applicant) -> x509.Name:
    parts = {"country_name": COUNTRY, "common_name": applicant.name}
    if applicant.organisation is not None:
        parts["organization_name"] = applicant.organisation
    return x509.Name.build(parts, use_printable=False)
