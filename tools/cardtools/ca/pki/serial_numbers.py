"""Serial numbers of certificates, as `protocol.Serial` has them: upper-case hexadecimal without leading zeros."""

from __future__ import annotations

import re

_SERIAL = re.compile(r"[0-9A-F]{1,40}")
_SEPARATORS = re.compile(r"[\s:]")


def hexadecimal(serial: int) -> str:
    """A serial number out of a certificate."""
    return f"{serial:X}"


def serial_in(text: str) -> str | None:
    """A serial number out of the way people write it; None when it is none."""
    serial = _SEPARATORS.sub("", text).upper().lstrip("0")
    return serial if _SERIAL.fullmatch(serial) else None
