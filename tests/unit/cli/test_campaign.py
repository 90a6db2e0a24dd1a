"""What `campaign` says, and ends with, where something is not as it was meant."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from stuntcard.campaign.journal import Journal
from stuntcard.campaign.load import load_campaign
from stuntcard.campaign.outcome import Verdict

from tests.unit.campaign.outcomes import cell, outcome
from tests.unit.campaign.test_journal import HEADER
from tests.unit.cli.command_line import COMMAND, PATIENCE, done, refused, run, stuntcard

FILE = """\
schema: 1
title: A try
cards: [tokenme]
clients: {ours: {version: ./client.sh}, theirs: {}}
tasks:
  say: {run: ./client.sh hello, expect: {output: ^hello$}}
faults: [none, ins=read-record act=remove, {each_command: ins=read-record act=tear}]
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where a campaign lies, and its client; the command is typed in another folder."""
    beside = tmp_path / "beside"
    beside.mkdir()
    (beside / "two.yaml").write_text(FILE)
    (beside / "client.sh").write_text("#!/bin/sh\necho $1\n")
    (beside / "client.sh").chmod(0o755)
    monkeypatch.chdir(tmp_path)
    return beside


def ran(file: str, folder: Path, *options: str) -> str:
    """What a campaign said that went well, in a process of its own, as its clients' processes are ended with it."""
    result = stuntcard("campaign", "run", file, *options, cwd=folder)
    assert (result.returncode, result.stderr) == (0, "")
    return result.stdout


def test_check_says_what_run_will_miss(folder: Path) -> None:
    assert done("campaign", "check", "beside/two.yaml") == (
        "two can be run: 4 runs, and 2 series of a run for each command.\n"
    )
    (folder / "one.yaml").write_text(FILE.partition("faults")[0].replace(", theirs: {}", ""))
    assert done("campaign", "check", "beside/one.yaml") == "one can be run: 1 run.\n"
    (folder / "client.sh").unlink()
    assert refused("campaign", "check", "beside/one.yaml").splitlines() == [
        f"beside/one.yaml:4:18: clients.ours.version: ./client.sh: there is no such program; it is seen from {folder}",
        f"beside/one.yaml:6:9: tasks.say.run: ./client.sh: there is no such program; it is seen from {folder}",
    ]


def test_a_client_beside_the_file_is_run_and_a_fault_that_never_struck_is_told(folder: Path) -> None:
    assert ran("beside/two.yaml", folder.parent) == (
        "4 runs: 4 passed. The report: campaign-two/report.html\n"
        "The fault of 2 runs never struck: ins=read-record act=remove (2 runs)\n"
        "A fault for each command had no command that it matches, and so no runs: ins=read-record act=tear\n"
    )
    report = Path("campaign-two/report.html").read_text("utf-8")
    assert report.count('class="tile passed unstruck"') == 2
    assert report.count(">passed, never struck</a>") == 2

    # What is chosen, and is not there, leaves the report as it is; so do fewer runs.
    assert refused("campaign", "run", "beside/two.yaml", "--only", "task=nope") == (
        "--only task=nope: two has no such task; there are: say\n"
    )
    assert refused("campaign", "run", "beside/two.yaml", "--only", "fault=x*", "--results", "new") == (
        "--only fault=x*: two has no such fault; there are: none, ins=read-record act=remove, "
        "ins=read-record act=tear\n"
    )
    assert refused("campaign", "run", "beside/two.yaml", "--only", "client=ours") == (
        "campaign-two: a finished report of other runs of this campaign is there, and would be lost; choose another "
        "folder with --results, or replace it with --afresh\n"
    )
    assert Path("campaign-two/report.html").read_text("utf-8") == report
    assert sorted(path.name for path in Path().iterdir()) == ["beside", "campaign-two"]


def test_a_campaign_of_which_nothing_is_left_is_not_run(folder: Path) -> None:
    (folder / "none.yaml").write_text(FILE + "exclude: [{card: tokenme}]\n")
    said = (
        "there is no run: `include`, `exclude`, --only, --sample and the applets that cards are seen through leave "
        "none\n"
    )
    assert refused("campaign", "check", "beside/none.yaml") == said
    assert refused("campaign", "run", "beside/none.yaml") == said
    assert not Path("campaign-none").exists()


def test_fewer_runs_may_be_run_again_where_they_were(folder: Path) -> None:
    (folder / "two.yaml").write_text(FILE.partition("faults")[0])
    for _ in range(2):
        assert ran("beside/two.yaml", folder.parent, "--only", "client=ours") == (
            "1 run: 1 passed. The report: campaign-two/report.html\n"
        )
    assert load_campaign("beside/two.yaml").campaign.clients["ours"].version == f"{folder}/client.sh"


def results(folder: Path, *tasks: str) -> Path:
    with Journal(folder, HEADER) as journal:
        for task in tasks:
            journal.add(outcome(cell(task), Verdict.PASSED))
    return folder


def test_runs_that_are_gone_are_told_of_and_where_all_are_nothing_is_compared(tmp_path: Path) -> None:
    old = results(tmp_path / "old", "login", "sign", "list")
    new = results(tmp_path / "new", "login")
    said = done("campaign", "compare", old, new).splitlines()
    assert said == [
        "GONE: 2 of the 3 runs of OLD are not in NEW",
        f"  passed  proid-q, opensc, sign [{cell('sign').id}]",
        f"  passed  proid-q, opensc, list [{cell('list').id}]",
        "1 as before, 0 new, 2 gone.",
    ]
    other = results(tmp_path / "other", "login2")
    for as_json in ((), ("--json",)):
        assert refused("campaign", "compare", old, other, *as_json) == (
            f"nothing can be compared: {old} and {other} have no run in common. 3 runs of the former, 1 run of the "
            "latter; are they of one campaign?\n"
        )
    many = results(tmp_path / "many", "login", *(f"t{number}" for number in range(20)))
    result = run("campaign", "compare", many, new)
    assert (result.exit_code, result.stdout.splitlines()[-2]) == (0, "  and 12 more")


@pytest.mark.parametrize("options", [(), ("--jsonl",)])
def test_an_output_that_takes_nothing_more_is_told_alike(folder: Path, options: tuple[str, ...]) -> None:
    (folder / "one.yaml").write_text(
        'schema: 1\ntitle: One\ncards: [tokenme]\nclients: {a: {command: "true"}, b: {command: "false"}}\n'
    )
    with open("/dev/full", "wb") as full:
        result = subprocess.run(
            [*COMMAND, "campaign", "run", "one.yaml", *options],
            cwd=folder, stdout=full, stderr=subprocess.PIPE, text=True, timeout=PATIENCE, check=False,
        )  # fmt: skip
    assert (result.returncode, result.stderr) == (
        74,
        "what there is to say can't be written: No space left on device\n",
    )
