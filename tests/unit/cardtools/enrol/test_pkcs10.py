"""The PKCS#10 request: its exact structure, and that others can verify it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from asn1crypto import csr
from cardtools.common.protocol import Applicant
from cardtools.enrol.files.pkcs10 import as_pem, request_info, signed_request
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

JANA = Applicant(name="Jana Nováková", e_mail="jana@example.com", organisation="Úřad")
Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


def public_der(key: Key) -> bytes:
    return key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def sign(key: Key, data: bytes) -> bytes:
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(data, padding.PKCS1v15(), hashes.SHA256())
    return key.sign(data, ec.ECDSA(hashes.SHA256()))


def made(key: Key, applicant: Applicant = JANA) -> bytes:
    info = request_info(applicant, public_der(key))
    return signed_request(info, sign(key, info.dump()))


@pytest.fixture(scope="module")
def key() -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(1, ec.SECP256R1())


def test_what_is_signed_is_this_byte_for_byte(key: ec.EllipticCurvePrivateKey) -> None:
    expected = (
        "3081c8"  # CertificationRequestInfo (RFC 2986, 4.1)
        "020100"  # version 1
        "3038"  # subject
        "310b3009060355040613" "02435a"  # C=CZ, which alone is a PrintableString (RFC 5280, A.1)
        "310f300d060355040a" "0c06c39ac5996164"  # O=Úřad, UTF8String
        "311830160603550403" "0c0f4a616e61204e6f76c3a16b6f76c3a1"  # CN=Jana Nováková
        + public_der(key).hex()
        + "a02e302c"  # attributes: one,
        "06092a864886f70d01090e"  # extensionRequest (RFC 2985, 5.4.2),
        "311f301d301b"  # with one value of one extension,
        "0603551d11"  # subjectAltName,
        "0414301281106a616e61406578616d706c652e636f6d"  # rfc822Name jana@example.com
    )  # fmt: skip
    assert request_info(JANA, public_der(key)).dump().hex() == expected


@pytest.mark.parametrize("kind", ["rsa", "ec"])
def test_others_verify_it_and_read_what_it_says(kind: str, tmp_path: Path) -> None:
    key: Key = rsa.generate_private_key(65537, 2048) if kind == "rsa" else ec.generate_private_key(ec.SECP256R1())
    request = x509.load_pem_x509_csr(as_pem(made(key)).encode())
    assert request.is_signature_valid
    assert request.subject.rfc4514_string() == "CN=Jana Nováková,O=Úřad,C=CZ"
    names = request.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.RFC822Name) == ["jana@example.com"]
    assert request.public_key() == key.public_key()

    file = tmp_path / "request.pem"
    file.write_text(as_pem(made(key)))
    shown = subprocess.run(
        ["openssl", "req", "-in", str(file), "-verify", "-noout"], capture_output=True, text=True, check=True
    )
    assert "verify OK" in shown.stdout + shown.stderr


def test_rsa_is_named_with_the_null_that_rfc_4055_wants() -> None:
    key = rsa.generate_private_key(65537, 2048)
    request = csr.CertificationRequest.load(made(key))
    assert request["signature_algorithm"].dump().hex() == "300d06092a864886f70d01010b0500"


def test_who_has_no_organisation_has_none_in_the_request(key: ec.EllipticCurvePrivateKey) -> None:
    request = x509.load_der_x509_csr(made(key, Applicant(name="Jana", e_mail="jana@example.com")))
    assert request.subject.rfc4514_string() == "CN=Jana,C=CZ"
