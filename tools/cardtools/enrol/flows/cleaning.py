"""Deletes certificates and their keys (TM-06). What is deleted does not come back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from cardtools.card.errors import CardError, NoSuchObjectError
from cardtools.card.token import Token
from cardtools.common.terms import KeyOrigin
from cardtools.enrol.flows.card_certificates import CertificateOnCard
from cardtools.enrol.flows.device import QualifiedDevice
from cardtools.enrol.flows.open_card import open_token
from cardtools.enrol.flows.session import PIN, Session


@dataclass(frozen=True, slots=True)
class Deleted:
    """A certificate that is gone. `key_failure` is set when its key could not be deleted, and so remains unpaired."""

    certificate: CertificateOnCard
    key_failure: CardError | None = None


def delete(session: Session, device: QualifiedDevice, ticked: list[CertificateOnCard]) -> Iterator[Deleted]:
    """Deletes each certificate and then its key, and gives each pair as soon as it is gone.

    Raises CardError and PromptError; what was given before that is deleted and stays so.
    """
    codes = session.ask_codes(device, (PIN,))
    with open_token(session, device) as token:
        token.log_in(codes)
        for item in ticked:
            token.delete_certificate(item.identifier)
            yield Deleted(item, _delete_key(token, item))


def unpaired_keys(session: Session, device: QualifiedDevice) -> int:
    """How many keys have no certificate and wait for none, as those of a request do and those from the factory."""
    waiting = session.pending.keys_on(device.status.profile, device.status.serial)
    return sum(
        1
        for key in device.status.keys
        if not key.paired and key.origin in (KeyOrigin.MADE, KeyOrigin.IMPORTED) and key.identifier not in waiting
    )


def _delete_key(token: Token, item: CertificateOnCard) -> CardError | None:
    if item.area is None:
        return None
    try:
        token.delete_key(item.identifier)
    except NoSuchObjectError:
        return None
    except CardError as error:
        return error
    return None
