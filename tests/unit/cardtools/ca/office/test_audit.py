"""The audit log."""

from __future__ import annotations

import sqlite3

import pytest

from tests.unit.cardtools.ca.running_ca import PETR, RunningCa


def test_every_act_is_in_the_log(ca: RunningCa) -> None:
    card = ca.card()
    request = ca.ask(card=card).json()["id"]
    serial = ca.issue(request)["serial"]
    refused = ca.ask(who=PETR).json()["id"]
    ca.operate(f"/requests/{refused}/refuse", reason="No contract.")
    ca.undo_bond(card)
    ca.revoke(serial)
    ca.undo_bond(card)
    client = "client 127.0.0.1"
    assert ca.audit() == [
        ("test", "add token", "operator Olga", "done"),
        ("test", "add token", "authorised Adam", "done"),
        (client, "request", request, "done"),
        ("operator Olga", "issue", request, "done"),
        ("operator Olga", "make bond", "proid-q/0001", "done"),
        (client, "request", refused, "done"),
        ("operator Olga", "refuse", refused, "done"),
        ("authorised Adam", "undo bond", "proid-q/0001", "still-valid-certificates"),
        ("authorised Adam", "revoke", serial, "done"),
        ("authorised Adam", "undo bond", "proid-q/0001", "done"),
    ]


def test_the_log_is_read_page_by_page(ca: RunningCa) -> None:
    whole = ca.listed("/audit")
    assert [entry["number"] for entry in whole] == [1, 2]
    assert whole[0]["at"].endswith("Z")
    assert ca.listed("/audit?after=1") == whole[1:]
    assert ca.listed("/audit?after=2") == []


@pytest.mark.parametrize(
    "change", ["UPDATE audit SET who = 'nobody'", "DELETE FROM audit", "REPLACE INTO audit SELECT * FROM audit"]
)
def test_the_log_is_only_added_to(ca: RunningCa, change: str) -> None:
    before = ca.audit()
    with pytest.raises(sqlite3.IntegrityError, match="only added to"), ca.service.database.transaction() as connection:
        connection.execute(change)
    assert ca.audit() == before


def test_no_secret_is_in_the_log(ca: RunningCa) -> None:
    nonce = ca.nonce()
    ca.ask(card=ca.card())
    text = ca.http.get("/audit", headers=ca.operator).text
    for secret in (ca.operator, ca.authorised):
        assert secret["Authorization"].removeprefix("Bearer ") not in text
    assert nonce.hex() not in text
