"""Makes a key on the card and has it sign a request; whatever fails afterwards, the key is deleted again."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from cardtools.card.errors import CardError, NoPlaceError, NoSpaceError, NoSuchObjectError, RemnantError
from cardtools.card.status import AreaStatus, attest
from cardtools.common.protocol import Applicant, Attestation, CertificateProfile
from cardtools.common.told import Name, Told
from cardtools.enrol.ca_client import CaError, CaRefusedError
from cardtools.enrol.errors import EnrolError, StepFailedError
from cardtools.enrol.files import pkcs10
from cardtools.enrol.flows.device import QualifiedDevice
from cardtools.enrol.flows.open_card import open_connection, open_token
from cardtools.enrol.flows.session import PIN, Codes, Session

_IDENTIFIER_LENGTH = 4


@dataclass(frozen=True, slots=True)
class KeyPlan:
    """Where a key is to be made, for what, and with which codes."""

    device: QualifiedDevice
    area: AreaStatus
    profile: CertificateProfile
    identifier: bytes
    codes: Codes = field(repr=False)


def new_identifier() -> bytes:
    """An identifier that no key on any card has yet."""
    return secrets.token_bytes(_IDENTIFIER_LENGTH)


def make_key_and_request(session: Session, plan: KeyPlan, applicant: Applicant) -> bytes:
    """Makes the key, and gives the PKCS#10 request (DER) that it signed.

    Raises NumberedError when the area turns out to have no place (PQ-15), EnrolError when the card has no space for a
    key, and CardError.
    """
    try:
        with open_token(session, plan.device) as token:
            token.log_in(plan.codes)
            public_key = token.make_key(plan.area.id, plan.identifier, applicant.name)
            info = pkcs10.request_info(applicant, public_key)
            signature = token.sign(plan.identifier, info.dump())
    except NoPlaceError as error:
        raise plan.device.no_place(plan.area) from error
    except NoSpaceError as error:
        raise EnrolError("no-room-for-key", card=plan.device.name) from error
    return pkcs10.signed_request(info, signature)


def statement_about(plan: KeyPlan, nonce: str) -> Attestation:
    """The card's statement about the key just made. Raises CardError."""
    with open_connection(plan.device) as (connection, status):
        key = status.key(plan.identifier)
        if key is None:
            raise NoSuchObjectError(plan.identifier)
        return attest(connection, key.number, bytes.fromhex(nonce))


@dataclass(slots=True)
class Progress:
    """How far a request has come, which decides what is to be said when it comes no further."""

    key_made: bool = False
    sending: bool = False


@contextmanager
def undone_on_failure(session: Session, plan: KeyPlan) -> Iterator[Progress]:
    """Deletes the key of the plan again when what is done within fails. Raises StepFailedError in place of that.

    Where no key had been made yet, the failure itself is raised.
    """
    progress = Progress()
    try:
        yield progress
    except BaseException as error:
        aftermath = _undo(session, plan, progress, error)
        if not aftermath:
            raise
        reason = error.cause if isinstance(error, RemnantError) else error
        raise StepFailedError(reason, aftermath) from error


def _undo(session: Session, plan: KeyPlan, progress: Progress, error: BaseException) -> tuple[Told, ...]:
    """Deletes the key if it is there, and tells what became of it."""
    try:
        with open_connection(plan.device) as (_, status):
            if status.key(plan.identifier) is None:
                return ()
    except CardError as failure:
        key = "key-remains" if progress.key_made else "key-perhaps-remains"
        return _left(session, plan, key, failure, error)
    try:
        delete_key(session, plan)
    except CardError as failure:
        return _left(session, plan, "key-remains", failure, error)
    deleted = EnrolError("key-deleted-again")
    return (deleted, EnrolError("perhaps-received")) if _perhaps_received(progress, error) else (deleted,)


def _perhaps_received(progress: Progress, error: BaseException) -> bool:
    if isinstance(error, CaError | CaRefusedError):
        return error.perhaps_done
    return progress.sending and isinstance(error, KeyboardInterrupt)


def delete_key(session: Session, plan: KeyPlan) -> None:
    """Deletes the key of the plan. Raises CardError."""
    with open_token(session, plan.device) as token:
        token.log_in({PIN: plan.codes[PIN]})
        token.delete_key(plan.identifier)


def _left(session: Session, plan: KeyPlan, key: str, failure: CardError, error: BaseException) -> tuple[Told, ...]:
    if isinstance(error, RemnantError):  # which says so itself
        return ()
    left = EnrolError(
        key,
        undone=session.messages.told(failure),
        identifier=plan.identifier.hex(),
        card=plan.device.name,
        area=Name(plan.area.name),
    )
    return (left,)
