"""Clients that behave badly: each is ended within its limits, and nothing of it is left."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from stuntcard.campaign.client import Allowed, Ended, How, NotStartedError, orphans_taken, run_client

from tests.programs import shown

ALLOWED = Allowed(20.0, 1 << 20, 1 << 20)
ORPHANS = """
import os, sys
from pathlib import Path
from stuntcard.campaign.client import *
with orphans_taken():
    ended = run_client(sys.argv[1:], dict(os.environ), Path(os.environ["FOLDER"]), Allowed(20.0, 1 << 20, 1 << 20))
print(ended.words, "left:", *ended.left)
"""


def run(folder: Path, command: str, allowed: Allowed = ALLOWED) -> Ended:
    return run_client(["sh", "-c", command], dict(os.environ), folder, allowed)


def test_it_says_what_it_has_to_say_and_ends(tmp_path: Path) -> None:
    ended = run(tmp_path, "echo good; echo bad >&2; pwd; exit 3")
    assert (ended.how, ended.number, ended.output) == (How.EXITED, 3, f"good\nbad\n{tmp_path}\n".encode())
    assert (ended.words, ended.left, ended.size) == ("exit 3", (), len(ended.output))


def test_it_crashes(tmp_path: Path) -> None:
    assert run(tmp_path, "kill -SEGV $$").words == "signal SIGSEGV"


def test_it_hangs_and_does_not_listen(tmp_path: Path) -> None:
    started = time.monotonic()
    ended = run(tmp_path, "trap '' TERM HUP INT; while :; do sleep 60; done", Allowed(0.3, 1 << 20, 1 << 20))
    assert (ended.how, ended.number) == (How.TIMED_OUT, -9)
    assert time.monotonic() - started < 50, "its child was waited for"


def test_it_talks_without_end(tmp_path: Path) -> None:
    ended = run(tmp_path, "yes 1234567")
    assert ended.how is How.OUTPUT
    assert len(ended.output) < 200_000 < ALLOWED.output < ended.size < 2 * ALLOWED.output
    assert b"bytes left out]" in ended.output


@pytest.mark.parametrize(
    "command",
    ["head -c 5000000 /dev/zero >large", "i=0; while :; do i=$((i+1)); head -c 6000 /dev/zero >small$i; done"],
)
def test_it_fills_the_disk_with_one_file_or_many(tmp_path: Path, command: str) -> None:
    ended = run(tmp_path, f"exec sh -c '{command}'")
    assert ended.how is How.FILES or ended.number != 0
    assert sum(file.stat().st_size for file in tmp_path.iterdir()) < 64 << 20


def test_it_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(NotStartedError, match="no-such-program: no such program"):
        run_client(["no-such-program"], dict(os.environ), tmp_path, ALLOWED)


def test_it_is_ended_when_somebody_says_so(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.close(writing)
    ended = run_client(["sleep", "60"], dict(os.environ), tmp_path, ALLOWED, reading)
    os.close(reading)
    assert ended.how is How.STOPPED


def test_what_ran_here_before_it_is_left_alone(tmp_path: Path) -> None:
    with subprocess.Popen(["sleep", "60"], start_new_session=True) as other:
        with orphans_taken():
            ended = run(tmp_path, "true")
        assert (ended.words, ended.left, other.poll()) == ("exit 0", (), None)
        other.kill()


def test_what_others_here_had_started_is_not_its_own_though_they_end_meanwhile(tmp_path: Path) -> None:
    with subprocess.Popen(["sh", "-c", "sleep 60 & echo $!; wait"], stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        sleeper = int(other.stdout.readline())
        with orphans_taken():
            children = f"/proc/{other.pid}/task/{other.pid}/children"
            ended = run(tmp_path, f'kill -KILL {other.pid}; while [ -n "$(cat {children})" ]; do sleep 0.01; done')
        assert (ended.words, ended.left) == ("exit 0", ())
        os.kill(sleeper, signal.SIGKILL)
        os.waitpid(sleeper, 0)


def test_what_it_forks_away_is_found_and_ended(tmp_path: Path) -> None:
    away = "setsid sh -c 'trap \"\" TERM; echo $$ >pid; while :; do sleep 60; done' </dev/null >/dev/null 2>&1 &"
    # A process of its own: whoever takes orphans takes those of all that it runs.
    script = f"{away} while ! [ -s pid ]; do sleep 0.01; done"
    told = shown(sys.executable, "-c", ORPHANS, "sh", "-c", script, env={**os.environ, "FOLDER": str(tmp_path)})
    assert told.startswith("exit 0 left: sh")
    assert not Path(f"/proc/{(tmp_path / 'pid').read_text().strip()}").exists()
