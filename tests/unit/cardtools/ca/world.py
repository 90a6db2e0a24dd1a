"""A CA that runs, cards that attest, and people who ask: what the tests of the CA share."""

from __future__ import annotations

import contextlib
import functools
import itertools
import shutil
import tempfile
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from asn1crypto import parser
from cardtools.ca import times
from cardtools.ca.app import create_app
from cardtools.ca.office import roles, service
from cardtools.ca.office.roles import Role
from cardtools.ca.office.service import Service
from cardtools.ca.settings import Limits, Rate, Settings
from cardtools.ca.web.server import LOOPBACK, Server, listening
from cardtools.common.protocol import Applicant, Attestation, CertificateProfile
from cardtools.common.terms import KeyOrigin
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import NameOID

PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey

QUALIFIED_AREAS = {"proid-q": "cc", "tokenme": "general"}
UNLIMITED = Rate(at_once=1_000_000, per_second=1_000_000)
NO_LIMITS = Limits(asking=UNLIMITED, anything=UNLIMITED, wrong_tokens=UNLIMITED)

JANA = Applicant(name="Jana Nováková", e_mail="jana@example.org")
PETR = Applicant(name="Petr Dvořák", e_mail="petr@example.org")

_LONG_AGO, _FAR_OFF = datetime(2000, 1, 1, tzinfo=UTC), datetime(2099, 1, 1, tzinfo=UTC)
_PATIENCE = 30


class Clock:
    """The time; it can be set forward."""

    def __init__(self) -> None:
        self._ahead = timedelta()

    def __call__(self) -> datetime:
        return times.now() + self._ahead

    def forward(self, **by: float) -> None:
        self._ahead += timedelta(**by)


def new_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def public_der(key: PrivateKey) -> bytes:
    return key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def pkcs10(key: PrivateKey) -> x509.CertificateSigningRequest:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "as the applicant says")])
    return x509.CertificateSigningRequestBuilder().subject_name(subject).sign(key, hashes.SHA256())


def pem(request: x509.CertificateSigningRequest) -> str:
    return request.public_bytes(serialization.Encoding.PEM).decode()


def proof(old: PrivateKey, request: x509.CertificateSigningRequest) -> str:
    """The old key's signature over the new request."""
    data = request.public_bytes(serialization.Encoding.DER)
    if isinstance(old, rsa.RSAPrivateKey):
        return old.sign(data, padding.PKCS1v15(), hashes.SHA256()).hex()
    return old.sign(data, ec.ECDSA(hashes.SHA256())).hex()


def tlv(tag: int, *parts: bytes) -> bytes:
    """A data object with a tag of one byte."""
    encoded: bytes = parser.emit(tag >> 6, tag >> 5 & 1, tag & 0x1F, b"".join(parts))
    return encoded


class Issuer:
    """Someone who certifies the attestation keys of cards."""

    def __init__(self, name: str = "TEST issuer of cards") -> None:
        self.key = new_key()
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self.certificate = self.certify(self.key, self.name, authority=True)

    def certify(
        self, key: ec.EllipticCurvePrivateKey, subject: x509.Name, *, authority: bool = False
    ) -> x509.Certificate:
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self.name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(_LONG_AGO)
            .not_valid_after(_FAR_OFF)
        )
        if authority:
            builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        return builder.sign(self.key, hashes.SHA256())


@dataclass(frozen=True)
class AttestingCard:
    """A card as its `manage` applet shows it (docs/manage-applet.md)."""

    issuer: Issuer
    profile: str = "proid-q"
    number: str = "0001"
    key: ec.EllipticCurvePrivateKey = field(default_factory=new_key)

    @functools.cached_property
    def certificate(self) -> x509.Certificate:
        return self.issuer.certify(
            self.key,
            x509.Name(
                [
                    x509.NameAttribute(NameOID.COMMON_NAME, f"TEST Stuntcard card attestation {self.profile}"),
                    x509.NameAttribute(NameOID.SERIAL_NUMBER, self.number),
                ]
            ),
        )

    def statement(
        self,
        public_key: bytes,
        nonce: bytes,
        *,
        area: str = "cc",
        origin: KeyOrigin = KeyOrigin.MADE,
        other: Mapping[int, bytes] | None = None,
    ) -> bytes:
        """The statement; with `other`, fields by tag that it has instead."""
        fields = {
            0x80: b"\x01",
            0x81: self.profile.encode(),
            0x82: bytes.fromhex(self.number),
            0x83: b"\x05",
            0x84: area.encode(),
            0x85: bytes([origin]),
            0x86: public_key,
            0x87: nonce,
        }
        fields |= other or {}
        return tlv(0xE5, *(tlv(tag, value) for tag, value in sorted(fields.items())))

    def signed(self, statement: bytes) -> Attestation:
        return Attestation(
            statement=statement.hex(),
            signature=self.key.sign(statement, ec.ECDSA(hashes.SHA256())).hex(),
            certificate=self.certificate.public_bytes(serialization.Encoding.DER).hex(),
        )

    def attest(
        self, public_key: bytes, nonce: bytes, *, area: str = "cc", origin: KeyOrigin = KeyOrigin.MADE
    ) -> Attestation:
        return self.signed(self.statement(public_key, nonce, area=area, origin=origin))


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

    def issue(self, request: str) -> dict[str, Any]:
        answer = self.http.post(f"/requests/{request}/issue", headers=self.operator)
        assert answer.status_code == 200, answer.text
        issued: dict[str, Any] = answer.json()
        return issued

    def revoke(self, serial: str) -> None:
        answer = self.http.post(f"/certificates/{serial}/revoke", headers=self.authorised)
        assert answer.status_code == 200, answer.text

    def undo_bond(self, card: AttestingCard) -> httpx.Response:
        return self.http.delete(f"/cards/{card.profile}/{card.number}/bond", headers=self.authorised)

    def bond(self, card: AttestingCard) -> httpx.Response:
        return self.http.get(f"/cards/{card.profile}/{card.number}/bond", headers=self.authorised)

    def audit(self) -> list[tuple[str, str, str, str]]:
        """Who, act, subject and outcome of each entry."""
        return [(e.who, e.act, e.subject, e.outcome) for e in self.service.audit.entries()]


def refused(answer: httpx.Response) -> tuple[int, str]:
    """Status and problem of a refusal, whose body has its one form."""
    body = answer.json()
    assert set(body) == {"problem", "detail"}
    assert body["detail"]
    return answer.status_code, body["problem"]


@functools.cache
def _made_once() -> Path:
    """A CA's folder to copy: making keys takes a while."""
    folder = Path(tempfile.mkdtemp()) / "ca"
    service.create(folder)
    return folder


def new_folder(parent: Path) -> Path:
    """The folder of a new CA."""
    folder = next(path for number in itertools.count() if not (path := parent / f"ca-{number}").exists())
    shutil.copytree(_made_once(), folder)
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
def serving(settings: Settings, clock: Clock | None = None) -> Iterator[tuple[str, Service]]:
    """Serves a CA on a free port of this machine: its address, and the service behind it."""
    with listening(LOOPBACK, 0) as (listener, url):
        application = create_app(replace(settings, url=url), clock or Clock())
        started = threading.Event()
        server = Server(application, started.set)
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
    parent: Path, *, automatic: bool = False, limits: Limits = NO_LIMITS, issuers: Path | None = None
) -> Iterator[RunningCa]:
    """A new CA that runs, with an operator and an authorised person; knows the issuers of cards in the file."""
    issuer, clock = Issuer(), Clock()
    settings = replace(settings_for(parent, issuer), automatic=automatic, limits=limits)
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
