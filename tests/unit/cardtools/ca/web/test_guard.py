"""What stands before every route."""

from __future__ import annotations

import socket
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import httpx
from cardtools.ca.settings import Rate
from cardtools.ca.web.guard import SESSION_COOKIE

from tests.unit.cardtools.ca.portal.browser import Browser
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


def test_calls_that_never_arrive_whole_use_up_nobodys_rate(tmp_path: Path) -> None:
    limits = replace(NO_LIMITS, anything=Rate(at_once=2, per_second=0.01), body_seconds=0.1)
    with running_ca(tmp_path, limits=limits) as ca:
        place = urlsplit(ca.url)
        for _ in range(5):
            with socket.create_connection((place.hostname, place.port or 0), timeout=30) as connection:
                connection.sendall(b"POST /ocsp HTTP/1.1\r\nHost: ca\r\nContent-Length: 10\r\n\r\nfew")
                assert connection.recv(4096).startswith(b"HTTP/1.1 408 ")
        assert [ca.http.get("/root").status_code for _ in range(3)] == [200, 200, 429]


def test_a_session_is_counted_apart_from_the_others_at_its_address(tmp_path: Path) -> None:
    """Logging in takes three calls of the address; then it has a rate of its own."""
    with running_ca(tmp_path, limits=replace(NO_LIMITS, anything=Rate(at_once=4, per_second=0.01))) as ca:
        adam = Browser(ca)
        adam.log_in()
        while ca.http.get("/root").status_code == 200:
            pass
        assert [adam.http.get("/portal").status_code for _ in range(4)] == [200, 200, 200, 429]
        made_up = {SESSION_COOKIE: "made up"}
        assert httpx.get(f"{ca.url}/portal", cookies=made_up).status_code == 429
        adam.http.close()
