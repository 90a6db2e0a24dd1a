"""What no JSON Schema can say of the CA's messages: hooks for Schemathesis, loaded by test_ca.py."""

from __future__ import annotations

from typing import Any

import schemathesis

from tests.unit.cardtools.ca.keys import new_key, pem, pkcs10

schemathesis.serializer("message/rfc822", "application/ocsp-request", "application/timestamp-query")(
    lambda _context, value: value
)

_TAKEN_OF = 2
"""Of so many requests, one is left as generated."""


@schemathesis.hook
def map_body(_context: schemathesis.HookContext, body: Any) -> Any:
    """Puts a PKCS#10 that can be read where a text of the right form stands, in every other body."""
    if isinstance(body, dict) and isinstance(body.get("pkcs10"), str) and len(body["pkcs10"]) % _TAKEN_OF:
        return body | {"pkcs10": pem(pkcs10(new_key()))}
    return body
