"""The issue report in three languages, as text and as PDF."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from asn1crypto import core
from cardtools.common.certificates import CertificateFacts
from cardtools.common.messages import Language, Messages
from cardtools.common.protocol import Applicant, CertificateProfile, IssuedCertificate
from cardtools.enrol.errors import UnavailableError
from cardtools.enrol.files import report
from cardtools.enrol.files.certificates import read_certificate
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

ID = "BP0123456789"
FROM, UNTIL = datetime(2030, 1, 2, 3, 4, tzinfo=UTC), datetime(2031, 1, 2, 3, 4, tzinfo=UTC)
QC_STATEMENTS = x509.ObjectIdentifier("1.3.6.1.5.5.7.1.3")


def certificate(*statements: str) -> CertificateFacts:
    """A certificate of Jana Nováková with these QCStatements."""
    key = ec.derive_private_key(1, ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Jana Nováková")])
    issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Žlutá CA")])
    builder = x509.CertificateBuilder(issuer, name, key.public_key(), 0x0ABC, FROM, UNTIL)
    if statements:
        parts = b"".join(_sequence(core.ObjectIdentifier(one).dump()) for one in statements)
        builder = builder.add_extension(x509.UnrecognizedExtension(QC_STATEMENTS, _sequence(parts)), critical=False)
    return read_certificate(builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER))


def _sequence(content: bytes) -> bytes:
    return b"\x30" + len(content).to_bytes(1) + content


def issued(facts: CertificateFacts) -> IssuedCertificate:
    return IssuedCertificate(
        serial=facts.serial_hex,
        profile=CertificateProfile.QUALIFIED,
        applicant=Applicant(name="Jana Nováková", e_mail="jana@example.com"),
        on_device=True,
        valid_from=FROM,
        valid_until=UNTIL,
        pem="-",
    )


def rows(language: Language, facts: CertificateFacts) -> list[report.Row]:
    return report.report_rows(ID, issued(facts), facts, Messages(language, "enrol"))


@pytest.mark.fact("PQ-19")
def test_the_report_as_text() -> None:
    facts = certificate("0.4.0.1862.1.1", "0.4.0.1862.1.4")
    fingerprint = facts.fingerprint.hex().upper()
    groups = " ".join(fingerprint[start : start + 8] for start in range(0, 64, 8))
    assert report.report_text(rows(Language.ENGLISH, facts), Messages("en", "enrol")) == (
        "Issue report of a certificate\n"
        "=============================\n"
        "Request                           BP0123456789\n"
        "Kind                              qualified certificate for signatures\n"
        "Holder                            Jana Nováková\n"
        "E-mail                            jana@example.com\n"
        "Issuer                            Žlutá CA\n"
        "Serial number                     2748\n"
        "Serial number (hex)               ABC\n"
        "Valid from                        2030-01-02 03:04 UTC\n"
        "Valid until                       2031-01-02 03:04 UTC\n"
        "Key                               EC secp256r1\n"
        "Key made on the qualified device  yes\n"
        f"SHA-256 fingerprint               {groups}\n"
    )


@pytest.mark.parametrize(
    ("statements", "on_device"), [((), "no"), (("0.4.0.1862.1.1",), "no"), (("0.4.0.1862.1.4",), "yes")]
)
def test_the_mark_of_the_device_is_what_the_certificate_says_and_not_the_ca(
    statements: tuple[str, ...], on_device: str
) -> None:
    assert dict(rows(Language.ENGLISH, certificate(*statements)))["Key made on the qualified device"] == on_device


@pytest.mark.fact("PQ-19")
@pytest.mark.parametrize("language", Language)
def test_the_pdf_has_every_word_of_the_report(language: Language, tmp_path: Path) -> None:
    file = tmp_path / "report.PDF"
    expected = rows(language, certificate())
    file.write_bytes(report.report_file(file, expected, Messages(language, "enrol")))
    shown = subprocess.run(["pdftotext", "-layout", str(file), "-"], capture_output=True, text=True, check=True).stdout
    found = shown.split()
    for label, value in expected:
        assert all(word in found for word in [*label.split(), *value.split()]), (label, shown)
    assert Messages(language, "enrol").text("report-title") in shown


def test_without_the_font_it_is_said_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(report, "FONT_FOLDERS", (tmp_path,))
    messages = Messages("en", "enrol")
    with pytest.raises(UnavailableError) as caught:
        report.report_file(tmp_path / "report.pdf", rows(Language.ENGLISH, certificate()), messages)
    assert messages.told(caught.value) == (
        "The report can't be written as PDF, because the font DejaVuSans.ttf is not installed (looked for in "
        f"{tmp_path}; Debian: apt install fonts-dejavu-core). Save it as text instead, with a name in .txt."
    )
    text = report.report_file(tmp_path / "report.txt", rows(Language.ENGLISH, certificate()), messages)
    assert text.startswith(b"Issue report")
