"""Commands for a ProID+Q as a program sends them that knows no file system: byte by byte."""

from __future__ import annotations

from tests.clients.desk import PIN, QPIN

VERIFY_PIN = "0020000108" + PIN.encode().hex()
VERIFY_QPIN = "0020000308" + QPIN.encode().hex()
MAKE_RSA_KEY = ("00224100068001F384010F", "0046420000")
"""A key that no directory names."""
