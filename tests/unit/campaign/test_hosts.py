"""The processes that run cells: a client can't have one of them wait for ever."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator

import pytest
from stuntcard.campaign.cells import Cell
from stuntcard.campaign.hosts import Host, HostLostError
from stuntcard.campaign.model import OWN, PLAIN, Campaign
from stuntcard.campaign.outcome import Outcome, Request, job_of

PATIENCE = 120.0


@pytest.fixture
def host(monkeypatch: pytest.MonkeyPatch) -> Iterator[Host]:
    with tempfile.TemporaryDirectory(prefix="sc-") as short:
        monkeypatch.setenv("XDG_RUNTIME_DIR", short)
        host = Host()
        yield host
        host.end()
        host.wait()


def request(command: str, seconds: float) -> str:
    campaign = Campaign.model_validate(
        {
            "schema": 1, "title": "A try", "cards": ["tokenme"],
            "clients": {"ours": {"command": command}}, "limits": {"seconds": seconds},
        }
    )  # fmt: skip
    return Request(what=job_of(campaign, Cell("tokenme", None, OWN, PLAIN, "ours", "run"))).model_dump_json()


def test_a_client_that_stops_its_host_is_ended_after_its_time(host: Host) -> None:
    outcome = Outcome.model_validate_json(host.ask(request("sh -c 'kill -STOP $PPID; sleep 600'", 0.5), PATIENCE))
    assert [step.ended for step in outcome.steps] == ["ended after its time"]
    # And the host goes on with the next one.
    outcome = Outcome.model_validate_json(host.ask(request("true", PATIENCE), PATIENCE))
    assert [step.ended for step in outcome.steps] == ["exit 0"]


def test_a_host_that_does_not_answer_in_its_time_is_lost(host: Host) -> None:
    with pytest.raises(HostLostError):
        host.ask(request("sleep 600", PATIENCE), 0.1)
