"""The CA's answers, good ones and all others, over a real connection."""

from __future__ import annotations

import gzip
import json
import socket
from datetime import UTC, datetime

import pytest
from cardtools.common.protocol import (
    Applicant,
    CertificateProfile,
    CertificateRequest,
    Problem,
    RequestState,
    RequestStatus,
)
from cardtools.enrol.ca_client import MAX_ANSWER, CaClient, CaError, CaRefusedError

from tests.unit.cardtools.enrol.little_server import LittleServer, answering, little_server

ID = "BP0123456789"
NONCE = {"nonce": "00" * 16, "expires": "2030-01-01T00:00:00Z"}
SOON = 0.3
STATUS = RequestStatus(
    id=ID,
    state=RequestState.PENDING,
    profile=CertificateProfile.QUALIFIED,
    applicant=Applicant(name="Jana Nováková", e_mail="jana@example.com"),
    on_device=True,
    received=datetime(2030, 1, 1, tzinfo=UTC),
)
REQUEST = CertificateRequest(profile=STATUS.profile, applicant=STATUS.applicant, pkcs10="-----BEGIN")


def as_json(data: object) -> bytes:
    return json.dumps(data).encode()


def test_a_challenge() -> None:
    with little_server(answering("201 Created", as_json(NONCE))) as server:
        challenge = CaClient(server.url + "/").challenge()
    assert (challenge.nonce, challenge.expires) == ("00" * 16, datetime(2030, 1, 1, tzinfo=UTC))
    assert server.requests[0].startswith(b"POST /challenges HTTP/1.1\r\n")


def test_a_request_travels_as_json_and_comes_back_with_its_number() -> None:
    with little_server(answering("201 Created", STATUS.model_dump_json().encode())) as server:
        assert CaClient(server.url).request(REQUEST) == STATUS
    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /requests HTTP/1.1\r\n")
    assert b"content-type: application/json" in head.lower()
    assert CertificateRequest.model_validate_json(body) == REQUEST


@pytest.mark.parametrize("problem", Problem)
def test_every_refusal_is_told_with_its_reason(problem: Problem) -> None:
    body = as_json({"problem": problem.value, "detail": "That can't be."})
    with little_server(answering("409 Conflict", body)) as server, pytest.raises(CaRefusedError) as caught:
        CaClient(server.url).request(REQUEST)
    assert (caught.value.problem, caught.value.key) == (problem, f"ca-{problem.value}")
    assert caught.value.values == {"url": server.url, "detail": "That can't be."}
    assert caught.value.perhaps_done == (problem is Problem.INTERNAL_ERROR)


def test_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    with pytest.raises(CaError) as caught:
        CaClient(url).challenge()
    assert (caught.value.key, caught.value.perhaps_done) == ("ca-down", False)


def test_no_such_host() -> None:
    with pytest.raises(CaError) as caught:
        CaClient("http://no-such-host.invalid", patience=150).challenge()  # a resolver without a network takes its time
    assert (caught.value.key, caught.value.perhaps_done) == ("ca-down", False)


def silent(server: LittleServer, _: socket.socket) -> None:
    server.release.wait()


def dripping_head(server: LittleServer, connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    while not server.release.wait(SOON / 10):
        connection.sendall(b"X-Still: here\r\n")


def dripping_body(server: LittleServer, connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    while not server.release.wait(SOON / 10):
        connection.sendall(b" ")


@pytest.mark.parametrize("behave", [silent, dripping_head, dripping_body])
def test_one_that_is_slow_is_left(behave: object) -> None:
    with little_server(behave) as server, pytest.raises(CaError) as caught:  # type: ignore[arg-type]
        CaClient(server.url, patience=SOON).challenge()
    assert (caught.value.key, caught.value.perhaps_done) == ("ca-slow", True)
    assert caught.value.values["seconds"] == "0.3"


@pytest.mark.parametrize(
    "sent", [b"", b"HTTP/1.1 201 Created\r\nContent-Le", b"HTTP/1.1 201 Created\r\nContent-Length: 100\r\n\r\n{"]
)
def test_one_that_hangs_up(sent: bytes) -> None:
    with (
        little_server(lambda _, connection: connection.sendall(sent)) as server,
        pytest.raises(CaError) as caught,
    ):
        CaClient(server.url).request(REQUEST)
    assert (caught.value.key, caught.value.perhaps_done) == ("ca-cut-off", True)


def test_one_that_speaks_no_http() -> None:
    with (
        little_server(lambda _, connection: connection.sendall(b"220 mail.example.com ESMTP\r\n")) as server,
        pytest.raises(CaError) as caught,
    ):
        CaClient(server.url).challenge()
    assert caught.value.key == "ca-cut-off"


RUBBISH = {
    "HTML": b"<html><body>Welcome to the hotel's network</body></html>",
    "nothing": b"",
    "no UTF-8": b"\xff\xfe{}",
    "a number": b"42",
    "other JSON": b'{"hello": "world"}',
    "a bit more than JSON": as_json({**NONCE, "extra": 1}),
    "a nonce that is none": as_json({**NONCE, "nonce": "xyz"}),
    "deep": b"[" * 100_000,
    "zipped": gzip.compress(as_json(NONCE)),
}


@pytest.mark.parametrize("body", RUBBISH.values(), ids=RUBBISH.keys())
@pytest.mark.parametrize(
    ("status", "perhaps_done"),
    [("200 OK", True), ("302 Found", False), ("404 Not Found", False), ("502 Bad Gateway", True)],
)
def test_what_is_no_answer_of_a_ca(status: str, perhaps_done: bool, body: bytes) -> None:
    behave = answering(status, body, "Content-Type: application/json", "Location: http://127.0.0.1:1/")
    with little_server(behave) as server, pytest.raises(CaError) as caught:
        CaClient(server.url).challenge()
    assert (caught.value.key, caught.value.perhaps_done) == ("ca-rubbish", perhaps_done)
    assert len(server.requests) == 1


def test_a_huge_answer_is_not_read_to_its_end() -> None:
    sent = []

    def endless(server: LittleServer, connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
        while not server.release.is_set():
            sent.append(connection.send(b" " * 65536))

    with little_server(endless) as server, pytest.raises(CaError) as caught:
        CaClient(server.url).challenge()
    assert caught.value.key == "ca-rubbish"
    assert caught.value.values["reason"] == f"> {MAX_ANSWER // 1024} KiB"
    assert sum(sent) < 100 * MAX_ANSWER


def test_an_answer_about_another_request_is_rubbish() -> None:
    with little_server(answering("200 OK", STATUS.model_dump_json().encode())) as server:
        client = CaClient(server.url)
        assert client.status(ID) == STATUS
        with pytest.raises(CaError) as caught:
            client.status("BP9999999999")
    assert caught.value.key == "ca-rubbish"


def test_a_proxy_has_no_part_in_what_goes_to_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    with little_server(answering("201 Created", as_json(NONCE))) as server:
        assert CaClient(server.url).challenge().nonce == "00" * 16
