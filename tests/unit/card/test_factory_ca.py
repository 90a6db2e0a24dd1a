from __future__ import annotations

import hashlib

import pytest
from asn1crypto import core
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier
from stuntcard.card.content import factory_content
from stuntcard.card.factory_ca import ca_certificate, derive_factory_key, derive_key, derive_serial, issue
from stuntcard.card.pkcs15 import factory_certificate
from stuntcard.profile.load import load_profile
from stuntcard.profile.model import KeyAlgorithm, Personalisation

CZECH_CARD = "1.2.203.7064.1.1.11"
QC_STATEMENTS = ObjectIdentifier("1.3.6.1.5.5.7.1.3")
KEYS = [("eobcanka", "10"), ("eobcanka", "11"), ("zzzs-pk", "01"), ("zzzs-pk", "02")]


def personalisation(profile: str) -> Personalisation:
    found = load_profile(profile).personalisation
    assert found is not None
    return found


def issued(profile: str, identifier: str, seed: str | None = None) -> bytes:
    """The certificate of one of a profile's factory keys."""
    given = personalisation(profile)
    if seed is not None:
        given = given.model_copy(update={"seed": seed})
    (key,) = [key for key in given.keys if key.id == identifier]
    public_key = derive_factory_key(given.seed, key.id, key.algorithm).public_key()
    return issue(given, key, public_key, load_profile(profile).token.serial)


def read(profile: str, identifier: str) -> x509.Certificate:
    return x509.load_der_x509_certificate(issued(profile, identifier))


def key_usages(certificate: x509.Certificate) -> set[str]:
    usage = certificate.extensions.get_extension_for_class(x509.KeyUsage)
    assert usage.critical
    asked = ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
             "key_cert_sign", "crl_sign")  # fmt: skip
    return {name for name in asked if getattr(usage.value, name)}


# The same every time


@pytest.mark.parametrize(
    ("profile", "identifier", "digest"),
    [
        ("eobcanka", "10", "d704e0dfe8318359"),
        ("eobcanka", "11", "c90074a449f02ed5"),
        ("zzzs-pk", "01", "6c42c08bb72139fc"),
        ("zzzs-pk", "02", "b6616ab8aabe1260"),
    ],
)
def test_a_profile_has_the_same_certificates_byte_for_byte_every_time(
    profile: str, identifier: str, digest: str
) -> None:
    assert hashlib.sha256(issued(profile, identifier)).hexdigest()[:16] == digest


def test_another_seed_gives_other_keys_other_serial_numbers_and_another_ca() -> None:
    one, other = (x509.load_der_x509_certificate(issued("zzzs-pk", "01", seed)) for seed in ("one", "other"))
    assert one.subject == other.subject
    assert one.public_key() != other.public_key()
    assert one.serial_number != other.serial_number
    assert one.issuer != other.issuer
    assert ca_certificate("one") != ca_certificate("other")


def test_a_ca_that_somebody_trusts_already_stays_the_same_byte_for_byte() -> None:
    assert hashlib.sha256(ca_certificate("a seed")).hexdigest()[:16] == "fc17e43dad16849d"


@pytest.mark.parametrize("profile", ["eobcanka", "zzzs-pk"])
def test_each_card_of_a_model_has_certificates_with_numbers_of_their_own(profile: str) -> None:
    """OpenSC keeps copies of files by the number of the certificate, and would show one card's for another's."""
    given = personalisation(profile)
    key = given.keys[1]
    public_key = derive_factory_key(given.seed, key.id, key.algorithm).public_key()
    ours, ours_again, others = (
        x509.load_der_x509_certificate(issue(given, key, public_key, card)) for card in ("0001", "0001", "0002")
    )
    assert ours == ours_again
    assert ours.serial_number != others.serial_number
    assert ours.public_key() == others.public_key()


