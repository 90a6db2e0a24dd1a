"""A card's law, walked by an unmodified client: codes are given rightly and wrongly, set and unblocked, to the end."""

from __future__ import annotations

import pytest
from stuntcard.campaign.model import Limits
from stuntcard.campaign.walk_model import WalkClient, load_walk_client
from stuntcard.campaign.walking import plan, walk

TWICE = (
    "sh -c 'for time in 1 2; do pkcs15-tool --verify-pin --auth-id {auth-id} --pin {value} || end=1; done; exit $end'"
)


@pytest.mark.timeout(600)
def test_opensc_does_what_the_law_of_tokenme_has() -> None:
    opensc = load_walk_client("opensc")
    planned = plan("tokenme", opensc)
    assert len(planned.map.everything) == 67
    met = list(walk(planned, opensc, Limits()))
    assert {one.step.shows for one in met} == planned.map.everything
    assert [(one.step, one.findings, one.said) for one in met if one.findings] == []


def test_a_client_that_gives_a_code_twice_spends_two_tries() -> None:
    client = WalkClient.model_validate({"title": "twice", "client": {}, "moves": {"log_in": TWICE}})
    wrong = next(one for one in walk(plan("tokenme", client), client, Limits()) if one.findings)
    assert wrong.findings == ("PIN is set with 1 of 3 tries, by the law set with 2 of 3 tries",)
    assert wrong.said.startswith("exit 1: ")
