"""A CA, and those who write signed e-mails to it. The e-mails are signed by OpenSSL's own programs."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from cardtools.common.protocol import Applicant, CertificateProfile
from cryptography.hazmat.primitives import serialization

from tests.unit.cardtools.ca.keys import PrivateKey, new_key
from tests.unit.cardtools.ca.running_ca import JANA, RunningCa, refused

ADAM = Applicant(name="Adam Malý", e_mail="adam@example.org")

PLAIN_TEXT = "Content-Type: text/plain; charset=utf-8\n\n"
STRANGER = (400, "bad-signature")
NOT_ALLOWED = (403, "not-allowed")
UNREADABLE = (400, "bad-request")


@dataclass(frozen=True)
class Signer:
    """Someone with a key and a certificate, in files."""

    folder: Path
    serial: str = ""

    def sign(
        self, text: str, *options: str, program: str = "cms", sender: str = ADAM.e_mail, head: str = PLAIN_TEXT
    ) -> bytes:
        """An e-mail, as `openssl cms` or `openssl smime` makes it."""
        (self.folder / "text").write_bytes((head + text).encode())
        command = ["openssl", program, "-sign", "-signer", "certificate.pem", "-inkey", "key.pem", "-in", "text"]
        command += ["-from", sender, "-to", "ca@example.org", "-subject", "A card to hand over", *options]
        return subprocess.run(command, cwd=self.folder, check=True, capture_output=True).stdout


def signer_in(parent: Path, key: PrivateKey, pem: str, serial: str = "") -> Signer:
    folder = parent / f"signer-{serial or 'foreign'}"
    folder.mkdir()
    (folder / "certificate.pem").write_text(pem)
    (folder / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return Signer(folder, serial)


@dataclass(frozen=True)
class Office:
    """A CA, and the authorised person who writes to it."""

    ca: RunningCa
    folder: Path
    adam: Signer

    def signer(self, key: PrivateKey | None = None, **asked: Any) -> Signer:
        """Someone with a certificate of this CA."""
        key = key or new_key()
        certificate = self.ca.issued(key, **{"profile": CertificateProfile.COMMERCIAL, "who": ADAM} | asked)
        return signer_in(self.folder, key, certificate["pem"], certificate["serial"])

    def send(self, raw: bytes) -> httpx.Response:
        return self.ca.http.post("/mail", content=raw, headers={"Content-Type": "message/rfc822"})

    def refuses(self, raw: bytes, expected: tuple[int, str], why: str, *untouched: str) -> None:
        """Sends an e-mail that is refused for this reason, with these certificates as valid as before."""
        answer = self.send(raw)
        assert refused(answer) == expected
        assert why in answer.json()["detail"]
        assert [serial for serial in untouched if self.ca.is_revoked(serial)] == []

    def last_audited(self) -> tuple[str, str, str]:
        """Who, act and outcome of the last entry."""
        who, act, _, outcome = self.ca.audit()[-1]
        return who, act, outcome


def naming(serial: str, name: str = JANA.name) -> str:
    return f"Dear CA,\n\nplease revoke this one.\n\nApplicant: {name}\nSerial: {serial}\n"
