"""A request that its CA has lost: told of once, and forgotten when its holder says so."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.clients.desk import PIN, QPIN
from tests.clients.enrolment import JANA, TrainingCa, client_at_desk, request_id, training_ca

pytestmark = pytest.mark.own_module


def _lose(ca: TrainingCa, request: str) -> None:
    """What a CA is like that was put back from an older copy."""
    with ca.service.database.transaction() as connection:
        connection.execute("DELETE FROM requests WHERE id = ?", (request,))


def test_a_lost_request_is_named_once_and_can_be_forgotten(tmp_path: Path) -> None:
    with training_ca(tmp_path) as ca, client_at_desk(ca.url) as client:
        lost, other = (request_id(client.done("request", "qualified", *JANA, codes=(PIN, QPIN))) for _ in range(2))
        _lose(ca, lost)
        run = client.run("check")
        assert run.status == 1
        assert run.err == (
            f"{lost}: the CA at {ca.url} does not know this request.\nIf it never will: enrol forget {lost}\n"
        )
        assert lost not in run.out
        assert client.pending() == sorted([lost, other])

        key = client.desk.seen.keys[0]
        run = client.run("forget", lost)
        assert run.status == 0
        assert run.out == f"Request {lost} is forgotten here. The CA is not told.\n"
        assert f"Its key {str(key.identifier).lower()} remains unpaired on ProID+Q" in run.err
        assert client.pending() == [other]
        assert client.run("check").err == ""
        assert len(client.desk.seen.keys) == 2
        said = client.refused("forget", lost)
        assert said == f"Request {lost} is not noted on this computer; there is nothing to forget.\n"
