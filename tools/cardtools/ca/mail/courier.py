"""Brings notices of issue to the outbox while the CA runs, and from there to a mail server of one's own (SMTP)."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import time
from typing import TYPE_CHECKING

from fastapi.concurrency import run_in_threadpool

from cardtools.ca.errors import CaError
from cardtools.ca.mail import notices
from cardtools.ca.office.service import Service
from cardtools.ca.settings import MailServer
from cardtools.ca.store import notice_rows
from cardtools.ca.store.notice_rows import NoticeOutcome

if TYPE_CHECKING:
    from email.message import EmailMessage

_LOG = logging.getLogger(__name__)
_LOOK_SECONDS = 1.0
"""Between two looks for notices that wait: commands beside the running CA issue, too."""
_EXCHANGE_SECONDS = 20.0
_AUDITED = "notice of issue"
_PERMANENT = 500
"""Answers from here on are for good (RFC 5321, 4.2.1)."""


class _NotTakenError(Exception):
    """The mail server does not take this e-mail; `for_good` tells whether it never will."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(f"{code} {text}")
        self.for_good = code >= _PERMANENT


async def deliver(service: Service) -> None:
    """Delivers until it is cancelled. What can't be delivered now is tried again."""
    quiet_until = 0.0
    while True:
        try:
            await run_in_threadpool(notices.write_waiting, service)
            if service.settings.mail_server is not None and time.monotonic() >= quiet_until:
                all_is_sent = await _send_waiting(service, service.settings.mail_server)
                quiet_until = 0 if all_is_sent else time.monotonic() + service.settings.mail_server.retry_seconds
        except (CaError, sqlite3.Error) as error:
            _LOG.error("%s", error)
        await asyncio.sleep(_LOOK_SECONDS)


async def _send_waiting(service: Service, server: MailServer) -> bool:
    """Sends what waits; whether nothing is left that must be tried again later."""
    all_is_sent = True
    for request in await run_in_threadpool(_unsent, service):
        message = await run_in_threadpool(notices.message_about, service, request)
        try:
            await _send(message, server)
        except _NotTakenError as error:
            if error.for_good:
                await run_in_threadpool(_end, service, request, NoticeOutcome.REFUSED, str(error))
            else:
                all_is_sent = False
        except OSError as error:
            _LOG.error(
                "The mail server %s, port %s does not take e-mails (%s). It is tried again in %g s.",
                *(server.host, server.port, error, server.retry_seconds),
            )
            return False
        else:
            await run_in_threadpool(_end, service, request, NoticeOutcome.SENT, message["To"].addresses[0].addr_spec)
    return all_is_sent


def _unsent(service: Service) -> list[str]:
    with service.database.reading() as connection:
        return notice_rows.unsent(connection)


def _end(service: Service, request: str, outcome: NoticeOutcome, detail: str) -> None:
    with service.audit.act("courier", _AUDITED, request) as act:
        notice_rows.set_outcome(act.connection, request, service.clock(), outcome)
        act.detail = f"{outcome}, {detail}"


async def _send(message: EmailMessage, server: MailServer) -> None:
    """Hands an e-mail over. Raises _NotTakenError, and OSError for what may be better later."""
    import aiosmtplib

    try:
        await aiosmtplib.send(
            message, hostname=server.host, port=server.port, timeout=_EXCHANGE_SECONDS, start_tls=_start_tls(server)
        )
    except aiosmtplib.SMTPRecipientsRefused as error:
        [answer] = error.recipients
        raise _NotTakenError(answer.code, answer.message) from error
    except aiosmtplib.SMTPDataError as error:
        raise _NotTakenError(error.code, error.message) from error
    except aiosmtplib.SMTPException as error:
        raise OSError(str(error)) from error


def _start_tls(server: MailServer) -> bool | None:
    """On this machine without TLS, where no certificate would hold; elsewhere wherever the server offers it."""
    return False if server.host in ("127.0.0.1", "::1", "localhost") else None