def test_a_certificate_for_no_card_has_the_number_of_its_key() -> None:
    given = personalisation("zzzs-pk")
    key = given.keys[0]
    public_key = derive_factory_key(given.seed, key.id, key.algorithm).public_key()
    certificate = x509.load_der_x509_certificate(issue(given, key, public_key))
    assert certificate.serial_number == derive_serial(given.seed, "01")


@pytest.mark.parametrize(
    ("algorithm", "begins"),
    [(KeyAlgorithm.EC_P256, "860a287eb476fc400bc16ecb"), (KeyAlgorithm.EC_P521, "1db9ff9da6a34d7d81229669")],
)
def test_a_label_has_a_key_of_its_own_on_the_curve_and_the_same_one_next_year(
    algorithm: KeyAlgorithm, begins: str
) -> None:
    keys = [derive_key("seed", label, algorithm) for label in ("01", "02", "01")]
    values = [key.private_numbers().private_value for key in keys]
    assert values[0] == values[2] != values[1]
    assert f"{values[0]:x}".startswith(begins)
    curve = {KeyAlgorithm.EC_P256: ec.SECP256R1, KeyAlgorithm.EC_P521: ec.SECP521R1}[algorithm]
    assert all(isinstance(key.curve, curve) for key in keys)


@pytest.mark.parametrize(("profile", "guarded"), [("eobcanka", ["10"]), ("zzzs-pk", ["01", "02"])])
def test_a_card_has_the_keys_and_the_certificates_that_its_seed_and_its_number_give(
    profile: str, guarded: list[str]
) -> None:
    given, content = personalisation(profile), factory_content(load_profile(profile))
    for key in given.keys:
        assert content.files.at(factory_certificate(key)).content == issued(profile, key.id)
    by_id = {record.identifier.hex(): record.private for record in content.keys.values() if record.identifier}
    assert list(by_id) == guarded
    for key in given.keys:
        private = by_id.get(key.id)
        if isinstance(private, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
            assert private.public_key() == derive_factory_key(given.seed, key.id, key.algorithm).public_key()


# The CA


@pytest.mark.parametrize("seed", ["eobcanka", "zzzs-pk"])
def test_the_ca_is_a_ca_and_nothing_else(seed: str) -> None:
    ca = x509.load_der_x509_certificate(ca_certificate(seed))
    assert ca.subject.rfc4514_string() == f"CN=TEST factory CA {seed},O=TEST Stuntcard"
    assert ca.extensions.get_extension_for_class(x509.BasicConstraints).value == x509.BasicConstraints(True, 0)
    assert key_usages(ca) == {"key_cert_sign", "crl_sign"}
    ca.verify_directly_issued_by(ca)


@pytest.mark.parametrize(("profile", "identifier"), KEYS)
def test_the_ca_vouches_for_what_it_issued(profile: str, identifier: str) -> None:
    certificate = read(profile, identifier)
    ca = x509.load_der_x509_certificate(ca_certificate(personalisation(profile).seed))
    certificate.verify_directly_issued_by(ca)
    assert ca.not_valid_before_utc <= certificate.not_valid_before_utc
    assert certificate.not_valid_after_utc <= ca.not_valid_after_utc
    authority = certificate.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value
    subject = ca.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    assert authority.key_identifier == subject.digest


@pytest.mark.parametrize(("profile", "identifier"), KEYS)
def test_nobody_can_take_it_for_a_real_one(profile: str, identifier: str) -> None:
    certificate = read(profile, identifier)
    assert "TEST" in certificate.issuer.rfc4514_string()
    assert "TEST" in certificate.subject.rfc4514_string()
    for name in (NameOID.SURNAME, NameOID.GIVEN_NAME, NameOID.ORGANIZATION_NAME):
        assert all("TEST" in attribute.value for attribute in certificate.subject.get_attributes_for_oid(name))


# eObčanka


def test_the_identification_certificate_tells_who_the_holder_is() -> None:
    certificate = read("eobcanka", "10")
    assert [(attribute.oid.dotted_string, attribute.value) for attribute in certificate.subject] == [
        ("2.5.4.5", load_profile("eobcanka").token.serial),
        ("2.5.4.3", "TESTOMIL TEST-VYMYŠLENÝ"),
        ("2.5.4.4", "TEST-VYMYŠLENÝ"),
        ("2.5.4.42", "TESTOMIL"),
        ("2.5.4.9", "Neexistující TEST 1"),
        ("2.5.4.7", "TESTOV"),
        ("2.5.4.8", "TEST"),
        (f"{CZECH_CARD}.1", "01.01.2000"),
        (f"{CZECH_CARD}.4", "TESTOV"),
        (f"{CZECH_CARD}.2", "M"),
        (f"{CZECH_CARD}.5", "000000/0000"),
        (f"{CZECH_CARD}.6", "svobodný"),
        ("2.5.4.10", "TEST úřad"),
        (f"{CZECH_CARD}.7", "Česká republika"),
        ("2.5.4.6", "CZ"),
    ]


def test_the_identification_certificate_is_for_logging_in() -> None:
    certificate = read("eobcanka", "10")
    public_key = certificate.public_key()
    assert isinstance(public_key, ec.EllipticCurvePublicKey)
    assert isinstance(public_key.curve, ec.SECP521R1)
    assert key_usages(certificate) == {"digital_signature"}
    extended = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(extended) == [ExtendedKeyUsageOID.CLIENT_AUTH]
    assert QC_STATEMENTS not in [extension.oid for extension in certificate.extensions]


def test_the_authorisation_certificate_names_the_document_and_no_person() -> None:
    certificate = read("eobcanka", "11")
    public_key = certificate.public_key()
    assert isinstance(public_key, ec.EllipticCurvePublicKey)
    assert isinstance(public_key.curve, ec.SECP521R1)
    assert certificate.subject.rfc4514_string() == "CN=000000003,O=TEST eID,C=CZ"


# ZZZS-PK


@pytest.mark.fact("PK-01")
def test_pep_is_not_qualified() -> None:
    certificate = read("zzzs-pk", "01")
    assert key_usages(certificate) == {"digital_signature"}
    assert QC_STATEMENTS not in [extension.oid for extension in certificate.extensions]


@pytest.mark.fact("PK-05")
def test_kpep_is_qualified_and_its_key_is_on_a_qualified_device() -> None:
    certificate = read("zzzs-pk", "02")
    assert key_usages(certificate) == {"content_commitment"}
    statements = certificate.extensions.get_extension_for_oid(QC_STATEMENTS).value
    assert isinstance(statements, x509.UnrecognizedExtension)
    assert _statements(statements.value) == {
        "0.4.0.1862.1.1": None,
        "0.4.0.1862.1.4": None,
        "0.4.0.1862.1.6": ["0.4.0.1862.1.6.1"],
    }


def test_a_qualified_certificate_whose_key_is_on_no_device_says_nothing_of_one() -> None:
    given = personalisation("zzzs-pk")
    key = given.keys[1]
    assert key.certificate.qualified is not None
    qualified = key.certificate.qualified.model_copy(update={"on_device": False})
    key = key.model_copy(update={"certificate": key.certificate.model_copy(update={"qualified": qualified})})
    raw = issue(given, key, derive_key("a", "b", KeyAlgorithm.EC_P256).public_key())
    found = x509.load_der_x509_certificate(raw).extensions.get_extension_for_oid(QC_STATEMENTS).value
    assert isinstance(found, x509.UnrecognizedExtension)
    assert list(_statements(found.value)) == ["0.4.0.1862.1.1", "0.4.0.1862.1.6"]


def _statements(raw: bytes) -> dict[str, list[str] | None]:
    """QCStatements as asn1crypto reads them: identifiers, and the identifiers in what follows."""
    found: dict[str, list[str] | None] = {}
    for statement in core.SequenceOf.load(raw, spec=core.Sequence):
        identifier, *information = (statement[position] for position in range(len(statement)))
        types = [item.dotted for part in information for item in (part[i] for i in range(len(part)))]
        found[identifier.dotted] = types or None
    return found
