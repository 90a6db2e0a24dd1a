"""Reading a PKCS#10 request (RFC 2986) and judging its key. Pure."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from cardtools.ca.errors import RefusedError
from cardtools.common import foreign
from cardtools.common.foreign import ForeignError
from cardtools.common.protocol import Problem

PublicKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey

_RSA_BITS = range(2048, 8192 + 1)
_RSA_EXPONENT_MIN = 65537
_CURVES = (ec.SECP256R1, ec.SECP384R1, ec.SECP521R1)
_HASHES = (hashes.SHA256, hashes.SHA384, hashes.SHA512)


@dataclass(frozen=True, slots=True)
class Pkcs10:
    """A request whose signature holds, with a key that the CA takes. Its subject counts for nothing."""

    der: bytes = field(repr=False)
    public_key: PublicKey
    public_key_der: bytes = field(repr=False)

    @property
    def key(self) -> str:
        """What tells the key from others: SHA-256 of its SubjectPublicKeyInfo, hexadecimal."""
        return hashlib.sha256(self.public_key_der).hexdigest()


def read(pem: str) -> Pkcs10:
    """A request out of PEM. Raises RefusedError: not readable, signature does not hold, key not taken."""
    try:
        request = foreign.certificate_request(pem)
        with foreign.reading("PKCS#10 request"):
            public_key = request.public_key()
            algorithm = request.signature_hash_algorithm
    except ForeignError as error:
        raise RefusedError(Problem.BAD_REQUEST, "pkcs10-unreadable") from error
    key = taken(public_key)
    if not isinstance(algorithm, _HASHES):
        raise RefusedError(Problem.BAD_SIGNATURE, "pkcs10-hash")
    try:
        with foreign.reading("signature"):
            holds = request.is_signature_valid
    except ForeignError:
        holds = False
    if not holds:
        raise RefusedError(Problem.BAD_SIGNATURE, "pkcs10-signature")
    spki = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return Pkcs10(request.public_bytes(serialization.Encoding.DER), key, spki)


def taken(public_key: object) -> PublicKey:
    """The key, when it is one that the CA takes. Raises RefusedError."""
    if isinstance(public_key, rsa.RSAPublicKey):
        if public_key.key_size in _RSA_BITS and public_key.public_numbers().e >= _RSA_EXPONENT_MIN:
            return public_key
    elif isinstance(public_key, ec.EllipticCurvePublicKey) and isinstance(public_key.curve, _CURVES):
        return public_key
    raise RefusedError(Problem.KEY_NOT_TAKEN, "key-not-taken")


def proof_holds(certificate: bytes, proof: bytes, pkcs10: bytes) -> bool:
    """Whether the key of the certificate signed the PKCS#10 (DER), as `protocol.RenewalRequest` says."""
    public_key = foreign.certificate(certificate).public_key()
    try:
        if isinstance(public_key, rsa.RSAPublicKey):
            public_key.verify(proof, pkcs10, padding.PKCS1v15(), hashes.SHA256())
        elif isinstance(public_key, ec.EllipticCurvePublicKey):
            public_key.verify(proof, pkcs10, ec.ECDSA(hashes.SHA256()))
        else:
            return False
    except InvalidSignature:
        return False
    return True
