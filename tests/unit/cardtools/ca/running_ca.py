"""A CA that runs, and people who ask: what the tests of the CA share."""

from __future__ import annotations

import atexit
import contextlib
import functools
import itertools
import shutil
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from cardtools.ca import times
from cardtools.ca.app import create_app
from cardtools.ca.office import roles, service
from cardtools.ca.office.roles import Role
from cardtools.ca.office.service import Service
from cardtools.ca.settings import Limits, MailServer, Rate, Settings
from cardtools.ca.web.server import LOOPBACK, Server, listening
from cardtools.common.protocol import Applicant, Attestation, CertificateProfile
from cardtools.common.terms import KeyOrigin
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from tests.unit.cardtools.ca.cards import AttestingCard, Issuer
from tests.unit.cardtools.ca.keys import PrivateKey, new_key, pem, pkcs10, proof, public_der

QUALIFIED_AREAS = {"proid-q": "cc", "tokenme": "general"}
UNLIMITED = Rate(at_once=1_000_000, per_second=1_000_000)
NO_LIMITS = Limits(asking=UNLIMITED, anything=UNLIMITED, wrong_tokens=UNLIMITED)

JANA = Applicant(name="Jana Nováková", e_mail="jana@example.org")
PETR = Applicant(name="Petr Dvořák", e_mail="petr@example.org")

_PATIENCE = 60


class Clock:
    """The time; it can be set forward."""

    def __init__(self) -> None:
        self._ahead = timedelta()

    def __call__(self) -> datetime:
        return times.now() + self._ahead

    def forward(self, **by: float) -> None:
        self._ahead += timedelta(**by)


@dataclass(frozen=True)
class RunningCa:
    """A CA that serves HTTP on this machine."""

    url: str
    http: httpx.Client
    service: Service
    clock: Clock
    issuer: Issuer
    operator: dict[str, str]
    """The header with an operator's token."""
    authorised: dict[str, str]

    def card(self, number: str = "0001", profile: str = "proid-q") -> AttestingCard:
        return AttestingCard(self.issuer, profile, number)

    def nonce(self) -> bytes:
        answer = self.http.post("/challenges")
        assert answer.status_code == 201, answer.text
        return bytes.fromhex(answer.json()["nonce"])

    def body(
        self,
        key: PrivateKey,
        *,
        profile: CertificateProfile = CertificateProfile.QUALIFIED,
        who: Applicant = JANA,
        attestation: Attestation | None = None,
    ) -> dict[str, Any]:
        return {
            "profile": profile,
            "applicant": who.model_dump(),
            "pkcs10": pem(pkcs10(key)),
            "attestation": attestation and attestation.model_dump(),
        }

    def ask(
        self,
        key: PrivateKey | None = None,
        *,
        card: AttestingCard | None = None,
        area: str = "cc",
        origin: KeyOrigin = KeyOrigin.MADE,
        profile: CertificateProfile = CertificateProfile.QUALIFIED,
        who: Applicant = JANA,
    ) -> httpx.Response:
        """Asks for a certificate; with a card, its statement goes along."""
        key = key or new_key()
        stated = None if card is None else card.attest(public_der(key), self.nonce(), area=area, origin=origin)
        body = self.body(key, profile=profile, who=who, attestation=stated)
        return self.http.post("/requests", json=body)

    def issued(self, key: PrivateKey | None = None, **asked: Any) -> dict[str, Any]:
        """The certificate that asking led to, issued by the operator where the CA does not do so by itself."""
        answer = self.ask(key, **asked)
        assert answer.status_code == 201, answer.text
        if answer.json()["state"] == "pending":
            self.issue(answer.json()["id"])
        certificate = self.http.get(f"/requests/{answer.json()['id']}/certificate")
        assert certificate.status_code == 200, certificate.text
        found: dict[str, Any] = certificate.json()
        return found

    def renew(
        self, serial: str, old: PrivateKey, new: PrivateKey, card: AttestingCard | None = None, **instead: str
    ) -> httpx.Response:
        """Asks for the follow-on of a certificate; with `instead`, fields that the body has instead."""
        request = pkcs10(new)
        body = {"old_serial": serial, "pkcs10": pem(request), "proof": proof(old, request)}
        stated = {} if card is None else {"attestation": card.attest(public_der(new), self.nonce()).model_dump()}
        return self.http.post("/renewals", json=body | stated | instead)

    def operate(self, path: str, **body: str) -> httpx.Response:
        """A call of the operator's."""
        return self.http.post(path, headers=self.operator, json=body or None)

    def listed(self, path: str) -> list[dict[str, Any]]:
        """What the operator is told in a list."""
        found: list[dict[str, Any]] = self.http.get(path, headers=self.operator).json()
        return found

    def issue(self, request: str) -> dict[str, Any]:
        answer = self.operate(f"/requests/{request}/issue")
        assert answer.status_code == 200, answer.text
        issued: dict[str, Any] = answer.json()
        return issued

    def revoke(self, serial: str) -> None:
        answer = self.http.post(f"/certificates/{serial}/revoke", headers=self.authorised)
        assert answer.status_code == 200, answer.text

    def is_revoked(self, serial: str) -> bool:
        return self.http.get(f"/certificates/{serial}").json()["revoked"] is not None

    def undo_bond(self, card: AttestingCard) -> httpx.Response:
        return self.http.delete(f"/cards/{card.profile}/{card.number}/bond", headers=self.operator)

    def ask_to_undo_bond(self, card: AttestingCard) -> httpx.Response:
        path = f"/cards/{card.profile}/{card.number}/bond/undo-requests"
        return self.http.post(path, headers=self.authorised)

    def bond(self, card: AttestingCard) -> httpx.Response:
        return self.http.get(f"/cards/{card.profile}/{card.number}/bond", headers=self.authorised)

    def audit(self) -> list[tuple[str, str, str, str]]:
        """Who, act, subject and outcome of each entry."""
        return [(e.who, e.act, e.subject, e.outcome) for e in self.service.audit.entries()]


