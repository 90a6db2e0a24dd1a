"""The e-mail at issue: from the request at the card to the applicant's mailbox, and from there onto the card."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.clients.ca_process import ca_process
from tests.clients.desk import PIN, QPIN
from tests.clients.enrolment import JANA, client_at_desk, request_id
from tests.unit.cardtools.ca.mail.mail_server import mail_server

pytestmark = pytest.mark.own_module


@pytest.mark.fact("PQ-33", "PQ-36")
def test_the_applicant_is_told_and_installs(tmp_path: Path) -> None:
    """Jana works in Czech, and so the e-mail is Czech. The operator issues beside the running CA."""
    with (
        mail_server() as mailboxes,
        ca_process(tmp_path, "--smtp", f"127.0.0.1:{mailboxes.port}", "--mail-from", "ca@example.org") as ca,
        client_at_desk(ca.url) as client,
    ):
        shown = client.done("request", "qualified", *JANA, codes=(PIN, QPIN), language="cs")
        assert "s tímto číslem a doklady zajděte na poštu" in shown
        request = request_id(shown)
        serial = ca.do("issue", request).strip()
        message = mailboxes.next()
        assert message["From"].addresses[0].addr_spec == "ca@example.org"
        assert message["To"].addresses[0].addr_spec == "jana@example.com"
        assert message["Subject"] == "Vydáno: kvalifikovaný certifikát pro podpis"
        told = re.search(r"enrol install (BP[0-9]{10})", message.get_content())
        assert told
        client.install(told[1])
        [facts] = json.loads(client.done("serial", "--json"))
        assert facts["serial_hex"] == serial
        assert f"Sériové číslo: {serial}" in message.get_content()
