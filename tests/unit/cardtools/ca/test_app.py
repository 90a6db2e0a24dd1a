"""Every error has the one form that the protocol names."""

from __future__ import annotations

import json

import pytest

from tests.unit.cardtools.ca.running_ca import RunningCa, refused


@pytest.mark.parametrize("path", ["/nothing", "/requests/", "/certificates"])
def test_there_is_no_such_place(quiet_ca: RunningCa, path: str) -> None:
    assert refused(quiet_ca.http.get(path)) == (404, "not-found")


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/requests", "GET, POST"),
        ("/challenges", "POST"),
        ("/ocsp", "POST"),
        ("/cards/proid-q/0001/bond", "DELETE, GET"),
    ],
)
def test_a_method_that_is_not_there(quiet_ca: RunningCa, path: str, allowed: str) -> None:
    answer = quiet_ca.http.patch(path)
    assert refused(answer) == (405, "not-allowed")
    assert answer.headers["allow"] == allowed


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'{"profile": "other"}'])
def test_a_body_of_another_form(quiet_ca: RunningCa, body: bytes) -> None:
    answer = quiet_ca.http.post("/requests", content=body, headers={"Content-Type": "application/json"})
    assert refused(answer) == (422, "bad-request")


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", "body.applicant is missing; body.pkcs10 has more than 16384 characters; body.pin does not belong here"),
        ("cs", "body.applicant chybí; body.pkcs10 má více než 16384 znaků; body.pin sem nepatří"),
        ("sl", "body.applicant manjka; body.pkcs10 ima več kot 16384 znakov; body.pin ne sodi sem"),
    ],
)
def test_what_is_wrong_with_a_body_is_told_in_the_readers_language(
    quiet_ca: RunningCa, language: str, told: str
) -> None:
    body = {"profile": "qualified", "pkcs10": "x" * 20_000, "pin": "12345678"}
    answer = quiet_ca.http.post("/requests", json=body, headers={"Accept-Language": language})
    assert refused(answer) == (422, "bad-request")
    assert answer.json()["detail"] == told
    headers = {"Accept-Language": language, "Content-Type": "application/json"}
    answer = quiet_ca.http.post("/requests", content=b"{", headers=headers)
    assert "JSON" in answer.json()["detail"]


def test_a_body_that_is_no_text(quiet_ca: RunningCa) -> None:
    answer = quiet_ca.http.post("/requests", content=b"\xff", headers={"Content-Type": "application/json"})
    assert refused(answer) == (400, "bad-request")


def test_a_refusal_does_not_repeat_what_was_sent(quiet_ca: RunningCa) -> None:
    answer = quiet_ca.http.post("/requests", json={"profile": "12345678"})
    assert "12345678" not in answer.text


def test_an_id_of_another_form(quiet_ca: RunningCa) -> None:
    assert refused(quiet_ca.http.get("/requests/BP123")) == (422, "bad-request")
    assert refused(quiet_ca.http.get("/requests/BP0000000000")) == (404, "not-found")


def test_every_operation_documents_its_refusals(quiet_ca: RunningCa) -> None:
    document = quiet_ca.http.get("/openapi.json").json()
    refusal = {"$ref": "#/components/schemas/Refusal"}
    for path in document["paths"].values():
        for operation in path.values():
            for status, response in operation["responses"].items():
                if status >= "400":
                    assert response["content"]["application/json"]["schema"] == refusal
            assert {"408", "413", "429"} <= set(operation["responses"])
    assert "HTTPValidationError" not in json.dumps(document)