def certificate_of(issued: Mapping[str, str]) -> x509.Certificate:
    """The certificate in what the CA tells of one."""
    return x509.load_pem_x509_certificate(issued["pem"].encode())


def refused(answer: httpx.Response) -> tuple[int, str]:
    """Status and problem of a refusal, whose body has its one form."""
    body = answer.json()
    assert set(body) == {"problem", "detail"}
    assert body["detail"]
    return answer.status_code, body["problem"]


@functools.cache
def made_ca() -> Path:
    """A CA's folder to copy: making keys takes a while."""
    folder = Path(tempfile.mkdtemp(prefix="stuntcard-ca-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    service.create(folder / "ca")
    return folder / "ca"


def new_folder(parent: Path) -> Path:
    """The folder of a new CA."""
    folder = next(path for number in itertools.count() if not (path := parent / f"ca-{number}").exists())
    shutil.copytree(made_ca(), folder)
    return folder


def settings_for(parent: Path, issuer: Issuer, url: str = "http://127.0.0.1:8629") -> Settings:
    """Settings of a new CA that knows the issuer."""
    folder = new_folder(parent)
    issuers = parent / f"{folder.name}-issuers.pem"
    issuers.write_bytes(issuer.certificate.public_bytes(serialization.Encoding.PEM))
    return Settings(
        folder=folder, url=url, attestation_issuers=issuers, qualified_areas=QUALIFIED_AREAS, limits=NO_LIMITS
    )


@contextlib.contextmanager
def serving(
    settings: Settings, clock: Clock | None = None, trusted_proxies: Sequence[str] = ()
) -> Iterator[tuple[str, Service]]:
    """Serves a CA on a free port of this machine: its address, and the service behind it."""
    with listening(LOOPBACK, 0) as (listener, url):
        application = create_app(replace(settings, url=url), clock or Clock())
        started = threading.Event()
        server = Server(application, settings.limits, started.set, trusted_proxies=trusted_proxies)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            assert started.wait(_PATIENCE)
            yield url, application.state.service
        finally:
            server.end()
            thread.join(_PATIENCE)
            assert not thread.is_alive()


@contextlib.contextmanager
def running_ca(
    parent: Path,
    *,
    automatic: bool = False,
    limits: Limits = NO_LIMITS,
    issuers: Path | None = None,
    mail_server: MailServer | None = None,
) -> Iterator[RunningCa]:
    """A new CA that runs, with an operator and an authorised person; knows the issuers of cards in the file."""
    issuer, clock = Issuer(), Clock()
    settings = replace(settings_for(parent, issuer), automatic=automatic, limits=limits, mail_server=mail_server)
    if issuers is not None:
        settings = replace(settings, attestation_issuers=issuers)
    # No TLS here, and loading the machine's certificates for it takes longer than most tests.
    with (
        serving(settings, clock) as (url, opened),
        httpx.Client(base_url=url, timeout=_PATIENCE, verify=False, trust_env=False) as client,
    ):
        tokens = [
            {"Authorization": f"Bearer {roles.add(opened, name, role, 'test')}"}
            for name, role in (("Olga", Role.OPERATOR), ("Adam", Role.AUTHORISED))
        ]
        yield RunningCa(url, client, opened, clock, issuer, *tokens)
