"""Time stamps (RFC 3161), by pyHanko's time stamper with a key of the CA's own."""

from __future__ import annotations

from asn1crypto import core, keys, tsp
from asn1crypto import x509 as asn1_x509
from cryptography.hazmat.primitives import serialization
from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper
from pyhanko_certvalidator.registry import CertificateRegistry

from cardtools.ca.office.service import Service
from cardtools.ca.pki.credentials import Credential
from cardtools.common import foreign
from cardtools.common.foreign import ForeignError
from cardtools.common.terms import IssuingCa


class _Rejection(core.Sequence):  # type: ignore[misc]  # asn1crypto has no types
    """A TimeStampResp without a token, which asn1crypto's own type does not allow for."""

    _fields = [("status", tsp.PKIStatusInfo)]  # noqa: RUF012 - asn1crypto's way


_HASH_BYTES = {"sha256": 32, "sha384": 48, "sha512": 64}


def answer(service: Service, request: bytes) -> bytes:
    """The answer to a time stamp request, both DER. What can't be stamped is answered with RFC 3161's own status."""
    try:
        with foreign.reading("time stamp request"):
            asked = tsp.TimeStampReq.load(request, strict=True)
            imprint = asked["message_imprint"].native
            # Reading a field is what shows that it can be read.
            plain = asked["version"].native == "v1" and asked["extensions"].native is None
            readable = plain and asked.native is not None
            algorithm, digest = imprint["hash_algorithm"]["algorithm"], imprint["hashed_message"]
    except ForeignError:
        return _rejected("bad_data_format")
    if algorithm not in _HASH_BYTES:
        return _rejected("bad_alg")
    if not readable or len(digest) != _HASH_BYTES[algorithm]:
        return _rejected("bad_data_format")
    response: bytes = _stamper(service).request_tsa_response(asked).dump()
    return response


def _stamper(service: Service) -> DummyTimeStamper:
    unit = service.authority.time_stamper
    key = unit.key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    issuing = service.authority.cas[IssuingCa.QUALIFIED].issuing
    return DummyTimeStamper(
        tsa_cert=_certificate(unit),
        tsa_key=keys.PrivateKeyInfo.load(key),
        certs_to_embed=CertificateRegistry.build([_certificate(issuing)]),
        fixed_dt=service.clock(),
    )


def _certificate(credential: Credential) -> asn1_x509.Certificate:
    return asn1_x509.Certificate.load(credential.certificate.public_bytes(serialization.Encoding.DER))


def _rejected(failure: str) -> bytes:
    rejection: bytes = _Rejection({"status": {"status": "rejection", "fail_info": {failure}}}).dump()
    return rejection
