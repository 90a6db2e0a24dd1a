"""A desk with the enrolment client: processes of their own that reach the card, and a CA that is really there."""

from __future__ import annotations

import atexit
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from shutil import copytree, rmtree
from typing import Any

import pytest
from cardtools.ca.office import certificates, requests
from cardtools.ca.office.service import Service
from cardtools.ca.pki.reasons import RevocationReason
from cardtools.ca.settings import Settings
from cardtools.common.protocol import Applicant, CertificateProfile, CertificateRequest
from cardtools.enrol.ca_client import CaClient
from cardtools.enrol.files.settings import change_setting
from cryptography import x509
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12
from stuntcard.applets.registry import APPLETS
from stuntcard.card.card import Card
from stuntcard.card.content import Content
from stuntcard.card.pkcs15 import EF_TOKEN_INFO
from stuntcard.profile.load import load_profile
from stuntcard.profile.serial import with_serial
from stuntcard.readers.slot import Slot
from stuntcard.running.pcsc import reader_name

from tests.clients.certificates import new_key
from tests.clients.desk import PIN, QPIN, Desk, WatchedCard, desk_before
from tests.clients.opensc import SOCKET_VARIABLE
from tests.clients.terminal import run_at_terminal
from tests.unit.cardtools.ca.keys import pem, pkcs10
from tests.unit.cardtools.ca.running_ca import made_ca, serving

PATIENCE = 60
REQUEST_ID = re.compile(r"BP[0-9]{10}")
JANA = ("--name", "Jana Nováková", "--e-mail", "jana@example.com")
_OPERATOR = "the test's operator"


@dataclass(frozen=True, slots=True)
class TrainingCa:
    """A CA that serves HTTP on loopback, and whoever works there."""

    url: str
    service: Service

    def issue(self, request_id: str) -> str:
        """Issues the certificate to a request; gives its serial number in hexadecimal."""
        serial = requests.issue(self.service, request_id, _OPERATOR).serial
        assert serial is not None
        return serial

    def refuse(self, request_id: str, reason: str) -> None:
        requests.refuse(self.service, request_id, reason, _OPERATOR)

    def revoke(self, serial: str) -> None:
        certificates.revoke(self.service, serial, RevocationReason.UNSPECIFIED, _OPERATOR)

    def requests(self) -> int:
        """How many requests it has."""
        return len(requests.listed(self.service, None))


@contextmanager
def training_ca(folder: Path, kept: Path | None = None) -> Iterator[TrainingCa]:
    """A CA whose operator issues by hand: a new one, or one that knows what another has kept in its folder."""
    home = copytree(kept or made_ca(), folder / "ca")
    with serving(Settings(folder=home, url="")) as (url, service):
        yield TrainingCa(url, service)


@dataclass(frozen=True, slots=True)
class Run:
    """What a run of the client ended with and wrote."""

    status: int
    out: str
    err: str


@dataclass(frozen=True, slots=True)
class Client:
    """The enrolment client at a desk, with a folder of its own for what it remembers."""

    desk: Desk
    slot: Slot
    home: Path
    ca_url: str

    # Runs

    def run(self, *arguments: str, codes: Sequence[str] = (), language: str = "en") -> Run:
        """Runs the client; codes come by its standard input, a line each."""
        return finished(self.start(*arguments, codes=codes, language=language), codes)

    def start(self, *arguments: str, codes: Sequence[str] = (), language: str = "en") -> subprocess.Popen[str]:
        """Starts the client, and does not wait."""
        return subprocess.Popen(
            [*self.command(*arguments), *(("--stdin",) if codes else ())],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=self.desk.folder,
            env=self.environment(language),
        )

    def done(self, *arguments: str, codes: Sequence[str] = (), language: str = "en") -> str:
        """Has the client do something, which must be done; gives what it writes."""
        run = self.run(*arguments, codes=codes, language=language)
        assert run.status == 0, f"enrol {' '.join(arguments)} ended with {run.status}:\n{run.out}{run.err}"
        assert "Traceback" not in run.err
        return run.out

    def refused(self, *arguments: str, codes: Sequence[str] = (), language: str = "en", status: int = 1) -> str:
        """Has the client do something, which must fail with this status; gives what it says to that."""
        run = self.run(*arguments, codes=codes, language=language)
        assert run.status == status, f"enrol {' '.join(arguments)} ended with {run.status}:\n{run.out}{run.err}"
        assert "Traceback" not in run.err
        assert not any(code in run.out + run.err for code in codes)
        return run.err

    def at_terminal(self, *arguments: str, typing: Sequence[tuple[str, str]], status: int = 0) -> str:
        """Has the client do something for somebody who types at a wide terminal; gives what is shown."""
        settings = [f"{name}={value}" for name, value in {**self.environment("en"), "COLUMNS": "200"}.items()]
        command = ["env", "-i", f"--chdir={self.desk.folder}", *settings, *self.command(*arguments)]
        run = run_at_terminal(command, typing, PATIENCE)
        assert run.returncode == status, run.stdout
        return run.stdout

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "cardtools.enrol", *arguments]

    def environment(self, language: str) -> dict[str, str]:
        return {
            **{name: value for name, value in os.environ.items() if not name.startswith("LC_")},
            "LANG": f"{language}_XX.UTF-8",
            "PYTHONUTF8": "1",
            "ENROL_HOME": str(self.home),
            "HOME": str(self.desk.folder),
            SOCKET_VARIABLE: str(self.desk.socket),
        }

    # What holders do all the time

    def request(self, profile: CertificateProfile = CertificateProfile.QUALIFIED, *who: str) -> str:
        """Asks for a first certificate; gives the request's number."""
        codes = (PIN,) if profile is CertificateProfile.COMMERCIAL or not self.has_qpin else (PIN, QPIN)
        return request_id(self.done("request", profile.value, *(who or JANA), codes=codes))

    def renew(self, serial: str) -> str:
        """Asks for the follow-on of a qualified certificate; gives the request's number."""
        return request_id(self.done("renew", "--serial", f"0x{serial}", codes=self.qualified_codes))

    def install(self, request: str) -> str:
        return self.done("install", request, codes=(PIN,))

    def certificate(self, ca: TrainingCa, profile: CertificateProfile = CertificateProfile.QUALIFIED) -> str:
        """A first certificate, from the request to the card; gives its serial number."""
        request = self.request(profile)
        serial = ca.issue(request)
        self.install(request)
        return serial

    @property
    def has_qpin(self) -> bool:
        return "qpin" in self.desk.seen.codes

    @property
    def qualified_codes(self) -> tuple[str, ...]:
        return (PIN, QPIN) if self.has_qpin else (PIN,)

    def serials(self) -> list[str]:
        """The serial numbers of the certificates on the card, in hexadecimal."""
        found: list[dict[str, Any]] = json.loads(self.done("serial", "--json"))
        return [one["serial_hex"] for one in found]

    def pending(self) -> list[str]:
        """The requests that the client remembers."""
        return sorted(path.stem for path in (self.home / "requests").glob("BP*.json"))


