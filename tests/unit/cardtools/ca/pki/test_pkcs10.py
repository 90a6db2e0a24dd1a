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


def _refused(text: str) -> Problem:
    with pytest.raises(RefusedError) as caught:
        read(text)
    return caught.value.problem


@pytest.mark.parametrize("curve", [ec.SECP256R1, ec.SECP384R1, ec.SECP521R1])
def test_elliptic_curves(curve: type[ec.EllipticCurve]) -> None:
    request = pkcs10(ec.generate_private_key(curve()))
    asked = read(pem(request))
    assert asked.der == request.public_bytes(serialization.Encoding.DER)
    assert len(asked.key) == 64


def test_rsa() -> None:
    key = rsa.generate_private_key(65537, 2048)
    assert isinstance(read(pem(pkcs10(key))).public_key, rsa.RSAPublicKey)


@pytest.mark.parametrize(
    "key",
    [rsa.generate_private_key(65537, 1024), rsa.generate_private_key(3, 2048), ec.generate_private_key(ec.SECP256K1())],
    ids=["RSA 1024", "exponent 3", "secp256k1"],
)
def test_keys_not_taken(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> None:
    assert _refused(pem(pkcs10(key))) == Problem.KEY_NOT_TAKEN


def test_a_key_of_another_kind() -> None:
    builder = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([]))
    assert _refused(pem(builder.sign(ed25519.Ed25519PrivateKey.generate(), None))) == Problem.KEY_NOT_TAKEN


def test_a_weak_hash() -> None:
    builder = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([]))
    weak = builder.sign(new_key(), hashes.SHA224())
    assert _refused(pem(weak)) == Problem.BAD_SIGNATURE


def test_a_signature_that_does_not_hold() -> None:
    data = bytearray(pkcs10(new_key()).public_bytes(serialization.Encoding.DER))
    at = data.index(b"as the applicant says")
    data[at] ^= 1
    assert _refused(pem(x509.load_der_x509_csr(bytes(data)))) == Problem.BAD_SIGNATURE


@pytest.mark.parametrize(
    "text", ["-", "\0", "-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----"]
)
def test_rubbish(text: str) -> None:
    assert _refused(text) == Problem.BAD_REQUEST


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
