"""The CA's customers: each has its people, its cards, and those who may act for it. None sees another's.

A request belongs to the customer that its applicant names as the organisation (of a seal: whose name is the
customer's); a follow-on to the customer of its certificate. The rest belongs to nobody by name, and so do those who
act for no customer.
"""

from __future__ import annotations

import sqlite3

from cardtools.ca.errors import RefusedError
from cardtools.ca.office.service import Service
from cardtools.ca.store import customer_rows
from cardtools.ca.store.customer_rows import NOBODY
from cardtools.common.applicants import flaw_in_name
from cardtools.common.protocol import Applicant, Problem


def add(service: Service, name: str, who: str) -> None:
    """A new customer. What was asked for before stays where it is. Raises RefusedError: no name, known already."""
    with service.audit.act(who, "add customer", name) as act:
        if flaw_in_name(name) is not None:
            raise RefusedError(Problem.BAD_REQUEST, "office-customer-name")
        try:
            customer_rows.add(act.connection, name.strip(), service.clock())
        except sqlite3.IntegrityError as error:
            raise RefusedError(Problem.ALREADY_DONE, "office-customer-already", name=name) from error


def listed(service: Service) -> list[str]:
    """The customers' names."""
    with service.database.reading() as connection:
        return customer_rows.every(connection)


def known(connection: sqlite3.Connection, name: str) -> str:
    """The customer of that name; of the empty one, nobody. Raises RefusedError: not found."""
    customer = NOBODY if name == NOBODY else customer_rows.named(connection, name)
    if customer is None:
        raise RefusedError(Problem.NOT_FOUND, "office-no-customer", name=name)
    return customer


def of_applicant(connection: sqlite3.Connection, applicant: Applicant, *, for_organisation: bool) -> str:
    """Whose applicant it is."""
    organisation = applicant.name if for_organisation else applicant.organisation
    return (organisation and customer_rows.named(connection, organisation)) or NOBODY
