"""The command `cardtools-ca`."""

from __future__ import annotations

import re
import socket
from pathlib import Path

import pytest
from cardtools.ca.errors import RefusedError
from cardtools.ca.office import requests
from cardtools.ca.office.service import open_service
from cardtools.ca.settings import Settings
from cardtools.common.protocol import CertificateProfile, CertificateRequest

from tests.unit.cardtools.ca.command_line import run
from tests.unit.cardtools.ca.keys import new_key, pem, pkcs10
from tests.unit.cardtools.ca.running_ca import new_folder


def _ask(folder: Path, name: str = "Jana") -> str:
    """Leaves a request with the CA, as its service would take it."""
    asked = CertificateRequest.model_validate(
        {
            "profile": CertificateProfile.QUALIFIED,
            "applicant": {"name": name, "e_mail": "jana@example.org"},
            "pkcs10": pem(pkcs10(new_key())),
        }
    )
    service = open_service(Settings(folder=folder, url="http://127.0.0.1:8629"))
    return requests.accept(service, asked, "test").id


def test_a_new_ca(tmp_path: Path) -> None:
    folder = tmp_path / "ca"
    told = run("init", folder)
    assert re.search(r"The operator's token, told this once: \S{43}\n", told)
    assert (folder / "root.pem").is_file()
    assert run("token", "list", folder) == "operator  operator\n"
    assert "not empty" in run("init", folder, code=2)


def test_the_operators_work_at_the_command_line(tmp_path: Path) -> None:
    folder = new_folder(tmp_path)
    first, second = _ask(folder), _ask(folder)
    assert run("list", folder, "--state", "pending").split()[0] == second
    serial = run("issue", folder, first).strip()
    run("refuse", folder, second, "--reason", "No contract.")
    assert f"{first}  issued  qualified  -  {serial}  Jana  jana@example.org" in run("list", folder)
    run("revoke", folder, serial, "--reason", "keyCompromise")
    assert "is revoked already" in run("revoke", folder, serial, code=1)
    assert "already" in run("issue", folder, second, code=1)
    lines = run("audit", folder).splitlines()
    assert [re.split("  +", line)[3:5] for line in lines[:3]] == [
        ["request", first],
        ["request", second],
        ["issue", first],
    ]
    assert run("audit", folder, "--after", str(len(lines))) == ""


def test_a_refusal_has_a_reason(tmp_path: Path) -> None:
    folder = new_folder(tmp_path)
    asked = _ask(folder)
    assert "No reason is given" in run("refuse", folder, asked, "--reason", " ", code=1)
    assert asked in run("list", folder, "--state", "pending")


def test_what_strangers_sent_stays_in_its_line(tmp_path: Path) -> None:
    """A name with line breaks and escapes is refused, and can't write lines of its own into the audit log."""
    folder = new_folder(tmp_path)
    name = "Jana\n2  2026-01-05T12:00:00+00:00  operator Olga  issue  BP0000000001  done\x1b[2J"
    with pytest.raises(RefusedError):
        _ask(folder, name[:64])
    told = run("audit", folder)
    assert told.count("\n") == 1
    assert "\x1b" not in told
    assert re.split("  +", told.strip())[3:6] == ["request", " ".join(name[:64].split()), "bad-request"]


def test_tokens(tmp_path: Path) -> None:
    folder = new_folder(tmp_path)
    assert re.fullmatch(r"\S{43}\n", run("token", "add", folder, "authorised", "Adam"))
    assert "has a token already" in run("token", "add", folder, "operator", "Adam", code=1)
    assert run("token", "list", folder) == "authorised  Adam\n"
    run("token", "remove", folder, "Adam")
    assert "has no token" in run("token", "remove", folder, "Adam", code=1)
    for nobody in ("", " ", "Adam\nMalý"):
        assert "needs a name" in run("token", "add", folder, "operator", nobody, code=1)


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("list",), "holds no CA"),
        (("token", "add", "king", "Karel"), "There is no role king"),
        (("revoke", "AB", "--reason", "boredom"), "There is no reason boredom"),
        (("run", "--port", "0"), "holds no CA"),
        (("run", "--port", "0", "--url", "http://ž"), "is no address for a CA"),
        (("run", "--port", "0", "--host", "0.0.0.0"), "say with --url"),
        (("run", "--port", "0", "--host", "::"), "say with --url"),
        (("run", "--port", "0", "--trusted-proxy", "proxy.example.org"), "is no IP address of a proxy"),
    ],
)
def test_bad_input_is_explained(tmp_path: Path, arguments: tuple[str, ...], why: str) -> None:
    at = 2 if arguments[0] == "token" else 1
    told = run(*arguments[:at], tmp_path, *arguments[at:], code=2)
    assert why in told
    assert "Traceback" not in told


def test_a_port_that_is_taken(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert "can't listen" in run("run", new_folder(tmp_path), "--port", port, code=2)


def test_the_operators_language(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "ca"
    assert "Token operátora, sdělený jen tentokrát: " in run("init", folder, "--language", "cs")
    assert run("issue", folder, "BP0000000001", "--language", "sl", code=1) == "Zahtevka BP0000000001 ni.\n"
    monkeypatch.setenv("LC_ALL", "cs_CZ.UTF-8")
    assert run("token", "remove", folder, "nobody", code=1) == "nobody nemá žádný token.\n"
    assert run("list", folder, "--language", "de", code=2) == "--language de: expected one of en, cs, sl\n"
