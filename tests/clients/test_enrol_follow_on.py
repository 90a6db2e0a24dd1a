"""Who issues what, and what a follow-on is: with the enrolment client, a card, and a CA that runs as people run it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.clients.ca_process import CaProcess, ca_process
from tests.clients.desk import PIN, QPIN
from tests.clients.enrolment import JANA, Client, client_at_desk, content_of, request_id
from tests.programs import told

pytestmark = pytest.mark.own_module

TOWN = ("--name", "Obec Lhota", "--e-mail", "urad@lhota.example")


@pytest.fixture
def ca(tmp_path: Path) -> Iterator[CaProcess]:
    """A CA that issues what is asked for."""
    with ca_process(tmp_path, "--auto") as ca:
        yield ca


@pytest.fixture
def client(ca: CaProcess) -> Iterator[Client]:
    with client_at_desk(ca.url) as client:
        yield client


def _installed(client: Client, profile: str, *who: str) -> tuple[str, Path]:
    """A certificate on the card: its serial number, and its file."""
    codes = (PIN,) if profile == "commercial" else (PIN, QPIN)
    return _fetched(client, request_id(client.done("request", profile, *(who or JANA), codes=codes)))


def _fetched(client: Client, request: str) -> tuple[str, Path]:
    client.done("download", request)
    client.install(request)
    file = client.desk.folder / f"{request}.crt"
    [facts] = json.loads(client.done("serial", str(file), "--json"))
    return facts["serial_hex"], file


def _openssl(*arguments: str | Path, status: int = 0) -> str:
    return told("openssl", *arguments, status=status)


@pytest.mark.fact("TM-11")
def test_commercial_and_qualified_certificates_are_of_two_issuers(client: Client, ca: CaProcess) -> None:
    """OpenSSL finds each good by its own issuer, whose responder signs; said to be of the other, it is not known."""
    for profile, mine, other in (("commercial", "public", "qualified"), ("qualified", "qualified", "public")):
        serial, file = _installed(client, profile)
        report = client.done("serial", str(file), "--json")
        assert json.loads(report)[0]["issuer"] == f"TEST Stuntcard Training {mine.capitalize()} CA"
        root = ca.folder / "root.pem"
        assert _openssl("verify", "-CAfile", root, "-untrusted", ca.folder / f"{mine}.pem", file) == f"{file}: OK\n"
        _openssl("verify", "-CAfile", root, "-untrusted", ca.folder / f"{other}.pem", file, status=2)

        def state(issuer: str, serial: str = serial) -> str:
            asked = ("-issuer", ca.folder / f"{issuer}.pem", "-serial", f"0x{serial}")
            return _openssl("ocsp", "-CAfile", ca.folder / "root.pem", *asked, "-url", f"{ca.url}/ocsp", "-resp_text")

        answer = state(mine)
        assert "Response verify OK" in answer
        assert f"0x{serial}: good" in answer
        assert re.search(rf"Subject: .*TEST Stuntcard Training {mine.capitalize()} CA OCSP", answer)
        assert f"0x{serial}: unknown" in state(other)


@pytest.mark.fact("PQ-32")
@pytest.mark.parametrize(("options", "years"), [((), 1), (("--several-years",), 3)])
def test_a_follow_on_of_one_year_or_of_several(client: Client, options: tuple[str, ...], years: int) -> None:
    serial, _ = _installed(client, "qualified")
    request = request_id(client.done("renew", "--serial", f"0x{serial}", *options, codes=(QPIN, PIN)))
    _, file = _fetched(client, request)
    days = years * 365
    _openssl("x509", "-in", file, "-noout", "-checkend", str((days - 1) * 24 * 3600))
    _openssl("x509", "-in", file, "-noout", "-checkend", str((days + 1) * 24 * 3600), status=1)


@pytest.mark.fact("PQ-31")
def test_the_follow_on_of_a_seal_is_asked_for_as_a_first_one(client: Client) -> None:
    """At a terminal the client offers to; the old certificate stays, and the new one is of the same organisation."""
    serial, _ = _installed(client, "seal", *TOWN)
    typing = (("Ask for it now, with a first request? [y/N]: ", "y"), ("PIN: ", PIN), ("QPIN: ", QPIN))
    shown = client.at_terminal("renew", "--serial", f"0x{serial}", typing=typing)
    assert "A certificate for seals is not renewed: its follow-on is asked for as a first one." in shown
    assert "Certificates for seals are not issued at post offices" in shown
    follow_on, file = _fetched(client, request_id(shown))
    assert set(client.serials()) == {serial, follow_on}
    assert "CN = Obec Lhota" in _openssl("x509", "-in", file, "-noout", "-subject")


@pytest.mark.fact("PQ-31")
@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "A certificate for seals is not renewed"),
        ("cs", "Certifikát pro pečeť se neobnovuje"),
        ("sl", "Potrdilo za žig se ne obnavlja"),
    ],
)
def test_in_a_script_the_command_for_it_is_named(client: Client, language: str, words: str) -> None:
    serial, _ = _installed(client, "seal", *TOWN)
    before = content_of(client.desk)
    said = client.refused("renew", "--serial", f"0x{serial}", codes=(QPIN, PIN), language=language)
    assert words in said
    assert "enrol request seal --name 'Obec Lhota' --e-mail urad@lhota.example" in said
    assert content_of(client.desk) == before
