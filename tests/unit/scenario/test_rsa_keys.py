"""RSA keys from a seed."""

from __future__ import annotations

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from stuntcard.card.factory_ca import ca_certificate
from stuntcard.scenario.build import build
from stuntcard.scenario.load import load_scenario
from stuntcard.scenario.rsa_keys import BITS, derive_rsa_key


def test_the_same_key_comes_out_and_another_for_another_label() -> None:
    key = derive_rsa_key("seed", "a")
    assert key.key_size == BITS
    assert key.private_numbers() == derive_rsa_key("seed", "a").private_numbers()
    assert key.private_numbers() != derive_rsa_key("seed", "b").private_numbers()


def test_it_signs() -> None:
    key = derive_rsa_key("seed", "a")
    signature = key.sign(b"data", padding.PKCS1v15(), hashes.SHA256())
    key.public_key().verify(signature, b"data", padding.PKCS1v15(), hashes.SHA256())


def test_its_certificate_is_the_test_cas() -> None:
    name = "proid-q-imported-key"
    (one,) = build(load_scenario(name)).objects
    assert one.certificate is not None
    certificate = x509.load_der_x509_certificate(one.certificate)
    certificate.verify_directly_issued_by(x509.load_der_x509_certificate(ca_certificate(name)))
    public = certificate.public_key()
    assert isinstance(public, rsa.RSAPublicKey)
    assert public.public_numbers() == one.private.public_key().public_numbers()
