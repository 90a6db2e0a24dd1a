"""The audit log."""

from __future__ import annotations

import sqlite3

import pytest

from tests.unit.cardtools.ca.running_ca import PETR, RunningCa


def test_every_act_is_in_the_log(manual_ca: RunningCa) -> None:
    card = manual_ca.card()
    request = manual_ca.ask(card=card).json()["id"]
    serial = manual_ca.issue(request)["serial"]
    refused = manual_ca.ask(who=PETR).json()["id"]
    manual_ca.operate(f"/requests/{refused}/refuse", reason="No contract.")
    manual_ca.undo_bond(card)
    manual_ca.revoke(serial)
    manual_ca.undo_bond(card)
    client = "client 127.0.0.1"
    assert manual_ca.audit() == [
        ("test", "add token", "operator Olga", "done"),
        ("test", "add token", "authorised Adam", "done"),
        (client, "request", request, "done"),
        ("operator Olga", "issue", request, "done"),
        ("operator Olga", "make bond", "proid-q/0001", "done"),
        (client, "request", refused, "done"),
        ("operator Olga", "refuse", refused, "done"),
        ("operator Olga", "undo bond", "proid-q/0001", "still-valid-certificates"),
        ("authorised Adam", "revoke", serial, "done"),
        ("operator Olga", "undo bond", "proid-q/0001", "done"),
    ]


def test_the_log_is_read_page_by_page(manual_ca: RunningCa) -> None:
    whole = manual_ca.listed("/audit")
    assert [entry["number"] for entry in whole] == [1, 2]
    assert whole[0]["at"].endswith("Z")
    assert manual_ca.listed("/audit?after=1") == whole[1:]
    assert manual_ca.listed("/audit?after=2") == []


@pytest.mark.parametrize(
    "change", ["UPDATE audit SET who = 'nobody'", "DELETE FROM audit", "REPLACE INTO audit SELECT * FROM audit"]
)
def test_the_log_is_only_added_to(manual_ca: RunningCa, change: str) -> None:
    before = manual_ca.audit()
    with (
        pytest.raises(sqlite3.IntegrityError, match="only added to"),
        manual_ca.service.database.transaction() as connection,
    ):
        connection.execute(change)
    assert manual_ca.audit() == before


def test_no_secret_is_in_the_log(manual_ca: RunningCa) -> None:
    nonce = manual_ca.nonce()
    manual_ca.ask(card=manual_ca.card())
    text = manual_ca.http.get("/audit", headers=manual_ca.operator).text
    for secret in (manual_ca.operator, manual_ca.authorised):
        assert secret["Authorization"].removeprefix("Bearer ") not in text
    assert nonce.hex() not in text
