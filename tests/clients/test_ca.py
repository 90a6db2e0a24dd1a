"""The training CA as other programs see it: OpenSSL, curl, and Schemathesis on its OpenAPI."""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cardtools.ca.settings import ATTESTATION_ISSUERS
from cardtools.common.protocol import Attestation, CertificateProfile
from cryptography.hazmat.primitives.asymmetric import ec
from stuntcard.iso7816 import tlv

from tests.clients.openapi_judge import judged
from tests.programs import told
from tests.unit.card.cards import MANAGE, OK, PIN, QPIN, logged_in
from tests.unit.cardtools.ca.running_ca import RunningCa, running_ca

pytestmark = pytest.mark.own_module


@pytest.fixture
def ca(tmp_path: Path) -> Iterator[RunningCa]:
    """A CA that issues what is asked for."""
    with running_ca(tmp_path, automatic=True) as ca:
        yield ca


def _certificate(ca: RunningCa, folder: Path, **asked: Any) -> tuple[str, Path]:
    """A certificate: its serial number, and its file."""
    issued = ca.issued(**asked)
    path = folder / f"{issued['serial']}.pem"
    path.write_text(issued["pem"])
    return issued["serial"], path


def _ocsp(ca: RunningCa, certificate: Path, digest: str) -> str:
    """What `openssl ocsp` finds out."""
    root, issuing = _anchors(ca, "qualified")
    command = ("openssl", "ocsp", "-resp_text", "-CAfile", root, "-issuer", issuing, digest, "-cert", str(certificate))
    return told(*command, "-url", f"{ca.url}/ocsp")


def _anchors(ca: RunningCa, issuing: str = "issuing") -> tuple[str, str]:
    """The files of the root, and of the issuing CAs or one of them."""
    folder = ca.service.settings.folder
    return str(folder / "root.pem"), str(folder / f"{issuing}.pem")


def test_openssl_asks_for_the_state_of_a_certificate(ca: RunningCa, tmp_path: Path) -> None:
    serial, certificate = _certificate(ca, tmp_path)
    good = _ocsp(ca, certificate, "-sha1")
    assert "Response verify OK" in good
    assert f"{certificate}: good" in good
    assert "Nonce" in good
    assert "WARNING" not in good
    ca.operate(f"/certificates/{serial}/revoke", reason="keyCompromise")
    revoked = _ocsp(ca, certificate, "-sha256")
    assert "Response verify OK" in revoked
    assert f"{certificate}: revoked" in revoked
    assert "Reason: keyCompromise" in revoked


def test_openssl_verifies_the_chain_and_the_lists(ca: RunningCa, tmp_path: Path) -> None:
    root, issuing = _anchors(ca)
    serial, certificate = _certificate(ca, tmp_path, profile=CertificateProfile.COMMERCIAL)

    def verify(status: int) -> str:
        lists = tmp_path / "lists.pem"
        lists.write_text(
            "".join(
                told("openssl", "crl", "-inform", "DER", "-in", _kept(tmp_path, ca.http.get(path).content))
                for path in ("/crl/public", "/root-crl")
            )
        )
        return told(
            *("openssl", "verify", "-x509_strict", "-crl_check_all", "-CRLfile", str(lists), "-purpose", "smimesign"),
            *("-CAfile", root, "-untrusted", issuing, str(certificate)),
            status=status,
        )

    assert verify(0) == f"{certificate}: OK\n"
    ca.revoke(serial)
    assert "certificate revoked" in verify(2)


def _kept(folder: Path, content: bytes) -> Path:
    path = folder / hashlib.sha256(content).hexdigest()
    path.write_bytes(content)
    return path


