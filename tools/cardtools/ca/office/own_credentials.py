"""The CA's own credentials for the address at which it runs: found in its file, or made and kept there.

The keys last; the certificates that name the CA's address are made again when it runs at another one.
"""

from __future__ import annotations

import sqlite3
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import serialization

from cardtools.ca.pki.authority import Authority, IssuingAuthority
from cardtools.ca.pki.credentials import Credential, Purpose, load_key, make_later_keys
from cardtools.ca.pki.own_certificates import make_certificate
from cardtools.ca.pki.serial_numbers import hexadecimal
from cardtools.ca.store import own_certificate_rows
from cardtools.common.terms import IssuingCa


def authority_at(url: str, keys: Path, connection: sqlite3.Connection, at: datetime) -> Authority:
    """The CA at its address, with the keys in that folder. Raises CaError."""
    make_later_keys(keys)

    def own(purpose: Purpose, place: str, issuer: Credential | None) -> Credential:
        key = load_key(keys, purpose)
        kept = own_certificate_rows.newest(connection, purpose, place)
        if kept is not None:
            certificate = x509.load_der_x509_certificate(kept)
            if issuer is None or certificate.issuer == issuer.certificate.subject:
                return Credential(certificate, key)
        certificate = make_certificate(purpose, key, issuer, place, at)
        der = certificate.public_bytes(serialization.Encoding.DER)
        own_certificate_rows.add(connection, hexadecimal(certificate.serial_number), purpose, place, der)
        return Credential(certificate, key)

    def issuing(purpose: Purpose, responder: Purpose) -> IssuingAuthority:
        ca = own(purpose, url, root)
        return IssuingAuthority(ca, own(responder, url, ca))

    root = own(Purpose.ROOT, "", None)
    cas = {
        IssuingCa.PUBLIC: issuing(Purpose.PUBLIC, Purpose.PUBLIC_OCSP),
        IssuingCa.QUALIFIED: issuing(Purpose.QUALIFIED, Purpose.QUALIFIED_OCSP),
    }
    single = _single(keys, connection)
    if single is not None:
        cas[IssuingCa.SINGLE] = single
    return Authority(url, root, cas, own(Purpose.TIME_STAMPING, url, cas[IssuingCa.QUALIFIED].issuing))


def _single(keys: Path, connection: sqlite3.Connection) -> IssuingAuthority | None:
    """The CA that issued everything before there were two, with the newest of its certificates; where there was one."""
    found = [
        (purpose, own_certificate_rows.newest_anywhere(connection, purpose))
        for purpose in (Purpose.SINGLE, Purpose.SINGLE_OCSP)
    ]
    credentials = [
        Credential(x509.load_der_x509_certificate(der), load_key(keys, purpose))
        for purpose, der in found
        if der is not None
    ]
    return IssuingAuthority(*credentials) if len(credentials) == len(found) else None
