"""A CA that is open: what its services work on."""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import serialization

from cardtools.ca.errors import CaError
from cardtools.ca.office.audit import AuditLog
from cardtools.ca.office.own_credentials import authority_at
from cardtools.ca.pki import attestation
from cardtools.ca.pki.authority import Authority
from cardtools.ca.pki.credentials import Credential, make_keys
from cardtools.ca.settings import Settings
from cardtools.ca.store import database, setting_rows
from cardtools.ca.store.database import Database
from cardtools.ca.times import Clock, now

_DATABASE = "ca.db"
_KEYS = "keys"
_URL = "url"
_NONCE_KEY, _NONCE_KEY_BYTES = "nonce-key", 32
_ADDRESS = r"https?://[!-~]+[^/]"
"""What certificates can name: ASCII without spaces."""


@dataclass(frozen=True, slots=True)
class Service:
    """Everything that an act of the CA needs."""

    settings: Settings
    database: Database
    authority: Authority
    attestation_issuers: Sequence[x509.Certificate]
    audit: AuditLog
    clock: Clock
    nonce_key: bytes = field(repr=False)
    """What tells the nonces that this CA gave out."""


def create(folder: Path) -> None:
    """Makes the folder of a new CA: private, with its keys and an empty file. Raises CaError."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise CaError("ca-not-empty", folder=str(folder))
        folder.chmod(0o700)
        make_keys(folder / _KEYS)
        database.create(folder / _DATABASE)
    except OSError as error:
        raise CaError("ca-not-made", folder=str(folder), why=str(error.strerror)) from error


def last_url(folder: Path) -> str | None:
    """The address at which the CA ran last; None when it never did. Raises CaError."""
    with Database(folder / _DATABASE).reading() as connection:
        return setting_rows.get(connection, _URL)


def open_service(settings: Settings, clock: Clock = now) -> Service:
    """Opens a CA at its address. Its certificates are laid into its folder, for people to use. Raises CaError."""
    if not re.fullmatch(_ADDRESS, settings.url):
        raise CaError("ca-no-url", url=str(settings.url))
    try:
        issuers = attestation.load_issuers(settings.attestation_issuers.read_bytes())
    except (OSError, ValueError) as error:
        raise CaError("ca-card-issuers", file=str(settings.attestation_issuers), why=str(error)) from error
    file = Database(settings.folder / _DATABASE)
    with file.transaction() as connection:
        authority = authority_at(settings.url, settings.folder / _KEYS, connection, clock())
        setting_rows.put(connection, _URL, settings.url)
        nonce_key = setting_rows.get(connection, _NONCE_KEY) or secrets.token_hex(_NONCE_KEY_BYTES)
        setting_rows.put(connection, _NONCE_KEY, nonce_key)
    _lay_out(settings.folder, authority)
    return Service(settings, file, authority, issuers, AuditLog(file, clock), clock, bytes.fromhex(nonce_key))


def _lay_out(folder: Path, authority: Authority) -> None:
    """Lays the certificates of root and issuing CAs into the CA's folder; those of all that issue together, too."""
    files = {name.value: _pem(ca.issuing) for name, ca in authority.cas.items()}
    files |= {"issuing": b"".join(files.values()), "root": _pem(authority.root)}
    for name, pem in files.items():
        (folder / f"{name}.pem").write_bytes(pem)


def _pem(credential: Credential) -> bytes:
    return credential.certificate.public_bytes(serialization.Encoding.PEM)
