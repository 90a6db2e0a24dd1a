"""What stands before every route."""

from __future__ import annotations

import socket
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from tests.unit.cardtools.ca.running_ca import NO_LIMITS, RunningCa, refused, running_ca


def test_a_body_of_the_size_allowed_and_one_byte_more(manual_ca: RunningCa) -> None:
    limit = manual_ca.service.settings.limits.body
    assert manual_ca.http.post("/ocsp", content=bytes(limit)).status_code == 200
    assert refused(manual_ca.http.post("/ocsp", content=bytes(limit + 1))) == (413, "bad-request")
    assert refused(manual_ca.http.post("/requests", content=bytes(limit + 1))) == (413, "bad-request")


def test_a_body_in_chunks_is_measured_too(manual_ca: RunningCa) -> None:
    chunk = bytes(64 * 1024)
    answer = manual_ca.http.post("/ocsp", content=(chunk for _ in range(5)))
    assert refused(answer) == (413, "bad-request")


def test_a_body_that_does_not_arrive(tmp_path: Path) -> None:
    with running_ca(tmp_path, limits=replace(NO_LIMITS, body_seconds=0.1)) as ca:
        place = urlsplit(ca.url)
        with socket.create_connection((place.hostname, place.port or 0), timeout=30) as connection:
            connection.sendall(b"POST /ocsp HTTP/1.1\r\nHost: ca\r\nContent-Length: 10\r\n\r\nfew")
            assert connection.recv(4096).startswith(b"HTTP/1.1 408 ")
