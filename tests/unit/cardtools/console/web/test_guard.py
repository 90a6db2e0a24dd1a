"""What no other site's page, and no foreign name, can have of the console."""

from __future__ import annotations

import pytest
from cardtools.console.web.guard import BODY_MAX, Guard
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

HOST = "127.0.0.1:8630"


async def _echo(request: Request) -> PlainTextResponse:
    return PlainTextResponse(str(len(await request.body())))


@pytest.fixture
def client() -> TestClient:
    app = Starlette(routes=[Route("/", _echo, methods=["GET", "POST"])])
    return TestClient(Guard(app, [HOST, "localhost:8630"]), base_url=f"http://{HOST}")


def test_a_page_carries_what_keeps_scripts_and_frames_of_others_out(client: TestClient) -> None:
    answer = client.get("/")
    assert answer.status_code == 200
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", "127.0.0.1:80", "localhost.evil.example:8630", ""])
def test_a_foreign_name_is_refused(client: TestClient, host: str) -> None:
    assert client.get("/", headers={"Host": host}).status_code == 421


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": f"http://{HOST}"}, 200),
        ({"Origin": "http://localhost:8630"}, 200),
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "http://evil.example", "Sec-Fetch-Site": "same-origin"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://127.0.0.1:8631"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({}, 403),
    ],
)
def test_only_forms_of_the_consoles_own_pages_do_anything(
    client: TestClient, headers: dict[str, str], status: int
) -> None:
    assert client.post("/", content=b"x", headers=headers).status_code == status


def test_a_body_larger_than_any_form_is_refused(client: TestClient) -> None:
    own = {"Origin": f"http://{HOST}"}
    assert client.post("/", content=b"x" * BODY_MAX, headers=own).text == str(BODY_MAX)
    assert client.post("/", content=b"x" * (BODY_MAX + 1), headers=own).status_code == 413
    assert client.post("/", content=iter([b"x"]), headers=own).status_code == 411
