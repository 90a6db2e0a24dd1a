"""The blank card, made up with OpenSC's programs: its codes, how to give them, and what makes a signature right."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from tests.clients.desk import Desk, desk_with_own_socket

USER_PIN, USER_PUK = "11111111", "22222222"
SO_PIN, SO_PUK = "00000000", "99999999"
LOG_IN = ("--login", "--pin", USER_PIN)
MAKE = ("--auth-id", "01", "--pin", USER_PIN)

INITIAL = "07" * 16
"""Where block ciphers start from, in hexadecimal."""


@contextmanager
def made_up_desk() -> Iterator[Desk]:
    """A desk with a blank card that has got PIN and SO PIN, and is activated."""
    with desk_with_own_socket("blank") as desk:
        make_up(desk)
        yield desk


def make_up(desk: Desk) -> None:
    """Gives an empty card PIN and SO PIN, and activates it."""
    desk.tool("pkcs15-init", "--create-pkcs15", "--so-pin", SO_PIN, "--so-puk", SO_PUK)
    desk.tool(
        "pkcs15-init", "--store-pin", "--id", "01", "--label", "PIN", "--pin", USER_PIN, "--puk", USER_PUK,
        "--so-pin", SO_PIN,
    )  # fmt: skip
    desk.tool("pkcs15-init", "--finalize")


def signs(desk: Desk, identifier: str, pin: str, kind: str, token: str | None = None) -> None:
    """A signature by the card, over SHA-256, is right in OpenSSL's eyes."""
    desk.signs(identifier, pin, token, "SHA256-RSA-PKCS" if kind.startswith("rsa") else "ECDSA-SHA256")
