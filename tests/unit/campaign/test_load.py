from __future__ import annotations

import re
from pathlib import Path

import pytest
from stuntcard.campaign.load import CampaignError, campaign_names, load_campaign, parse_campaign, with_variables
from stuntcard.campaign.model import Task, expected_of

DOCS = Path(__file__).parents[3] / "docs/campaigns.md"
GOOD = b"""\
schema: 1
title: A try
scenarios: [proid-q-pin-*]
variables: {where: here}
clients:
  opensc: {module: "{where}/module.so", environment: {PIN: "{pin}"}}
tasks:
  login: {run: "tool {module} --pin env:PIN", expect: {output: in}}
"""


@pytest.mark.parametrize("name", campaign_names())
def test_what_comes_with_stuntcard_can_be_used(name: str) -> None:
    assert load_campaign(name).campaign.text


def test_a_pattern_stands_for_the_scenarios_that_are_called_so() -> None:
    named = parse_campaign(GOOD, "try.yaml")
    assert named.campaign.scenarios == ("proid-q-pin-blocked", "proid-q-pin-last-try", "proid-q-pin-must-change")


def test_all_mistakes_are_told_at_once_with_their_places() -> None:
    text = GOOD.replace(b"{where}/module", b"{nowhere}/module").replace(b"output: in", b"output: '('")
    text += b"faults: [none, act=dance, {each_command: nth=2 act=tear}]\ncards: [proid-x]\nsample: 0\n"
    with pytest.raises(CampaignError) as caught:
        parse_campaign(text, "try.yaml")
    assert str(caught.value).startswith("try.yaml:11:1: sample: 0: expected 1 at least")
    with pytest.raises(CampaignError) as caught:
        parse_campaign(text.replace(b"sample: 0\n", b""), "try.yaml")
    told = str(caught.value).splitlines()
    assert [line.partition(": ")[0] for line in told] == [
        "try.yaml:6:3", "try.yaml:8:47", "try.yaml:9:16", "try.yaml:9:27", "try.yaml:10:9",
    ]  # fmt: skip
    assert "{nowhere} stands for nothing" in told[0]
    assert "leave out nth" in told[3]


def test_a_variable_is_set_and_an_unknown_one_refused() -> None:
    named = with_variables(parse_campaign(GOOD, "try.yaml"), {"where": "there"})
    assert named.campaign.variables == {"where": "there"}
    with pytest.raises(ValueError, match="has no variable 'wher'; it has: where"):
        with_variables(named, {"wher": "there"})


def test_what_is_expected_is_said_nearest_to_the_run() -> None:
    campaign = parse_campaign(GOOD + b"expect: {exit: 1, never: oops}\nunder_fault: {tries_spent: 2}\n", "t").campaign
    task = campaign.tasks["login"]
    plain = expected_of(campaign, "opensc", task, fault=False)
    assert (plain.exit, plain.output, plain.never, plain.tries_spent) == (1, ("in",), ("oops",), 0)
    faulty = expected_of(campaign, "opensc", task, fault=True)
    assert (faulty.exit, faulty.never, faulty.tries_spent) == ("any", ("oops",), 2)
    shown = expected_of(campaign, "opensc", Task(shown_by=True), fault=False)
    assert (shown.scenario, shown.may_lose) == (True, True)


@pytest.mark.parametrize("text", re.findall(r"```yaml\n(.*?)```", DOCS.read_text("utf-8"), re.DOTALL))
def test_the_files_in_the_documents_can_be_used(text: str) -> None:
    assert parse_campaign(text.encode(), "try.yaml").campaign.clients


def mistakes(text: bytes) -> list[str]:
    with pytest.raises(CampaignError) as caught:
        parse_campaign(text, "try.yaml")
    return str(caught.value).splitlines()


def test_a_client_with_a_command_beside_tasks_is_told_not_both() -> None:
    assert mistakes(GOOD.replace(b'{module: "', b'{command: "true", module: "')) == [
        "try.yaml:6:12: clients.opensc.command: it has a `command`, and the campaign `tasks`: not both; "
        "leave out one of them"
    ]
    assert mistakes(GOOD.partition(b"tasks:")[0]) == [
        "try.yaml:6:3: clients.opensc: give it a `command`, or the campaign `tasks` for all of its clients"
    ]


def test_what_no_card_of_the_campaign_has_is_not_expected_of_it() -> None:
    text = GOOD.replace(b"expect: {output: in}", b"expect: {card: {codes.qpim.state: set, codes.qpin.state: set}}")
    assert mistakes(text) == [
        "try.yaml:8:63: tasks.login.expect.card.codes.qpim.state: there is no such thing to expect; "
        "did you mean codes.qpin.state or codes.pin.state or codes.puk.state?"
    ]
    # One of another card is expected where a task is for that one alone.
    both = text.replace(b"codes.qpim.state", b"codes.pin.state") + b"cards: [tokenme]\n"
    assert parse_campaign(both, "try.yaml").campaign.cards == ("tokenme",)
