"""Requests as they are written."""

from __future__ import annotations

import json
from dataclasses import asdict

import pytest
from stuntcard.control.errors import RequestError
from stuntcard.control.requests import (
    ActRequest,
    ClearFaultsRequest,
    CodesRequest,
    InsertRequest,
    ListFaultsRequest,
    RemoveRequest,
    Request,
    ResetRequest,
    SetFaultRequest,
    SetStateRequest,
    StateRequest,
    StatusRequest,
)
from stuntcard.control.wire import parse_request


@pytest.mark.parametrize(
    ("line", "request_"),
    [
        ('{"request": "status"}', StatusRequest()),
        ('{"request": "state"}', StateRequest()),
        ('{"request": "codes", "actor": "office", "act": "unblock"}', CodesRequest("office", "unblock")),
        ('{"request": "act", "actor": "a", "act": "b", "values": {"dok": "1"}}', ActRequest("a", "b", {"dok": "1"})),
        ('{"request": "insert"}', InsertRequest()),
        ('{"request": "remove"}', RemoveRequest()),
        ('{"request": "remove", "back_after": 2}', RemoveRequest(2.0)),
        ('{"request": "reset"}', ResetRequest()),
        ('{"request": "set-fault", "rule": "act=tear"}', SetFaultRequest("act=tear")),
        ('{"request": "list-faults"}', ListFaultsRequest()),
        ('{"request": "clear-faults", "number": 3}', ClearFaultsRequest(3)),
        ('{"request": "set-state", "wanted": ["pin=1"], "force": true}', SetStateRequest(("pin=1",), force=True)),
    ],
)
def test_every_request_has_one_form(line: str, request_: Request) -> None:
    assert parse_request(line.encode()) == request_
    assert parse_request(json.dumps(asdict(request_)).encode()) == request_


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{", "it is no JSON"),
        ("{}", "it names no request"),
        ('{"request": "explode"}', "there is none of that name"),
        ('{"request": "set-fault"}', "rule is missing"),
        ('{"request": "insert", "soon": true}', "it has no soon"),
        ('{"request": "remove", "back_after": -1}', "back_after: "),
        ('{"request": "remove", "back_after": "1"}', "back_after: "),
        ('{"request": "remove", "back_after": 1e9}', "back_after: "),
        ('{"request": "clear-faults", "number": 1.5}', "number: "),
        ('{"request": "set-state", "wanted": "pin=1"}', "wanted: "),
        ('{"request": "act", "actor": "a", "act": "b", "values": {"pin": 1234567}}', "values.pin: "),
    ],
)
def test_what_is_wrong_with_a_request_is_said_without_its_values(line: str, reason: str) -> None:
    with pytest.raises(RequestError) as error:
        parse_request(line.encode())
    assert str(error.value).startswith(f"the request can't be understood: {reason}")
    assert "1234567" not in str(error.value)
    assert str(error.value).endswith("pinpad, type, exercise, hint, call, end")
