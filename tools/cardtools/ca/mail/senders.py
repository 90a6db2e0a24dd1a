"""Who may ask by signed e-mail, and which e-mails were carried out."""

from __future__ import annotations

import sqlite3
from datetime import datetime

from cardtools.ca.errors import RefusedError
from cardtools.ca.office import customers
from cardtools.ca.office.applicants import check_address
from cardtools.ca.office.service import Service
from cardtools.ca.store import mail_rows
from cardtools.ca.store.customer_rows import NOBODY
from cardtools.ca.store.people import folded
from cardtools.common.protocol import Problem


def authorise(service: Service, e_mail: str, who: str, customer: str = NOBODY) -> None:
    """From now on the CA does what signed e-mails from the address ask, about a customer's people and cards.

    Raises RefusedError: not an address, known already, no such customer.
    """
    with service.audit.act(who, "authorise e-mail", e_mail) as act:
        check_address(e_mail)
        try:
            whose = customers.known(act.connection, customer)
            mail_rows.add_sender(act.connection, folded(e_mail), service.clock(), whose)
        except sqlite3.IntegrityError as error:
            raise RefusedError(Problem.ALREADY_DONE, "mail-authorised-already", e_mail=e_mail) from error


def withdraw(service: Service, e_mail: str, who: str) -> None:
    """Takes the authorisation back. Raises RefusedError: not found."""
    with service.audit.act(who, "withdraw e-mail", e_mail) as act:
        if not mail_rows.delete_sender(act.connection, folded(e_mail)):
            raise RefusedError(Problem.NOT_FOUND, "mail-not-authorised-now", e_mail=e_mail)


def authorised(service: Service) -> list[str]:
    """The addresses that may ask."""
    with service.database.reading() as connection:
        return mail_rows.senders(connection)


def customer_of(connection: sqlite3.Connection, e_mail: str) -> str | None:
    """For which customer the address may ask; None when it may not."""
    return mail_rows.customer_of_sender(connection, folded(e_mail))


def take(connection: sqlite3.Connection, fingerprint: str, message_id: str, at: datetime) -> bool:
    """Marks an e-mail as carried out. False when it was before. The connection is one of a transaction."""
    try:
        mail_rows.add(connection, fingerprint, message_id, at)
    except sqlite3.IntegrityError:
        return False
    return True
