"""Nonces for cards' statements. The CA keeps none of those that it gives out, so that nobody can fill it with them.

A nonce says when it expires, and carries a code (HMAC, RFC 2104) that only the CA can make. What is kept, until it
expires, is a nonce that a believed statement has answered: it is not answered twice.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import sqlite3
from datetime import UTC, datetime, timedelta

from cardtools.ca.office.service import Service
from cardtools.ca.store import challenge_rows
from cardtools.common.protocol import Challenge

_TIME_BYTES, _RANDOM_BYTES, _CODE_BYTES = 6, 10, 16
"""32 bytes together, which is as many as a card takes (docs/manage-applet.md)."""
_BODY_BYTES = _TIME_BYTES + _RANDOM_BYTES


def challenge(service: Service) -> Challenge:
    """A new nonce."""
    expires = service.clock() + timedelta(seconds=service.settings.challenge_seconds)
    body = int(expires.timestamp()).to_bytes(_TIME_BYTES) + secrets.token_bytes(_RANDOM_BYTES)
    return Challenge(nonce=(body + _code(service, body)).hex(), expires=expires)


def take(service: Service, connection: sqlite3.Connection, nonce: bytes, at: datetime) -> bool:
    """Uses up a nonce. False when the CA did not give it out, when it has expired, or when it was used up before."""
    body, code = nonce[:_BODY_BYTES], nonce[_BODY_BYTES:]
    if not hmac.compare_digest(code, _code(service, body)):
        return False
    expires = datetime.fromtimestamp(int.from_bytes(body[:_TIME_BYTES]), UTC)
    challenge_rows.sweep(connection, at)
    return at < expires and challenge_rows.add_answered(connection, nonce, expires)


def _code(service: Service, body: bytes) -> bytes:
    return hmac.digest(service.nonce_key, body, hashlib.sha256)[:_CODE_BYTES]
