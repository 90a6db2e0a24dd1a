"""Campaigns with real clients: run, killed and gone on with, repeated; with clients that behave badly; on a cluster."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from stuntcard.campaign.journal import JOURNAL
from stuntcard.campaign.outcome import Outcome

from tests.clients.opensc import pkcs11_module, program_of_this_machine
from tests.programs import processes_with, run

pytestmark = pytest.mark.own_module

HEAD = """\
schema: 1
title: A try
cards: [tokenme]
"""
BAD = (
    HEAD
    + """\
clients:
  talks: {command: "yes {pin}"}
  fills: {command: dd if=/dev/zero of=large bs=100k count=90}
  leaves:
    command: "sh -c 'setsid sleep 1234.5 >/dev/null 2>&1 & until grep -q sleep /proc/$!/comm; do :; done'"
  crashes: {command: "sh -c 'kill -SEGV $$'"}
  tells: {command: "echo the PIN is {pin}"}
  good: {command: "true"}
limits: {output: 100000, files: 1000000}
"""
)
HANGING = (
    HEAD
    + """\
clients: {hangs: {command: "sh -c 'trap \\"\\" TERM; while :; do sleep 60; done'"}}
limits: {seconds: 2}
"""
)

CLUSTER = """
import sys
from distributed import LocalCluster

with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None, host="127.0.0.1") as cluster:
    print(cluster.scheduler_address, *(worker.pid for worker in cluster.workers.values()), flush=True)
    sys.stdin.read()
"""
"""A cluster of Dask, until its standard input ends; it says where its scheduler is, and what its two workers are."""


class Campaigns:
    """The command, in a folder and a runtime folder of its own."""

    def __init__(self, folder: Path, runtime: Path) -> None:
        self.folder = folder
        self.runtime = runtime
        self.environment = {**os.environ, "XDG_RUNTIME_DIR": str(runtime)}

    def file(self, text: str) -> None:
        (self.folder / "try.yaml").write_text(text)

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "stuntcard", "campaign", *arguments]

    def __call__(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return run(*self.command(*arguments), cwd=self.folder, env=self.environment, timeout=150)

    def outcomes(self, folder: str = "campaign-try") -> list[Outcome]:
        lines = map(json.loads, (self.folder / folder / JOURNAL).read_bytes().splitlines())
        return [Outcome.model_validate_json(json.dumps(line["outcome"])) for line in lines if "outcome" in line]

    def nothing_is_left(self) -> bool:
        """No folder of a card, and no process that was told of this runtime folder."""
        folders = [path for path in self.runtime.rglob("*") if path != self.runtime / "stuntcard"]
        return not folders and not self.processes()

    def processes(self) -> list[Path]:
        """Those that were told of this runtime folder."""
        return processes_with(f"XDG_RUNTIME_DIR={self.runtime}\0")


@pytest.fixture
def campaigns(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Campaigns:
    runtime = tmp_path_factory.mktemp("r")
    runtime.chmod(0o700)
    return Campaigns(tmp_path, runtime)


def test_every_verify_of_a_real_client_fails_once_and_the_run_is_repeated(campaigns: Campaigns) -> None:
    campaigns.file(
        HEAD
        + f"""\
clients: {{opensc: {{module: {pkcs11_module()}, environment: {{PIN: "{{pin}}"}}, version: opensc-tool --info}}}}
tasks:
  login:
    run: {program_of_this_machine("pkcs11-tool")} --module {{module}} --login --pin env:PIN --list-objects
