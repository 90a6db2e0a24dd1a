"""The e-mail that tells of the issue: in the outbox, and from there to a real SMTP server."""

from __future__ import annotations

import email
import time
from collections.abc import Callable
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest
from cardtools.ca.cli import app
from cardtools.common.protocol import Applicant
from typer.testing import CliRunner

from tests.unit.cardtools.ca.keys import new_key
from tests.unit.cardtools.ca.mail.mail_server import free_port, mail_server
from tests.unit.cardtools.ca.running_ca import JANA, PETR, RunningCa, running_ca

_PATIENCE = 60


def _until(found: Callable[[], bool]) -> None:
    """Waits until something is so."""
    end = time.monotonic() + _PATIENCE
    while not found():
        assert time.monotonic() < end
        time.sleep(0.02)


def _in_outbox(ca: RunningCa, request: str) -> EmailMessage:
    file = ca.service.settings.folder / "outbox" / f"{request}.eml"
    _until(file.exists)
    assert (file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    return email.message_from_bytes(file.read_bytes(), policy=default)


def _outcomes(ca: RunningCa) -> list[tuple[str, str]]:
    return [(entry.subject, entry.detail) for entry in ca.service.audit.entries() if entry.act == "notice of issue"]


@pytest.mark.fact("PQ-33")
def test_the_outbox(manual_ca: RunningCa) -> None:
    request = manual_ca.ask().json()["id"]
    outbox = manual_ca.service.settings.folder / "outbox"
    assert not outbox.exists()
    serial = manual_ca.issue(request)["serial"]
    message = _in_outbox(manual_ca, request)
    assert message["To"].addresses[0].addr_spec == JANA.e_mail
    assert message["To"].addresses[0].display_name == JANA.name
    assert message["Subject"] == "Your qualified certificate for signatures was issued"
    text = message.get_content().replace("\r\n", "\n")
    assert text.startswith("Jana Nováková,\n")
    assert f"Request: {request}\n" in text
    assert f"Serial number: {serial}\n" in text
    assert f"enrol install {request}" in text
    assert [file.name for file in outbox.iterdir()] == [f"{request}.eml"]


@pytest.mark.fact("PQ-33")
@pytest.mark.parametrize(
    ("language", "subject", "word"),
    [
        ("cs", "Vydáno: kvalifikovaný certifikát pro podpis", "Sériové číslo: "),
        ("sl-SI,en;q=0.5", "Izdano: kvalificirano potrdilo za podpis", "Serijska številka: "),
        ("de", "Your qualified certificate for signatures was issued", "Serial number: "),
    ],
)
def test_the_language_of_the_applicant(ca: RunningCa, language: str, subject: str, word: str) -> None:
    answer = ca.http.post("/requests", json=ca.body(new_key()), headers={"Accept-Language": language})
    message = _in_outbox(ca, answer.json()["id"])
    assert message["Subject"] == subject
    assert word in message.get_content()


@pytest.mark.fact("PQ-33")
def test_a_mail_server_of_ones_own(tmp_path: Path) -> None:
    with mail_server() as mailboxes, running_ca(tmp_path, automatic=True, mail_server=mailboxes.server) as ca:
        serial = ca.issued()["serial"]
        message = mailboxes.next()
        request = ca.listed("/requests")[0]["id"]
        assert str(message) == str(_in_outbox(ca, request))
        assert serial in message.get_content()
        _until(lambda: _outcomes(ca) == [(request, f"sent, {JANA.e_mail}")])
        ca.issued(who=PETR)
        assert mailboxes.next()["To"].addresses[0].addr_spec == PETR.e_mail
        assert mailboxes.came.empty()


def test_a_mail_server_that_is_down_gets_it_later(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    port = free_port()
    with mail_server(port) as mailboxes:
        server = mailboxes.server
    with running_ca(tmp_path, automatic=True, mail_server=server) as ca:
        ca.issued()
        _until(lambda: "does not take e-mails" in caplog.text)
        with mail_server(port) as mailboxes:
            assert mailboxes.next()["To"].addresses[0].addr_spec == JANA.e_mail


def test_an_address_that_is_refused_holds_up_nobody_else(tmp_path: Path) -> None:
    """For good: it is given up, and the audit log says why. For now: it is tried again, after the others."""
    later = Applicant(name="Eva Malá", e_mail="eva@example.org")
    with mail_server() as mailboxes, running_ca(tmp_path, automatic=True, mail_server=mailboxes.server) as ca:
        mailboxes.answers = {JANA.e_mail: "550 5.1.1 There is no such mailbox", later.e_mail: "450 4.2.1 Come later"}
        for who in (JANA, later, PETR):
            ca.issued(who=who)
        assert mailboxes.next()["To"].addresses[0].addr_spec == PETR.e_mail
        janas = ca.listed("/requests")[2]["id"]
        _until(lambda: (janas, "refused, 550 5.1.1 There is no such mailbox") in _outcomes(ca))
        del mailboxes.answers[later.e_mail]
        assert mailboxes.next()["To"].addresses[0].addr_spec == later.e_mail


def test_on_the_command_line(manual_ca: RunningCa) -> None:
    """`issue` writes the e-mail itself: the CA need not run."""
    folder = str(manual_ca.service.settings.folder)
    first, second = (manual_ca.ask(who=who).json()["id"] for who in (JANA, PETR))
    assert CliRunner().invoke(app, ["issue", folder, first]).exit_code == 0
    assert (Path(folder) / "outbox" / f"{first}.eml").exists()
    assert CliRunner().invoke(app, ["issue", folder, second]).exit_code == 0
    assert CliRunner().invoke(app, ["outbox", folder]).output.splitlines() == [
        f"{second}  written  {PETR.e_mail}",
        f"{first}  written  {JANA.e_mail}",
    ]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--smtp", "mail.example.org"], "mail.example.org is no mail server. Give host and port"),
        (["--smtp", "127.0.0.1:0"], "127.0.0.1:0 is no mail server."),
        (["--smtp", "127.0.0.1:x"], "127.0.0.1:x is no mail server."),
        (["--mail-from", "somebody"], "somebody is no address to write from."),
    ],
)
def test_what_is_no_mail_server(quiet_ca: RunningCa, options: list[str], said: str) -> None:
    folder = str(quiet_ca.service.settings.folder)
    result = CliRunner().invoke(app, ["run", folder, "--port", "0", *options])
    assert result.exit_code == 2
    assert said in result.output
