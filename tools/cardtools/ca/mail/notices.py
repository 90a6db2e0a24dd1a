"""The e-mail that tells of the issue (PQ-33), to the address in the certificate, in the applicant's language.

Each lies in the CA's outbox, a file an e-mail, whether a mail server takes it or not.
"""

from __future__ import annotations

import os
import tempfile
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr
from pathlib import Path

from cardtools.ca.errors import CaError
from cardtools.ca.office import certificates, requests
from cardtools.ca.office.service import Service
from cardtools.ca.store import notice_rows
from cardtools.ca.store.certificate_rows import CertificateRecord
from cardtools.ca.store.notice_rows import NoticeRecord
from cardtools.common.messages import Language, Messages
from cardtools.common.printable import printable

_OUTBOX = "outbox"
_FROM = "Stuntcard Training CA"
_LISTED_AT_MOST = 500


def outbox(service: Service) -> Path:
    """The folder in which the e-mails lie."""
    return service.settings.folder / _OUTBOX


def listed(service: Service) -> list[NoticeRecord]:
    """The newest notices, newest first."""
    with service.database.reading() as connection:
        return notice_rows.newest(connection, at_most=_LISTED_AT_MOST)


def write_waiting(service: Service) -> None:
    """Puts the notices that wait into the outbox. Raises CaError when that can't be done; they then go on waiting."""
    with service.database.reading() as connection:
        waiting = notice_rows.unwritten(connection)
    for request in waiting:
        _write(outbox(service) / f"{request}.eml", message_about(service, request).as_bytes())
        with service.database.transaction() as connection:
            notice_rows.set_written(connection, request, service.clock())


def message_about(service: Service, request: str) -> EmailMessage:
    """The e-mail about a request that was issued: the same bytes each time."""
    certificate, language = certificates.of_request(service, request), requests.find(service, request).language
    subject, text = _words(certificate, language)
    sender = service.settings.mail_sender
    message = EmailMessage(policy=SMTP)
    message["From"] = formataddr((_FROM, sender))
    message["To"] = formataddr((printable(certificate.applicant.name, " "), certificate.applicant.e_mail))
    message["Subject"] = subject
    message["Date"] = format_datetime(certificate.valid_from)
    message["Message-ID"] = f"<{request}.{certificate.serial}@{sender.rpartition('@')[2]}>"
    message["Content-Language"] = language.value
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text)
    return message


def _words(certificate: CertificateRecord, language: Language) -> tuple[str, str]:
    """Subject and text."""
    messages = Messages(language, "ca")
    kind = messages.text(f"portal-kind-{certificate.profile}")
    text = messages.text(
        "notice-text",
        name=printable(certificate.applicant.name, " "),
        request=certificate.request,
        kind=kind,
        serial=certificate.serial,
        until=f"{certificate.valid_until:%Y-%m-%d %H:%M} UTC",
    )
    return messages.text("notice-subject", kind=kind), text


def _write(file: Path, content: bytes) -> None:
    """Writes a file whole, for the CA's owner alone."""
    try:
        file.parent.mkdir(mode=0o700, exist_ok=True)
        descriptor, name = tempfile.mkstemp(prefix=f".{file.name}.", dir=file.parent)
        try:
            with open(descriptor, "wb") as opened:
                opened.write(content)
                opened.flush()
                os.fsync(opened.fileno())
            os.replace(name, file)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise CaError("ca-mail-not-written", file=str(file), why=str(error.strerror)) from error
