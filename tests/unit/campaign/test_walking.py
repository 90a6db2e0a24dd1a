"""A walk tells where a client does not do what the law has it do. The clients here do nothing, or say nothing true."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from stuntcard.campaign.load import CampaignError
from stuntcard.campaign.model import Limits
from stuntcard.campaign.walk_model import WalkClient, load_walk_client
from stuntcard.campaign.walking import Met, plan, walk
from stuntcard.policy.events import Verdict
from stuntcard.policy.moves import ActionKind

from tests.unit.cli.command_line import run as stuntcard


def client(**moves: str) -> WalkClient:
    return WalkClient.model_validate({"title": "one", "client": {}, "moves": moves})


def walked(card: str, client: WalkClient) -> list[Met]:
    return list(walk(plan(card, client), client, Limits()))


def test_a_client_that_only_says_that_all_was_done_is_found_out() -> None:
    met = walked("tokenme", client(log_in="true"))
    wrong = [one for one in met if one.step.verdict is Verdict.WRONG_CODE and one.step.move.action.code == "pin"]
    assert wrong[0].findings == (
        "the law says wrong code, and the client that it was done",
        "PIN is set with 3 of 3 tries, by the law set with 2 of 3 tries",
    )


def test_a_client_that_says_nothing_was_done_is_found_out_where_it_should_have_been() -> None:
    told = "the law lets it be done, and the client says that it was not"
    met = walked("tokenme", client(log_in="false"))
    assert [told in one.findings for one in met] == [one.step.verdict is Verdict.DONE for one in met]


def test_a_client_that_hangs_is_ended() -> None:
    sleeper = client(log_in="sleep 60")
    first = next(iter(walk(plan("tokenme", sleeper), sleeper, Limits(seconds=0.2))))
    assert first.findings[0] == "the client did not end by itself: ended after its time"


def test_what_others_do_needs_no_client() -> None:
    """Of eObčanka's moves only those of others are taken: each act is done, and the card is as the law has it."""
    nobody = WalkClient.model_validate(
        {
            "title": "nobody",
            "client": {},
            "moves": {"log_in": "false"},
            "cannot": [{"move": "log_in", "why": "only others act here"}],
        }
    )
    met = walked("eobcanka", nobody)
    assert {one.step.move.action.act for one in met} == {
        "set-identification", "unblock", "set-bok", "check-bok", "block-identification"
    }  # fmt: skip
    assert {one.findings for one in met} == {()}


def test_what_a_client_can_not_do_is_left_out() -> None:
    modest = WalkClient.model_validate(
        {
            "title": "modest",
            "client": {},
            "moves": {"log_in": "true", "change": "true"},
            "cannot": [{"move": "change", "why": "no"}, {"move": "log_in", "code": "puk", "why": "no"}],
        }
    )
    steps = [step for tour in plan("tokenme", modest).tours for step in tour]
    assert {(step.move.action.kind, step.move.action.code) for step in steps} == {(ActionKind.LOG_IN, "pin")}


def test_a_value_never_reaches_what_is_told() -> None:
    said = {one.said for one in walked("tokenme", client(log_in="sh -c 'echo gave {value}; exit 1'")) if one.said}
    assert said == {"exit 1: gave ****"}


def test_the_command_tells_findings_and_ends_with_1(tmp_path: Path) -> None:
    file = tmp_path / "liar.yaml"
    file.write_text("title: liar\nclient: {}\nmoves: {log_in: 'true'}\n")
    result = stuntcard("campaign", "walk", "tokenme", "--by", str(file))
    assert result.exit_code == 1
    assert "the law says wrong code, and the client that it was done" in result.stdout
    assert result.stdout.startswith("liar: ")


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        ("title: a\nclient: {}\nmoves: {log_in: 'x {pin}'}\n", "3:9: moves.log_in: {pin} stands for nothing"),
        ("title: a\nclient: {}\nmoves: {}\n", "moves"),
        ("title: a\nclient: {}\nmoves: {wave: x}\n", "wave"),
    ],
)
def test_mistakes_in_a_clients_file_have_their_place(text: str, mistake: str, tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(text)
    with pytest.raises(CampaignError, match=re.escape(mistake)):
        load_walk_client(str(file))


def test_a_client_that_there_is_not_is_told_with_those_that_there_are() -> None:
    with pytest.raises(FileNotFoundError, match="there is no client 'opensk'; did you mean opensc"):
        load_walk_client("opensk")


@pytest.mark.parametrize(
    ("text", "status", "told"),
    [
        ("title: a\nclient: {}\nmoves: {wave: x}\n", 2, "moves.wave"),
        ('title: a\nclient: {}\nmoves: {log_in: "x \'y"}\n', 69, "can't be split into words"),
        ("title: a\nclient: {}\nmoves: {log_in: 'nosuch-{value}'}\n", 69, "no such program"),
    ],
)
def test_a_client_that_can_not_be_led_is_told_without_its_codes(
    text: str, status: int, told: str, tmp_path: Path
) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(text)
    result = stuntcard("campaign", "walk", "tokenme", "--by", str(file))
    assert (result.exit_code, told in result.stderr) == (status, True), result.output
    assert "12345678" not in result.output


def test_a_walk_that_is_ended_leaves_nothing_running(tmp_path: Path) -> None:
    file = tmp_path / "slow.yaml"
    file.write_text(f"title: slow\nclient: {{}}\nmoves: {{log_in: sh -c 'echo $$ >{tmp_path}/pid; sleep 100; true'}}\n")
    walking = subprocess.Popen(
        [sys.executable, "-m", "stuntcard", "campaign", "walk", "tokenme", "--by", str(file)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    while not (tmp_path / "pid").exists() or not (tmp_path / "pid").read_text().strip():
        assert walking.poll() is None
        time.sleep(0.05)
    walking.send_signal(signal.SIGINT)
    _, told = walking.communicate(timeout=60)
    assert walking.returncode == 130
    assert "Traceback" not in told
    assert not Path(f"/proc/{(tmp_path / 'pid').read_text().strip()}").exists()
