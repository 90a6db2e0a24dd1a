"""The CA's own credentials for the address at which it runs: found in its file, or made and kept there.

The keys last; the certificates that name the CA's address are made again when it runs at another one.
"""

from __future__ import annotations

import sqlite3
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import serialization

from cardtools.ca.pki.authority import Authority
from cardtools.ca.pki.credentials import Credential, Purpose, load_key
from cardtools.ca.pki.own_certificates import make_certificate
from cardtools.ca.pki.serial_numbers import hexadecimal
from cardtools.ca.store import own_certificate_rows


def authority_at(url: str, keys: Path, connection: sqlite3.Connection, at: datetime) -> Authority:
    """The CA at its address, with the keys in that folder. Raises CaError."""

    def own(purpose: Purpose, place: str, issuer: Credential | None) -> Credential:
        key = load_key(keys, purpose)
        kept = own_certificate_rows.newest(connection, purpose, place)
        if kept is not None:
            return Credential(x509.load_der_x509_certificate(kept), key)
        certificate = make_certificate(purpose, key, issuer, place, at)
        der = certificate.public_bytes(serialization.Encoding.DER)
        own_certificate_rows.add(connection, hexadecimal(certificate.serial_number), purpose, place, der)
        return Credential(certificate, key)

    root = own(Purpose.ROOT, "", None)
    issuing = own(Purpose.ISSUING, url, root)
    return Authority(url, root, issuing, own(Purpose.OCSP, url, issuing), own(Purpose.TIME_STAMPING, url, issuing))
