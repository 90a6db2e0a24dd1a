from __future__ import annotations

import datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from stuntcard.card.attestation import card_certificate, issuer_certificate, sign
from stuntcard.profile.load import load_profile, shipped_names
from stuntcard.profile.model import Profile

ISSUERS = Path(__file__).parents[3] / "tools/cardtools/ca/pki/attestation_issuers.pem"
PROID_Q = load_profile("proid-q")


def with_serial(serial: str) -> Profile:
    return PROID_Q.model_copy(update={"token": PROID_Q.token.model_copy(update={"serial": serial})})


def public_key(profile: Profile) -> ec.EllipticCurvePublicKey:
    key = x509.load_der_x509_certificate(card_certificate(profile)).public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    return key


def test_the_issuer_is_a_test_ca_that_vouches_for_itself() -> None:
    issuer = x509.load_der_x509_certificate(issuer_certificate())
    issuer.verify_directly_issued_by(issuer)
    assert issuer.subject.rfc4514_string() == "CN=TEST Stuntcard card attestation issuer,O=TEST Stuntcard"
    assert issuer.extensions.get_extension_for_class(x509.BasicConstraints).value == x509.BasicConstraints(
        ca=True, path_length=0
    )


def test_the_issuer_is_the_one_that_the_training_ca_trusts() -> None:
    [trusted] = x509.load_pem_x509_certificates(ISSUERS.read_bytes())
    assert trusted == x509.load_der_x509_certificate(issuer_certificate())


@pytest.mark.parametrize("name", shipped_names())
def test_each_card_has_a_certificate_that_names_it(name: str) -> None:
    profile = load_profile(name)
    certificate = x509.load_der_x509_certificate(card_certificate(profile))
    certificate.verify_directly_issued_by(x509.load_der_x509_certificate(issuer_certificate()))
    subject = {attribute.oid: attribute.value for attribute in certificate.subject}
    assert subject == {
        NameOID.ORGANIZATION_NAME: "TEST Stuntcard",
        NameOID.COMMON_NAME: f"TEST Stuntcard card attestation {name}",
        NameOID.SERIAL_NUMBER: profile.token.serial,
    }
    usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    assert usage.digital_signature
    assert not usage.key_cert_sign
    assert certificate.not_valid_before_utc < datetime.datetime.now(datetime.UTC) < certificate.not_valid_after_utc
    assert isinstance(public_key(profile).curve, ec.SECP256R1)


def test_the_same_card_always_has_the_same_key_and_certificate() -> None:
    assert card_certificate(PROID_Q) == card_certificate(load_profile("proid-q"))
    assert sign(PROID_Q, b"a statement") == sign(load_profile("proid-q"), b"a statement")


def test_two_cards_of_a_profile_have_keys_and_certificates_of_their_own() -> None:
    cards = [PROID_Q, with_serial("5354554E54000002"), load_profile("tokenme")]
    assert len({public_key(card).public_numbers() for card in cards}) == 3
    numbers = {x509.load_der_x509_certificate(card_certificate(card)).serial_number for card in cards}
    assert len(numbers) == 3


def test_the_signature() -> None:
    public_key(PROID_Q).verify(sign(PROID_Q, b"a statement"), b"a statement", ec.ECDSA(hashes.SHA256()))
