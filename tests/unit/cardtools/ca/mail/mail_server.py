"""A mail server on this machine that keeps what it is given."""

from __future__ import annotations

import contextlib
import email
import queue
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import default
from typing import cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from cardtools.ca.settings import MailServer

_PATIENCE = 60


@dataclass
class Mailboxes:
    """What has come in; and what is answered to whom, where that is not 250."""

    port: int
    came: queue.Queue[EmailMessage] = field(default_factory=queue.Queue)
    answers: dict[str, str] = field(default_factory=dict)
    tried: queue.Queue[str] = field(default_factory=queue.Queue)

    @property
    def server(self) -> MailServer:
        return MailServer("127.0.0.1", self.port, retry_seconds=0.1)

    def next(self) -> EmailMessage:
        """The next e-mail, which is waited for."""
        return self.came.get(timeout=_PATIENCE)

    async def handle_RCPT(  # its signature is the server's
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        self.tried.put(address)
        answer = self.answers.get(address, "250 OK")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        message = email.message_from_bytes(cast(bytes, envelope.original_content), policy=default)
        self.came.put(message)
        return "250 OK"


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


@contextlib.contextmanager
def mail_server(port: int | None = None) -> Iterator[Mailboxes]:
    """A mail server (SMTP, RFC 5321) that runs."""
    mailboxes = Mailboxes(port or free_port())
    controller = Controller(mailboxes, hostname="127.0.0.1", port=mailboxes.port, ready_timeout=_PATIENCE)
    controller.start()
    try:
        yield mailboxes
    finally:
        controller.stop()
