"""Which PKCS#10 requests and keys the CA takes."""

from __future__ import annotations

import pytest
from cardtools.ca.errors import RefusedError
from cardtools.ca.pki.pkcs10 import proof_holds, read
from cardtools.common.protocol import Problem
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from tests.unit.cardtools.ca.cards import Issuer
from tests.unit.cardtools.ca.keys import new_key, pem, pkcs10, proof


@pytest.mark.parametrize("curve", [ec.SECP256R1, ec.SECP384R1, ec.SECP521R1])
def test_elliptic_curves(curve: type[ec.EllipticCurve]) -> None:
    request = pkcs10(ec.generate_private_key(curve()))
    asked = read(pem(request))
    assert asked.der == request.public_bytes(serialization.Encoding.DER)
    assert len(asked.key) == 64


def test_rsa() -> None:
    key = rsa.generate_private_key(65537, 2048)
    assert isinstance(read(pem(pkcs10(key))).public_key, rsa.RSAPublicKey)


def _signed(key: ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey, digest: hashes.SHA224 | None) -> str:
    return pem(x509.CertificateSigningRequestBuilder().subject_name(x509.Name([])).sign(key, digest))


def _altered() -> str:
    data = pkcs10(new_key()).public_bytes(serialization.Encoding.DER)
    return pem(x509.load_der_x509_csr(data.replace(b"as the applicant says", b"As the applicant says")))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (pem(pkcs10(rsa.generate_private_key(65537, 1024))), Problem.KEY_NOT_TAKEN),
        (pem(pkcs10(rsa.generate_private_key(3, 2048))), Problem.KEY_NOT_TAKEN),
        (pem(pkcs10(ec.generate_private_key(ec.SECP256K1()))), Problem.KEY_NOT_TAKEN),
        (_signed(ed25519.Ed25519PrivateKey.generate(), None), Problem.KEY_NOT_TAKEN),
        (_signed(new_key(), hashes.SHA224()), Problem.BAD_SIGNATURE),
        (_altered(), Problem.BAD_SIGNATURE),
        ("-", Problem.BAD_REQUEST),
        ("\0", Problem.BAD_REQUEST),
        ("-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----", Problem.BAD_REQUEST),
    ],
    ids=["RSA 1024", "exponent 3", "secp256k1", "Ed25519", "SHA-224", "altered", "dash", "zero", "short"],
)
def test_what_is_not_taken(text: str, problem: Problem) -> None:
    with pytest.raises(RefusedError) as caught:
        read(text)
    assert caught.value.problem == problem


@pytest.mark.parametrize("old", [new_key(), rsa.generate_private_key(65537, 2048)], ids=["EC", "RSA"])
def test_the_proof_of_a_renewal(old: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> None:
    issuer = Issuer()
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([]))
        .issuer_name(issuer.name)
        .public_key(old.public_key())
        .serial_number(1)
        .not_valid_before(issuer.certificate.not_valid_before_utc)
        .not_valid_after(issuer.certificate.not_valid_after_utc)
    )
    certificate = builder.sign(issuer.key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)
    request = pkcs10(new_key())
    data = request.public_bytes(serialization.Encoding.DER)
    assert proof_holds(certificate, bytes.fromhex(proof(old, request)), data)
    assert not proof_holds(certificate, bytes.fromhex(proof(old, request)), data + b"\0")
    assert not proof_holds(certificate, bytes.fromhex(proof(issuer.key, request)), data)
    assert not proof_holds(certificate, b"rubbish", data)