faults: [none, {{each_command: [ins=verify act=remove, ins=verify act=status:63C1]}}]
under_fault: {{exit: failure}}
"""
    )
    done = campaigns("run", "try.yaml")
    outcomes = campaigns.outcomes()
    assert (done.returncode, len(outcomes)) == (0, 3), done.stdout + done.stderr
    assert done.stdout == "3 runs: 3 passed. The report: campaign-try/report.html\n"
    assert Counter(outcome.struck for outcome in outcomes) == {0: 1, 1: 2}
    assert [outcome.steps[0].ended for outcome in outcomes if outcome.struck] == ["exit 1"] * 2
    # What a campaign says in the end, it says again of a single run, and keeps no code.
    last = outcomes[-1]
    again = campaigns("repeat", last.id, "try.yaml")
    assert again.returncode == 0
    assert "passed" in again.stdout.splitlines()[-1]
    files = [path.read_bytes() for path in (campaigns.folder / "campaign-try").rglob("*.*")]
    assert len(files) > 6
    assert not any(b"12345678" in content or b"3132333435363738" in content for content in files)
    assert campaigns.nothing_is_left()


def test_clients_that_behave_badly_are_told_apart_and_leave_nothing(campaigns: Campaigns) -> None:
    campaigns.file(BAD)
    done = campaigns("run", "try.yaml")
    assert done.returncode == 1
    why = {outcome.cell.client: outcome.why for outcome in campaigns.outcomes()}
    assert why == {
        "talks": "no flood: yes: ended for its output; no code in the output: yes wrote one",
        "fills": "no flood: dd: ended for its files",
        "leaves": "nothing left running: sh left sleep",
        "crashes": "no crash: sh: signal SIGSEGV",
        "tells": "no code in the output: echo wrote one",
        "good": "",
    }
    assert "12345678" not in (campaigns.folder / "campaign-try" / "report.json").read_text()
    campaigns.file(HANGING)
    assert campaigns("run", "try.yaml", "--results", "hanging").returncode == 1
    assert [outcome.why for outcome in campaigns.outcomes("hanging")] == ["no hang: sh: ended after its time"]
    assert campaigns.nothing_is_left()


def test_a_client_that_does_not_exist_is_refused_before_anything_runs(campaigns: Campaigns) -> None:
    campaigns.file(HEAD + "clients: {gone: {command: gone-tool, version: gone-tool --version}}\n")
    done = campaigns("run", "try.yaml")
    assert (done.returncode, done.stderr) == (
        69, "gone: gone-tool: no such program; is it installed, and on the PATH?\n",
    )  # fmt: skip
    assert campaigns.nothing_is_left()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_what_was_ended_goes_on_with_nothing_twice_and_nothing_lost(campaigns: Campaigns, number: int) -> None:
    seeds, go = range(1, 41), campaigns.folder / "go"
    # Eight runs come to their end, and the others once they may: so there are some left whenever the signal comes.
    some = f"for n in 1 2 3 4 5 6 7 8; do mkdir {campaigns.folder}/$n 2>/dev/null && exit; done"
    rest = f"until [ -e {go} ]; do sleep 0.05; done"
    campaigns.file(HEAD + f"clients: {{slow: {{command: \"sh -c '{some}; {rest}'\"}}}}\nseeds: {list(seeds)}\n")
    command = campaigns.command("run", "try.yaml", "--jsonl")
    with subprocess.Popen(
        command, cwd=campaigns.folder, env=campaigns.environment, stdout=subprocess.PIPE, text=True
    ) as first:
        assert first.stdout is not None
        told = [json.loads(first.stdout.readline())["id"] for _ in range(5)]
        first.send_signal(number)
        assert first.wait(60) == (130 if number == signal.SIGINT else -number)
    deadline = time.monotonic() + 60
    while campaigns.processes():  # whoever is left of it ends by itself
        assert time.monotonic() < deadline
        time.sleep(0.05)
    go.touch()
    kept = [outcome.id for outcome in campaigns.outcomes()]
    assert set(told) <= set(kept)
    done = campaigns("run", "try.yaml")
    assert done.stdout.splitlines() == [
        f"try goes on: {len(kept)} runs were done before.", "40 runs: 40 passed. The report: campaign-try/report.html",
    ]  # fmt: skip
    ids = [outcome.id for outcome in campaigns.outcomes()]
    assert ids[: len(kept)] == kept
    assert len(ids) == len(set(ids)) == 40
    assert campaigns.nothing_is_left()


def test_on_a_cluster_it_comes_to_the_same_though_a_worker_is_killed(campaigns: Campaigns) -> None:
    pytest.importorskip("distributed")
    seeds = list(range(1, 61))
    campaigns.file(HEAD + f'clients: {{slow: {{command: "sleep 0.05"}}}}\nseeds: {seeds}\n')
    # A process of its own: Dask leaves in the one that it is in a process, threads and variables for ever.
    with subprocess.Popen(
        [sys.executable, "-c", CLUSTER],
        env=campaigns.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as cluster:  # fmt: skip
        assert cluster.stdout is not None
        scheduler, worker, _ = cluster.stdout.readline().split()
        command = campaigns.command("run", "try.yaml", "--jsonl", "--dask", scheduler)
        with subprocess.Popen(
            command, cwd=campaigns.folder, env=campaigns.environment, stdout=subprocess.PIPE, text=True
        ) as run:
            assert run.stdout is not None
            told = [run.stdout.readline() for _ in range(5)]
            os.kill(int(worker), signal.SIGKILL)
            told += run.stdout.readlines()
            assert run.wait(100) == 0
        cluster.communicate(timeout=100)
    ids = [json.loads(line)["id"] for line in told]
    assert len(ids) == len(set(ids)) == 60
    assert Counter(outcome.verdict for outcome in campaigns.outcomes()) == {"passed": 60}
    local = campaigns("run", "try.yaml", "--results", "local")
    assert local.returncode == 0
    assert campaigns("compare", "campaign-try", "local").stdout == "60 as before, 0 new, 0 gone.\n"