def test_openssl_verifies_a_time_stamp(ca: RunningCa, tmp_path: Path) -> None:
    document, query, reply = (tmp_path / name for name in ("document", "query", "reply"))
    document.write_text("What was there at the time.")
    told("openssl", "ts", "-query", "-data", document, "-sha256", "-cert", "-out", query)
    reply.write_bytes(ca.http.post("/tsa", content=query.read_bytes()).content)
    root, issuing = _anchors(ca)
    trusted = ("-CAfile", root, "-untrusted", issuing)
    assert "Verification: OK" in told("openssl", "ts", "-verify", "-queryfile", query, "-in", reply, *trusted)
    document.write_text("What came later.")
    assert "Verification: FAILED" in told(
        "openssl", "ts", "-verify", "-data", document, "-in", reply, *trusted, status=1
    )


@pytest.mark.fact("PQ-17")
@pytest.mark.parametrize(
    ("codes", "on_device"), [((PIN, QPIN), True), ((PIN,), False)], ids=["CC area", "general area"]
)
def test_an_emulated_cards_statement_is_believed(tmp_path: Path, codes: tuple[int, ...], on_device: bool) -> None:
    """The card signs the statement, and the CA knows the emulator's issuer."""
    client = logged_in(*codes)
    assert client.make_key(3) == OK
    [(number, content)] = client.card.content.keys.items()
    key = content.private
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    client.send(MANAGE)
    with running_ca(tmp_path, automatic=True, issuers=ATTESTATION_ISSUERS) as ca:
        asked = tlv.encode(0x80, bytes([number])) + tlv.encode(0x81, ca.nonce())
        answer, _ = client.fetch(f"00880000{len(asked):02X}{asked.hex()}")
        [signed] = tlv.parse(answer, strict=True)
        statement, signature = signed.children(strict=True)
        [certificates] = tlv.parse(client.fetch("00CA00E700")[0], strict=True)
        attestation = Attestation(
            statement=statement.encode().hex(),
            signature=signature.value.hex(),
            certificate=certificates.children()[0].value.hex(),
        )
        status = ca.http.post("/requests", json=ca.body(key, attestation=attestation))
        assert status.status_code == 201, status.text
        assert status.json()["on_device"] == on_device
        [certificate] = ca.http.get("/people?find=jana", headers=ca.authorised).json()
        numbers = [card["card_number"] for card in certificate["cards"]]
        assert numbers == ([client.card.profile.token.serial] if on_device else [])


_CONFIGURATION = """\
# A text can have the form that the schema asks for and still be no PKCS#10 that can be read: that is a 400.
[checks]
positive_data_acceptance.expected-statuses = ["2xx", "400", "401", "403", "404", "409"]
"""


def test_schemathesis_finds_what_is_documented(ca: RunningCa, tmp_path: Path) -> None:
    """All checks of Schemathesis on every operation, with a token, so that nothing is hidden behind a 401."""
    ca.issued()
    hooks = "tests.clients.schemathesis_hooks"
    said = judged(f"{ca.url}/openapi.json", ca.operator["Authorization"], _CONFIGURATION, tmp_path, hooks=hooks)
    assert len(ca.listed("/requests")) > 1, "nothing that was sent was a request that the CA takes"
    assert re.search(r"Operations: +(\d+) selected / \1 total", said)


def test_the_command_runs_a_ca(tmp_path: Path) -> None:
    """`cardtools-ca`, from nothing to a certificate."""
    command = Path(sys.executable).with_name("cardtools-ca")
    folder = tmp_path / "ca"
    told(command, "init", folder)
    run = [str(command), "run", str(folder), "--port", "0", "--auto"]
    with subprocess.Popen(run, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        try:
            url = running.stdout.readline().strip()
            assert re.fullmatch(r"http://127\.0\.0\.1:\d+", url)
            assert told("curl", "-sSf", f"{url}/crl/public", "--output", tmp_path / "crl") == ""
            issuer = told("openssl", "crl", "-in", tmp_path / "crl", "-noout", "-issuer")
            assert "TEST Stuntcard Training Public CA" in issuer
        finally:
            running.terminate()
    assert running.returncode in (0, -15)
