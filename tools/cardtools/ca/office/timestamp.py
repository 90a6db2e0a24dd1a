"""Time stamps (RFC 3161), by pyHanko's time stamper with a key of the CA's own."""

from __future__ import annotations

from datetime import datetime

from asn1crypto import cms, core, keys, tsp
from asn1crypto import x509 as asn1_x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from pyhanko.sign.general import as_signing_certificate
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


_HASHES = {"sha256": hashes.SHA256(), "sha384": hashes.SHA384(), "sha512": hashes.SHA512()}


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
    if algorithm not in _HASHES:
        return _rejected("bad_alg")
    if not readable or len(digest) != _HASHES[algorithm].digest_size:
        return _rejected("bad_data_format")
    response: bytes = _stamper(service).request_tsa_response(asked).dump()
    return response


class _Stamper(DummyTimeStamper):
    """pyHanko's, which loads its key for each stamp and so checks it each time, for a tenth of a second."""

    def __init__(self, unit: Credential, issuing: Credential, at: datetime) -> None:
        super().__init__(
            tsa_cert=_certificate(unit),
            tsa_key=keys.PrivateKeyInfo(),
            certs_to_embed=CertificateRegistry.build([_certificate(issuing)]),
            fixed_dt=at,
        )
        self._key = unit.key

    def _sign_tst_info(self, tst_info_data: bytes, md_algorithm: str, dt: datetime) -> tuple[bytes, cms.CMSAttributes]:
        algorithm = _HASHES[md_algorithm]
        digest = hashes.Hash(algorithm)
        digest.update(tst_info_data)
        values = {
            "content_type": "tst_info",
            "signing_time": cms.Time({"utc_time": core.UTCTime(dt)}),
            "signing_certificate": as_signing_certificate(self.tsa_cert),
            "message_digest": digest.finalize(),
        }
        attributes = cms.CMSAttributes([{"type": kind, "values": (value,)} for kind, value in values.items()])
        return self._key.sign(attributes.dump(), padding.PKCS1v15(), algorithm), attributes


def _stamper(service: Service) -> DummyTimeStamper:
    issuing = service.authority.cas[IssuingCa.QUALIFIED].issuing
    return _Stamper(service.authority.time_stamper, issuing, service.clock())


def _certificate(credential: Credential) -> asn1_x509.Certificate:
    return asn1_x509.Certificate.load(credential.certificate.public_bytes(serialization.Encoding.DER))


def _rejected(failure: str) -> bytes:
    rejection: bytes = _Rejection({"status": {"status": "rejection", "fail_info": {failure}}}).dump()
    return rejection