def finished(process: subprocess.Popen[str], codes: Sequence[str]) -> Run:
    """Waits for a run of the client, giving it codes."""
    try:
        out, err = process.communicate("".join(f"{code}\n" for code in codes), timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        raise
    return Run(process.returncode, out, err)


def request_id(text: str) -> str:
    """The number of a request in what the client wrote."""
    found: set[str] = set(REQUEST_ID.findall(text))
    [only] = found
    return only


@contextmanager
def client_at_desk(
    ca_url: str, profile: str = "proid-q", serial: str | None = None, content: Content | None = None
) -> Iterator[Client]:
    """The client at a desk with a card, a fresh one unless it has content already, set to a CA."""
    model = load_profile(profile)
    card = WatchedCard(Card(model if serial is None else with_serial(model, serial), APPLETS, content))
    slot = Slot(card)
    with desk_before({reader_name(card.card.profile): slot}, card) as desk:
        home = desk.folder / "enrol"
        change_setting(home, "ca-url", ca_url)
        yield Client(desk, slot, home, ca_url)


def beginning_with(*certificates: CertificateProfile) -> pytest.MarkDecorator:
    """The card and the CA of a test have these first certificates already."""
    return pytest.mark.parametrize("begun", [certificates], indirect=True, ids=[f"{len(certificates)} there"])


@dataclass(frozen=True, slots=True)
class Holding:
    """Where a test begins: a card with certificates, and what the CA that issued them has kept in its folder."""

    profile: str
    content: Content | None = None
    ca: Path | None = None
    serials: tuple[str, ...] = ()
    """Of the certificates, in hexadecimal, in the order in which they were asked for."""


@cache
def holding(profile: str, *certificates: CertificateProfile) -> Holding:
    """A card with these first certificates, which the client has asked for and installed; once in each process."""
    if not certificates:
        return Holding(profile)
    begun = holding(profile, *certificates[:-1])
    folder = Path(tempfile.mkdtemp(prefix="stuntcard-holding-"))
    atexit.register(rmtree, folder, ignore_errors=True)
    with training_ca(folder, begun.ca) as ca, client_at_desk(ca.url, profile, content=begun.content) as client:
        serial = client.certificate(ca, certificates[-1])
        content = client.desk.card.content
    return Holding(profile, content, folder / "ca", (*begun.serials, serial))


def certificate_in_file(ca: TrainingCa, file: Path, password: str) -> str:
    """A commercial certificate of Jana's whose key was made in software, as PKCS#12; gives its serial number."""
    key, applicant = new_key("rsa"), Applicant(name="Jana Nováková", e_mail="jana@example.com")
    request = CertificateRequest(profile=CertificateProfile.COMMERCIAL, applicant=applicant, pkcs10=pem(pkcs10(key)))
    asked = CaClient(ca.url).request(request)
    serial = ca.issue(asked.id)
    certificate = x509.load_pem_x509_certificate(CaClient(ca.url).certificate_of(asked.id).pem.encode())
    lock = BestAvailableEncryption(password.encode())
    file.write_bytes(pkcs12.serialize_key_and_certificates(b"old", key, certificate, None, lock))
    return serial


def content_of(desk: Desk) -> dict[str, object]:
    """Everything that a holder could find changed on the card: keys, places, codes, files.

    EF.TokenInfo is left out, where OpenSC notes the time of the last change.
    """
    seen = desk.seen
    files = {path.hex(): file for path, file in desk.card.files.files.items() if path != EF_TOKEN_INFO}
    return {"keys": seen.keys, "areas": seen.areas, "codes": seen.codes, "files": files}
