"""A contract signed with the card's qualified key: pyHanko's own program signs through OpenSC, and others check."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from asn1crypto import cms, pem, x509
from cardtools.common.protocol import CertificateProfile
from cardtools.common.terms import IssuingCa
from cryptography.hazmat.primitives.serialization import Encoding
from fpdf import FPDF
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.dss import DocumentSecurityStore
from stuntcard.card.view import KeyView
from stuntcard.iso7816.instructions import Instruction

from tests import programs
from tests.clients.desk import QPIN
from tests.clients.enrolment import Client, TrainingCa, client_at_desk, training_ca
from tests.clients.opensc import SOCKET_VARIABLE, pkcs11_module

pytestmark = pytest.mark.own_module

FIELD = "Seller"


@dataclass(frozen=True, slots=True)
class Office:
    """A holder with a qualified certificate on the card, a contract, and the programs of the trade."""

    client: Client
    ca: TrainingCa
    serial: str

    @property
    def folder(self) -> Path:
        return self.client.desk.folder

    @property
    def key(self) -> KeyView:
        [key] = self.client.desk.seen.keys
        return key

    def sign(self, *options: str) -> str:
        """Has pyHanko sign the contract; gives the signed file's name."""
        done = self.pyhanko(
            "sign", "addsig", "--field", FIELD, "--use-pades", *options, "pkcs11", "--p11-setup", "card",
            "contract.pdf", "signed.pdf",
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return "signed.pdf"

    def validated(self, name: str, *options: str) -> str:
        """pyHanko's own verdict, which must be good."""
        done = self.pyhanko("sign", "validate", "--pretty-print", "--trust", "root.pem", *options, name)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def pyhanko(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return self.run(str(Path(sys.executable).with_name("pyhanko")), "--config", "pyhanko.yml", *arguments)

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        return programs.run(
            *command, cwd=self.folder, env={**os.environ, SOCKET_VARIABLE: str(self.client.desk.socket)}
        )


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """One for all tests that leave the certificate as it is; each of them signs the contract anew."""
    with new_office(tmp_path_factory.mktemp("office")) as office:
        yield office


@contextmanager
def new_office(folder: Path, profile: CertificateProfile = CertificateProfile.QUALIFIED) -> Iterator[Office]:
    with training_ca(folder) as ca, client_at_desk(ca.url) as client:
        office = Office(client, ca, client.certificate(ca, profile))
        authority = ca.service.authority
        issuing = authority.cas[IssuingCa.QUALIFIED].issuing
        for name, credential in (("root.pem", authority.root), ("issuing.pem", issuing)):
            (office.folder / name).write_bytes(credential.certificate.public_bytes(Encoding.PEM))
        contract = FPDF()
        contract.add_page()
        contract.set_font("Helvetica", size=12)
        contract.cell(text="I sell you my house.")
        contract.output(str(office.folder / "contract.pdf"))
        (office.folder / "pyhanko.yml").write_text(
            f"""
pkcs11-setups:
  card:
    module-path: {pkcs11_module()}
    token-criteria: {{label: ProID+Q (QPIN)}}
    key-id: "{office.key.identifier}"
    cert-id: "{office.key.identifier}"
    user-pin: "{QPIN}"
    signing-pin-mode: reauthenticate
    other-certs: [issuing.pem]
"""
        )
        yield office


def signature_of(office: Office, name: str) -> tuple[cms.ContentInfo, bytes]:
    """The CMS of the one signature in a file, and what it signs."""
    with (office.folder / name).open("rb") as file:
        [signature] = PdfFileReader(file).embedded_signatures
        start, length, second, rest = signature.byte_range
        file.seek(0)
        whole = file.read()
        return (
            cms.ContentInfo({"content_type": "signed_data", "content": signature.signed_data}),
            whole[start : start + length] + whole[second : second + rest],
        )


@pytest.mark.fact("PQ-03")
def test_b_b_takes_qpin_once_and_three_programs_agree(office: Office) -> None:
    before = len(office.client.desk.status_words(Instruction.PERFORM_SECURITY_OPERATION))
    signed = office.sign()
    signatures = office.client.desk.status_words(Instruction.PERFORM_SECURITY_OPERATION)[before:]
    assert [word for word in signatures if word >> 8 in (0x61, 0x90)] == signatures
    assert len(signatures) == 1

    said = office.validated(signed)
    assert "The signature is judged VALID." in said
    assert "Jana Nováková" in said

    shown = office.run("pdfsig", "-nocert", signed).stdout
    assert "Signature Type: ETSI.CAdES.detached" in shown
    assert "Signature is Valid." in shown

    signature, content = signature_of(office, signed)
    (office.folder / "signature.der").write_bytes(signature.dump())
    (office.folder / "content.bin").write_bytes(content)
    checked = office.run(
        "openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", "signature.der", "-content", "content.bin",
        "-CAfile", "root.pem", "-certfile", "issuing.pem", "-purpose", "any", "-out", os.devnull,
    )  # fmt: skip
    assert checked.returncode == 0, checked.stderr


def root_of(office: Office) -> x509.Certificate:
    _, _, der = pem.unarmor((office.folder / "root.pem").read_bytes())
    return x509.Certificate.load(der)


def carries_time_stamp_and_ocsp_answers_and_is_valid_with_nobody_asked(office: Office) -> None:
    """B-LT: time stamp, OCSP answers and lists all come from the CA, over HTTP."""
    signed = office.sign(
        "--timestamp-url", f"{office.ca.url}/tsa", "--with-validation-info", "--trust", "root.pem",
        "--other-certs", "issuing.pem",
    )  # fmt: skip
    with (office.folder / signed).open("rb") as file:
        reader = PdfFileReader(file)
        # Nobody is asked: all that shows the signature to be good lies in the document.
        embedded = DocumentSecurityStore.read_dss(reader).as_validation_context(
            {"trust_roots": [root_of(office)], "allow_fetching": False, "revocation_mode": "require"}
        )
        status = validate_pdf_signature(reader.embedded_signatures[0], embedded)
    assert status.bottom_line
    assert status.timestamp_validity is not None
    assert status.timestamp_validity.trusted
    seen = office.run("pdfsig", "-nocert", signed).stdout
    assert "Signer Certificate Common Name: Jana Nováková" in seen
    assert "Signature is Valid." in seen


def test_b_lt_of_a_qualified_signature(office: Office) -> None:
    carries_time_stamp_and_ocsp_answers_and_is_valid_with_nobody_asked(office)


def test_b_lt_of_a_seal(tmp_path: Path) -> None:
    with new_office(tmp_path, CertificateProfile.SEAL) as office:
        carries_time_stamp_and_ocsp_answers_and_is_valid_with_nobody_asked(office)


def test_signature_made_after_the_certificate_was_revoked_is_refused(tmp_path: Path) -> None:
    with new_office(tmp_path) as office:
        office.ca.revoke(office.serial)
        signed = office.sign()
        checked = office.pyhanko("sign", "validate", "--pretty-print", "--trust", "root.pem", signed)
        assert checked.returncode != 0
        assert "revoked" in checked.stdout.lower()


def test_altered_contract_is_found_out(office: Office) -> None:
    signed = office.folder / office.sign()
    altered = signed.read_bytes().replace(b"/MediaBox [0 0 595.28 841.89]", b"/MediaBox [0 0 595.28 841.88]")
    assert altered != signed.read_bytes()
    signed.write_bytes(altered)
    assert office.pyhanko("sign", "validate", "--pretty-print", "--trust", "root.pem", signed.name).returncode != 0
    assert "Digest Mismatch" in office.run("pdfsig", "-nocert", signed.name).stdout
