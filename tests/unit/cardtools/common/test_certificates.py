"""What certificates say."""

from __future__ import annotations

import datetime

import pytest
from cardtools.common.certificates import read_certificate
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID

KEY = ec.generate_private_key(ec.SECP256R1())
QC_STATEMENTS = x509.ObjectIdentifier("1.3.6.1.5.5.7.1.3")
COMPLIANCE, SSCD = bytes.fromhex("3008060604008E460101"), bytes.fromhex("3008060604008E460104")
FROM, UNTIL = (datetime.datetime(year, 1, 1, tzinfo=datetime.UTC) for year in (2026, 2027))


def certificate(subject: list[tuple[x509.ObjectIdentifier, str]], statements: bytes | None = None) -> bytes:
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(oid, value) for oid, value in subject]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, "A CA")]))
        .public_key(KEY.public_key())
        .serial_number(0xABC)
        .not_valid_before(FROM)
        .not_valid_after(UNTIL)
    )
    if statements is not None:
        builder = builder.add_extension(x509.UnrecognizedExtension(QC_STATEMENTS, statements), critical=False)
    return builder.sign(KEY, hashes.SHA256()).public_bytes(Encoding.DER)


def test_holder_issuer_validity_and_key() -> None:
    facts = read_certificate(certificate([(NameOID.COMMON_NAME, "Jana"), (x509.ObjectIdentifier("1.2.3"), "x")]))
    assert (facts.holder, facts.issuer, facts.serial_hex) == ("Jana", "A CA", "ABC")
    assert (facts.valid_from, facts.valid_until) == (FROM, UNTIL)
    assert facts.subject == (("common-name", "Jana"), ("1.2.3", "x"))
    assert facts.person == facts.subject
    assert facts.algorithm == "EC secp256r1"
    assert facts.public_key == KEY.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    assert not facts.expired(UNTIL)
    assert facts.expired(UNTIL + datetime.timedelta(seconds=1))


@pytest.mark.parametrize(
    ("statements", "qualified", "on_device"),
    [
        (None, False, False),
        (b"\x30\x0a" + COMPLIANCE, True, False),
        (b"\x30\x14" + COMPLIANCE + SSCD, True, True),
        (b"rubbish", False, False),
        (b"\x30\x7f\x30", False, False),
    ],
)
def test_the_marks_of_a_qualified_certificate(statements: bytes | None, qualified: bool, on_device: bool) -> None:
    facts = read_certificate(certificate([(NameOID.COMMON_NAME, "Jana")], statements))
    assert (facts.qualified, facts.on_device) == (qualified, on_device)


def test_a_certificate_without_a_name_tells_of_no_person() -> None:
    facts = read_certificate(certificate([(NameOID.COUNTRY_NAME, "CZ")]))
    assert (facts.holder, facts.person) == ("C=CZ", ())


@pytest.mark.parametrize("content", [b"", b"\x30\x03\x02\x01\x01", certificate([])[:-5]])
def test_what_is_no_certificate_is_refused(content: bytes) -> None:
    with pytest.raises(ValueError, match="no certificate"):
        read_certificate(content)
