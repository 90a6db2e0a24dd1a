"""What can be set about a CA, and what holds when nothing is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cardtools.common.devices import devices

ATTESTATION_ISSUERS = Path(__file__).parent / "pki" / "attestation_issuers.pem"
"""Who certifies the attestation keys of cards: for Stuntcard's cards, its one test issuer."""


@dataclass(frozen=True, slots=True)
class Rate:
    """So many calls at once, and then so many a second."""

    at_once: int
    per_second: float


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one client may ask of the CA, and how much the CA holds. A client is an address, or an IPv6 /64."""

    asking: Rate = Rate(at_once=60, per_second=2)
    """Challenges, requests, renewals and e-mails, for each client address."""
    anything: Rate = Rate(at_once=600, per_second=60)
    """Every call, for each client address."""
    wrong_tokens: Rate = Rate(at_once=10, per_second=0.2)
    """Bearer tokens that are wrong, for each client address."""
    waiting: int = 400
    """Connections on which no whole call has arrived; one more closes the one that has waited longest."""
    waiting_of_a_client: int = 200
    """The same, of one client."""
    calls: int = 200
    """Calls that are being answered at a time."""
    calls_of_a_client: int = 50
    """The same, of one client."""
    head_seconds: float = 10
    """Within which the head of a call must have arrived."""
    body: int = 256 * 1024
    """Bytes in the body of a call."""
    body_seconds: float = 10
    """Within which a body must have arrived."""
    answer_seconds: float = 60
    """Within which an answer must have been taken."""
    pending: int = 1000
    """Requests that wait for the operator."""
    pending_of_a_client: int = 500
    """The same, of one client."""


def _areas_of_known_cards() -> Mapping[str, str]:
    """By profile id: the area where keys for qualified certificates are made. A card without one is left out."""
    return {name: device.qualified_area for name, device in devices().items() if device.qualified_area is not None}


@dataclass(frozen=True, slots=True)
class MailServer:
    """A mail server of one's own, which takes the CA's e-mails (SMTP)."""

    host: str
    port: int
    retry_seconds: float = 30
    """After which it is tried again, when it can't be reached."""


@dataclass(frozen=True, slots=True)
class Settings:
    """A CA, as it runs."""

    folder: Path
    url: str
    """Where it is reached, without a slash at the end. Certificates name it for CRL, OCSP and the issuer."""
    automatic: bool = False
    """Whether requests are issued as they come, with no operator."""
    attestation_issuers: Path = ATTESTATION_ISSUERS
    qualified_areas: Mapping[str, str] = field(default_factory=_areas_of_known_cards)
    challenge_seconds: int = 600
    limits: Limits = Limits()
    mail_server: MailServer | None = None
    """None: e-mails lie in the outbox, and are sent nowhere."""
    mail_sender: str = "no-reply@localhost"
    """The address that the CA writes from."""
