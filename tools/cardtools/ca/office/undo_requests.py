"""Requests to undo bonds: sent by the customer's authorised person, carried out or refused by the CA (PQ-25)."""

from __future__ import annotations

import sqlite3

from cardtools.ca.errors import RefusedError
from cardtools.ca.office import bonds
from cardtools.ca.office.requests import AUTOMATIC
from cardtools.ca.office.service import Service
from cardtools.ca.store import undo_request_rows
from cardtools.ca.store.cards import CardId
from cardtools.ca.store.customer_rows import Scope
from cardtools.ca.store.undo_request_rows import UndoRecord
from cardtools.common.protocol import Problem
from cardtools.common.terms import UndoState
from cardtools.common.told import Name

_LISTED_AT_MOST = 500


def send(service: Service, card: CardId, who: str, scope: Scope) -> UndoRecord:
    """Takes in a request; with `automatic`, carries it out in the same act.

    Raises RefusedError: no bond, certificates on the card that are still valid, a request that waits already.
    """
    with service.audit.act(who, "ask to undo bond", str(card)) as act:
        bond = bonds.undoable(service, act.connection, card, scope)
        try:
            number = undo_request_rows.add(act.connection, bond, who, service.clock())
        except sqlite3.IntegrityError as error:
            raise RefusedError(Problem.ALREADY_DONE, "office-undo-sent", number=card.number) from error
        act.detail = f"request {number}, {bond.name}"
        if service.settings.automatic:
            bonds.release(service, act, bond)
            act.also("undo bond", str(card), f"request {number}, {AUTOMATIC}")
        return _record(act.connection, number)


def carry_out(service: Service, number: int, who: str) -> UndoRecord:
    """Undoes the bond that a request is about.

    Raises RefusedError: not found, already done, certificates on the card that are valid by now.
    """
    with service.audit.act(who, "undo bond", f"request {number}") as act:
        record = _pending(act.connection, number)
        bonds.release(service, act, bonds.undoable(service, act.connection, record.card))
        act.subject, act.detail = str(record.card), f"request {number}, {record.name}"
        return _record(act.connection, number)


def refuse(service: Service, number: int, reason: str, who: str) -> UndoRecord:
    """Refuses a request. Raises RefusedError: not found, already done, no reason."""
    with service.audit.act(who, "refuse to undo bond", f"request {number}") as act:
        if not reason.strip():
            raise RefusedError(Problem.BAD_REQUEST, "office-no-undo-reason")
        record = _pending(act.connection, number)
        undo_request_rows.refuse(act.connection, number, service.clock(), reason)
        act.subject, act.detail = str(record.card), f"request {number}, {reason}"
        return _record(act.connection, number)


def listed(
    service: Service, scope: Scope, state: UndoState | None = None, at_most: int = _LISTED_AT_MOST
) -> list[UndoRecord]:
    """The newest requests, of one state or all, newest first."""
    with service.database.reading() as connection:
        return undo_request_rows.newest(connection, scope, state, at_most=at_most)


def of_person(service: Service, person: str, scope: Scope) -> list[UndoRecord]:
    """The requests about cards that were bound to a person (`people.person_of`), newest first."""
    with service.database.reading() as connection:
        return undo_request_rows.of_person(connection, person, scope)


def _record(connection: sqlite3.Connection, number: int) -> UndoRecord:
    record = undo_request_rows.find(connection, number)
    if record is None:
        raise RefusedError(Problem.NOT_FOUND, "office-no-undo-request", number=number)
    return record


def _pending(connection: sqlite3.Connection, number: int) -> UndoRecord:
    record = _record(connection, number)
    if record.state is not UndoState.PENDING:
        raise RefusedError(Problem.ALREADY_DONE, "office-undo-over", number=number, state=Name(record.state.value))
    return record
