"""`stuntcard scenario`, and `run` and `exec` with a scenario, as people and scripts use them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from pathlib import Path

import pytest

from tests.unit.cli.command_line import COMMAND, PATIENCE, stuntcard

HEAD = "schema: 1\nprofile: proid-q\ntitle: {en: a, cs: b, sl: c}\ntext: {en: a, cs: b, sl: c}\nsource: PQ-06\n"


def test_exec_tells_what_came_of_the_expectations() -> None:
    done = stuntcard("exec", "--scenario", "proid-q-dead", "--", "echo", "hello")
    assert done.stdout == "hello\n"
    assert done.stderr.splitlines() == [
        "Scenario proid-q-dead: 2 of 3 expectations met.",
        "  met: life_cycle: dead",
        "  NOT MET: exchange -> 6F00: at least 1; found: 0",
        "  met: exchange -> 9000: 0",
    ]
    assert done.returncode == 1


def test_exec_ends_with_0_when_all_is_met_and_speaks_the_language() -> None:
    done = stuntcard("exec", "proid-q", "--scenario", "ready-for-claim", "--language", "sl", "--", "true")
    assert done.stderr.splitlines()[0] == "Scenarij proid-q-ready-for-claim: izpolnjena pričakovanja: 4 od 4."
    assert done.returncode == 0


def test_exec_hands_on_the_programs_failure() -> None:
    assert stuntcard("exec", "--scenario", "proid-q-dead", "--", "sh", "-c", "exit 7").returncode == 7


def test_exec_writes_the_state_and_the_trace_as_ever(tmp_path: Path) -> None:
    state, trace = tmp_path / "state.json", tmp_path / "trace.jsonl"
    stuntcard("exec", "--scenario", "zzzs-pk-both-parts-lost", "--state-out", state, "--trace", trace, "--", "true")
    assert json.loads(state.read_text())["parts"]["pep"]["lost"] is True
    assert json.loads(trace.read_text().splitlines()[0])["card"] == "zzzs-pk"


def test_a_scenario_of_ones_own(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(HEAD + "codes: {pin: blocked}\nexpect: {codes.pin.state: blocked}\n")
    assert stuntcard("scenario", "check", file).stdout == f"{file}: good; a scenario of ProID+Q\n"
    assert stuntcard("exec", "--scenario", file, "--", "true").returncode == 0


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("codes: {pan: blocked}\n", "mine.yaml:6:9: codes.pan: there is no code 'pan'"),
        ("codes: {pin: set}\ncard: dead\n", "card=dead"),
    ],
)
def test_one_that_can_not_be_is_refused(tmp_path: Path, text: str, says: str) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(HEAD + text)
    for command in (
        ("scenario", "check", file),
        ("scenario", "show", file),
        ("exec", "--scenario", file, "--", "true"),
        ("run", "--scenario", file),
    ):
        done = stuntcard(*command)
        assert done.returncode == 2
        assert says in done.stderr
        assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("exec", "--scenario", "tokenme-full"), "Which program shall use the card?"),
        (("exec", "proid-q", "--scenario", "tokenme-full", "--", "true"), "is a scenario of tokenme, not of proid-q"),
        (("exec", "--scenario", "nowhere", "--", "true"), "see `stuntcard scenario list`"),
        (("exec", "--scenario", "tokenme-full", "--fault", "act=boom", "--", "true"), "act=boom can't be understood"),
        (("run", "card:mine", "--scenario", "tokenme-full"), "a scenario brings its own card"),
        (("exec",), "Usage"),
        (("exec", "proid-q"), "Which program shall use the card?"),
        (("run",), "Which card?"),
    ],
)
def test_what_can_not_be_understood_is_said(arguments: tuple[str, ...], says: str) -> None:
    done = stuntcard(*arguments)
    assert says in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_run_tells_the_story_and_serves_the_card() -> None:
    command = [*COMMAND, "run", "--scenario", "proid-q-pin-blocked", "--language", "cs"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ}) as process:
        assert process.stdout is not None
        try:
            assert process.stdout.readline() == "proid-q-pin-blocked: PIN je zablokovaný\n"
            for line in process.stdout:
                if "export PCSCLITE_CSOCK_NAME=" in line:
                    break
            (status,) = json.loads(stuntcard("status", "--json").stdout)
            assert status["codes"]["pin"]["state"] == "blocked"
        finally:
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=PATIENCE)
    assert process.returncode == 0
