"""`cardconsole` as a program: how it begins and ends, and what strangers get of it."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from tests.browser.processes import PATIENCE
from tests.browser.running_console import RunningConsole, console_running
from tests.programs import run

pytestmark = pytest.mark.own_module

COMMAND = (sys.executable, "-m", "cardtools.console", "--no-browser")
CLASS = "title: Třída\nexercises: [proid-q-pin-blocked]\ntrainees: [Jana, Petr]\n"


def visitor(console: RunningConsole, link: str | None = None) -> httpx.Client:
    """A browser that comes by a link, or by none."""
    client = httpx.Client(base_url=console.url, follow_redirects=True, trust_env=False, timeout=PATIENCE)
    if link is not None:
        assert client.get(link).status_code == 200
    return client


def joins(page: str) -> list[str]:
    return re.findall(r'href="(\S+/join/\S+)"', page)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_it_ends_with_all_that_it_started(own: dict[str, str], tmp_path: Path, number: signal.Signals) -> None:
    with console_running(own, tmp_path) as console:
        emulator = int(console.emulator()["process"])
        console.process.send_signal(number)
        assert console.process.wait(PATIENCE) == 0
        assert not (Path(own["XDG_RUNTIME_DIR"]) / "stuntcard" / "serve.json").exists()
        with pytest.raises(ProcessLookupError):
            os.kill(emulator, 0)


def test_it_ends_with_nothing_left_where_its_link_cant_be_written(own: dict[str, str], tmp_path: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        ended = subprocess.run(
            [*COMMAND, "--port", "0"],
            env=own, cwd=tmp_path, stdout=full, stderr=subprocess.PIPE, text=True, timeout=PATIENCE, check=False,
        )  # fmt: skip
    assert (ended.returncode, ended.stderr.count("\n")) == (74, 1), ended.stderr
    assert not (Path(own["XDG_RUNTIME_DIR"]) / "stuntcard" / "serve.json").exists()


def test_an_emulator_that_runs_already_is_used_and_left_running(own: dict[str, str], tmp_path: Path) -> None:
    command = [sys.executable, "-m", "stuntcard", "serve", "--port", "0"]
    serving = subprocess.Popen(command, env=own, stdout=subprocess.PIPE, text=True)
    try:
        assert serving.stdout is not None
        assert serving.stdout.readline()
        with console_running(own, tmp_path) as console:
            assert int(console.emulator()["process"]) == serving.pid
        assert serving.poll() is None
    finally:
        serving.terminate()
        serving.communicate(timeout=PATIENCE)


def test_mistakes_in_a_class_are_told_with_their_places(own: dict[str, str], tmp_path: Path) -> None:
    plan = tmp_path / "class.yaml"
    plan.write_text(CLASS.replace("proid-q-pin-blocked", "proid-q-pin-blocked, no-such"), "utf-8")
    ended = run(*COMMAND, "--port", "0", "class", plan, env=own)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr == (
        "Nothing was begun, because class.yaml can't be used as it is:\n"
        "class.yaml:2:34: there is no exercise no-such; `stuntcard exercise list` names all\n"
    )


def test_a_taken_port_is_told(class_: RunningConsole, own: dict[str, str], tmp_path: Path) -> None:
    port = class_.url.rpartition(":")[2]
    ended = run(*COMMAND, "--port", port, env=own, cwd=tmp_path)
    assert ended.returncode == 1
    assert f"can't listen on 127.0.0.1, port {port}" in ended.stderr


def test_strangers_get_nothing(class_: RunningConsole) -> None:
    trainer = visitor(class_, class_.link)
    board = str(trainer.get(class_.link).url)
    jana_link, petr_link = joins(trainer.get(board).text)
    jana, petr = visitor(class_, jana_link), visitor(class_, petr_link)
    desk = str(petr.get(petr_link).url)
    own_form = {"Origin": class_.url}
    for stranger in (visitor(class_), jana):
        for address in (
            "/", "/classes/new", "/exercises/proid-q-seal", board, f"{board}/rows", f"{board}/events",
            f"{board}/report.csv", f"{board}/report.pdf", desk, f"{desk}/card", f"{desk}/exercise", f"{desk}/events",
            f"{desk}/export/certificate?target=20",
        ):  # fmt: skip
            answer = stranger.get(address)
            assert (answer.status_code, "This page is not yours" in answer.text) == (403, True), address
        trainee = desk.rpartition("/")[2]
        for address in (
            "/practice", "/classes", f"{board}/end", f"{board}/trainees",
            f"/trainees/{trainee}/again", f"/trainees/{trainee}/message",
            f"{desk}/act/unblock?target=pin", f"{desk}/again", f"{desk}/hint",
        ):  # fmt: skip
            form = {"exercise": "proid-q-pin-blocked", "title": "x", "trainees": "x", "speaks": "en", "name": "x"}
            assert stranger.post(address, data=form, headers=own_form).status_code == 403, address
    # Another's cookie, sent by hand to where no browser sends it.
    cookie = {"Cookie": f"console_trainee={jana_link.rpartition('/')[2]}"}
    assert httpx.get(desk, headers=cookie, trust_env=False).status_code == 403
    # The trainer's link let one browser in, and lets in no other.
    assert visitor(class_).get(class_.link).status_code == 403


def test_other_sites_and_foreign_names_get_nothing(class_: RunningConsole) -> None:
    trainer = visitor(class_, class_.link)
    form = {"exercise": "proid-q-pin-blocked"}
    for origin in ("http://evil.example", "null", class_.url + "0"):
        assert trainer.post("/practice", data=form, headers={"Origin": origin}).status_code == 403
    assert trainer.post("/practice", data=form).status_code == 403
    assert trainer.get("/", headers={"Host": "evil.example"}).status_code == 421
    for path in ("/static/%2e%2e/guard.py", "/static/..%2fguard.py", "/look/%2e%2e/pyproject.toml", "/static/"):
        assert trainer.get(path).status_code == 404
    assert trainer.get("/static/refresh.js").status_code == 200


def test_no_code_is_written_anywhere(class_: RunningConsole, tmp_path: Path) -> None:
    trainer = visitor(class_, class_.link)
    [link, _] = joins(trainer.get(class_.link).text)
    jana = visitor(class_, link)
    desk = str(jana.get(link).url)
    typed = {"puk": "87654321", "new-pin": "31415926", "again-pin": "31415926"}
    answer = jana.post(f"{desk}/act/unblock?target=pin", data=typed, headers={"Origin": class_.url})
    assert "31415926" not in answer.text
    deadline = time.monotonic() + PATIENCE
    while "solved" not in jana.get(f"{desk}/exercise").text:
        assert time.monotonic() < deadline
    for file in (tmp_path / "state").rglob("*"):
        assert not file.is_file() or b"31415926" not in file.read_bytes(), file
