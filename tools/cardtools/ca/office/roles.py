"""Who may do what: bearer tokens, each with a role. Only their digests are kept."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import sqlite3
from dataclasses import dataclass
from enum import StrEnum

from cardtools.ca.errors import RefusedError
from cardtools.ca.office import customers
from cardtools.ca.office.service import Service
from cardtools.ca.store import token_rows
from cardtools.ca.store.customer_rows import NOBODY, Scope
from cardtools.ca.store.token_rows import TokenRecord
from cardtools.common.protocol import Problem

_TOKEN_BYTES = 32


class Role(StrEnum):
    """What a token's holder is to the CA."""

    OPERATOR = "operator"
    """Of the CA: issues, refuses, revokes, undoes bonds, reads the audit log."""
    AUTHORISED = "authorised"
    """Of the customer: finds applicants, revokes, asks to undo bonds (PQ-25)."""


@dataclass(frozen=True, slots=True)
class TokenHolder:
    """Who holds a token."""

    name: str
    role: Role
    customer: str = NOBODY
    """For whom they act; an operator for the CA."""

    @property
    def scope(self) -> Scope:
        """Whose applicants, certificates and cards they see."""
        return None if self.role is Role.OPERATOR else self.customer

    @property
    def who(self) -> str:
        """As the audit log names them."""
        return f"{self.role} {self.name}"


def add(service: Service, name: str, role: Role, who: str, customer: str = NOBODY) -> str:
    """A new token for someone, told this once. Raises RefusedError when the name has one, or is none; no customer."""
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    with service.audit.act(who, "add token", f"{role} {name}") as act:
        if not (name.strip() and name.isprintable()):
            raise RefusedError(Problem.BAD_REQUEST, "office-token-name")
        try:
            holder = TokenRecord(name, role, customers.known(act.connection, customer))
            token_rows.add(act.connection, holder, _digest(token), service.clock())
        except sqlite3.IntegrityError as error:
            raise RefusedError(Problem.ALREADY_DONE, "office-token-already", name=name) from error
    return token


def remove(service: Service, name: str, who: str) -> None:
    """Takes a token back. Raises RefusedError when the name has none."""
    with service.audit.act(who, "remove token", name) as act:
        if not token_rows.delete(act.connection, name):
            raise RefusedError(Problem.NOT_FOUND, "office-no-token", name=name)


def holders(service: Service) -> list[TokenHolder]:
    """Everyone with a token."""
    with service.database.reading() as connection:
        return [_holder(record) for record, _ in token_rows.every(connection)]


def holder_of(service: Service, token: str) -> TokenHolder | None:
    """Who holds a token; None when it is nobody's."""
    digest = _digest(token)
    with service.database.reading() as connection:
        kept = token_rows.every(connection)
    # Every digest is compared, so that the time tells nothing about which one is like it.
    matching = [record for record, other in kept if hmac.compare_digest(digest, other)]
    return _holder(matching[0]) if matching else None


def _holder(record: TokenRecord) -> TokenHolder:
    return TokenHolder(record.name, Role(record.role), record.customer)


def _digest(token: str) -> bytes:
    """A token has more randomness than can be tried, so that a plain hash keeps it."""
    return hashlib.sha256(token.encode()).digest()
