"""What the pages tell somebody to type does what they say: page by page, from top to bottom, in one shell."""

from __future__ import annotations

import fcntl
import os
import re
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import IO

import pytest

from tests.clients.docs_output import Output, plain
from tests.clients.docs_page import Page, Step, read_page
from tests.clients.docs_terminal import PATIENCE, Shell, Terminal
from tests.clients.stuntcard_command import STUNTCARD
from tests.programs import processes_with

pytestmark = pytest.mark.own_module

ROOT = Path(__file__).parents[2]
ELSEWHERE = {
    ROOT / "docs" / "walkthrough.md",  # written by the program that test_walkthrough.py runs
    ROOT / "CONTRIBUTING.md",  # make's own targets
}
PAGES = [
    page
    for path in sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])
    if path not in ELSEWHERE and ((page := read_page(path)).steps or page.not_run)
]
NOT_RUN = 15
"""How many blocks nobody types, each with its reason on its page."""
PORT = re.compile(r"\b(?:4433|7816|8088|8629|8630)\b")
"""Ports that pages name; one page at a time has each."""
LONGEST_WAIT, LOOK = 480.0, 0.1
"""Seconds that a page waits for a port which another page has, and between two looks; the other has to end as well."""
SERVING, QUIET = re.compile(r"http://|export PCSCLITE_CSOCK_NAME=|\bvpcd\b"), 0.5
"""What a program that goes on says once it serves, and seconds after which it has said all that it says at first."""


def name_of(page: Page) -> str:
    return str(page.path.relative_to(ROOT)).removeprefix("docs/")


@contextmanager
def ports_of(page: Page) -> Iterator[None]:
    """The ports that a page names, for this page alone."""
    with ExitStack() as held:
        for port in sorted(set(PORT.findall(page.path.read_text("utf-8")))):
            file = Path(tempfile.gettempdir()) / f"stuntcard-docs-{os.getuid()}-{port}.lock"
            wait_for(held.enter_context(file.open("a+")), f"port {port} for {name_of(page)}")
        yield


def wait_for(lock: IO[str], what: str) -> None:
    """Takes a lock that another page has now, and has its name in it."""
    end = time.monotonic() + LONGEST_WAIT
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            assert time.monotonic() < end, (
                f"{what}: taken for {LONGEST_WAIT:g} s by another: {Path(lock.name).read_text()}"
            )
            time.sleep(LOOK)
        else:
            break
    lock.truncate(0)
    print(what, "process", os.getpid(), file=lock, flush=True)


def end_all_of(home: Path) -> None:
    """Ends whatever programs a page has left."""
    for process in processes_with(f"HOME={home}\0"):
        with suppress(ProcessLookupError):
            os.kill(int(process.name), signal.SIGKILL)


def with_servers_awaited(typed: str) -> str:
    """What a page has typed, but that nobody trusts the time that a server takes to listen, or to end."""
    ports = [f"{int(port):04X}" for port in re.findall(r"accept (?:= [\d.]+:)?(\d+)", typed)]
    # Its line in the table of the kernel's sockets, in state LISTEN.
    looks = [f"grep -qs ':{port} [0-9A-F]*:0000 0A ' /proc/net/tcp /proc/net/tcp6" for port in ports]
    awaited = f"until {' && '.join(looks)}; do sleep 0.1; done" if looks else "sleep 3"
    typed = re.sub(r"^sleep \d$", awaited, typed, flags=re.MULTILINE)
    return re.sub(
        r"^kill (\$!.*)$", r"kill \1; while kill -0 \1; do sleep 0.1; done 2> /dev/null", typed, flags=re.MULTILINE
    )


class Reader:
    """Somebody who follows a page."""

    def __init__(self, folder: Path) -> None:
        self.home, runtime = folder / "home", folder / "run"
        self.home.mkdir()
        runtime.mkdir(mode=0o700)
        kept = {name: os.environ[name] for name in ("TZ", "VIRTUAL_ENV") if name in os.environ}
        self.environment = {
            **kept,
            "PATH": f"{STUNTCARD.parent}:{os.environ['PATH']}:/usr/sbin",
            "HOME": str(self.home),
            "XDG_RUNTIME_DIR": str(runtime),
            "LC_ALL": "C.UTF-8",
            "TERM": "xterm",
            "BROWSER": "true",
            "PROFILES": str(ROOT / "profiles"),
        }
        self.output = Output()
        self.terminals: list[tuple[Step, Terminal]] = []

    def follow(self, page: Page) -> None:
        shell = Shell(self.home, self.environment)
        try:
            for step in page.steps:
                self._do(step, shell)
            self._interrupt()
        finally:
            shell.close()
            end_all_of(self.home)
            for _, terminal in self.terminals:
                terminal.close()

    def _do(self, step: Step, shell: Shell) -> None:
        typed = with_servers_awaited(self.output.as_of_this_run(step.typed))
        if step.interrupts:
            self._interrupt()
        elif step.file is not None:
            (self.home / step.file).write_text(typed, encoding="utf-8")
        elif step.own_terminal:
            self._begin(step, typed)
        else:
            status, written = shell.run(typed, step.answers, step.strict)
            self._judge(step, status, written)

    def _interrupt(self) -> None:
        """Ctrl-C at each terminal where something goes on; and it ends."""
        for step, terminal in self.terminals:
            status = terminal.interrupt()
            told = f"{step.typed}\nends with {status}, and has written\n\n{plain(terminal.written)}"
            assert status in (0, 1, 130), told
            terminal.close()
        self.terminals.clear()

    def _judge(self, step: Step, status: int, written: str) -> None:
        told = f"{step.typed}\nends with {status}, and writes\n\n{plain(written)}"
        assert step.status in (None, status), told
        assert "Traceback" not in written, told
        if step.shown is not None:
            assert self.output.fits(step.shown, written), f"{told}\nnot, as its page shows,\n\n{step.shown}"

    def _begin(self, step: Step, typed: str) -> None:
        """Starts what goes on, and waits until it has said what the page shows, or else something."""
        terminal = Terminal(["bash", "-c", typed], self.home, self.environment)
        self.terminals.append((step, terminal))
        said, since, goes_on = set[str](), time.monotonic(), True
        while goes_on and time.monotonic() < since + PATIENCE:
            goes_on = terminal.read()
            # A line of state that is drawn again and again says nothing new.
            if (lines := set(plain(terminal.written).splitlines())) != said:
                said, since = lines, time.monotonic()
            quiet = SERVING.search(terminal.written) and time.monotonic() > since + QUIET
            if quiet if step.shown is None else self.output.fits(step.shown, terminal.written):
                return
        raise AssertionError(
            f"{step.typed}\nwrites\n\n{plain(terminal.written)}\nnot, as its page shows,\n\n{step.shown}"
        )


@pytest.mark.timeout(600 + LONGEST_WAIT)
@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_what_a_page_has_typed_comes_out_as_it_shows(page: Page) -> None:
    # A socket's path is short.
    with ports_of(page), tempfile.TemporaryDirectory(prefix="docs-") as folder:
        try:
            Reader(Path(folder)).follow(page)
        except subprocess.TimeoutExpired as late:
            pytest.fail(f"{late.cmd}\nwaits, having written\n{plain(str(late.output))}")


def test_what_nobody_types_is_counted() -> None:
    reasons = [f"{name_of(page)}: {reason}" for page in PAGES for reason in page.not_run]
    assert len(reasons) == NOT_RUN, "\n".join(reasons)
