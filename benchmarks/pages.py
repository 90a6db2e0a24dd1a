"""How soon pages show what happens to a card, and what they cost it: `python benchmarks/pages.py`.

See docs/performance.md. It needs selenium, and Debian's chromium and chromium-driver.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.serve import listening  # noqa: E402
from tests.browser.pages import Browser, browser  # noqa: E402
from tests.browser.running_console import RunningConsole, console_running  # noqa: E402

TRAINEES, PAINTS, COMMANDS, ROUNDS = 50, 11, 30, 5
LOOK_ON, BROWSERS = 10, 2
_REST = 0.6
"""Seconds until the pages have shown what was asked before."""
EXERCISE, PIN = "proid-q-qpin-blocked", "12345678"
"""An exercise that stays open when the PIN is given, wrong and right."""
_PAINT = "return performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? null"
_WATCH = """
window.shown = [];
for (const part of document.querySelectorAll("[data-part]"))
  new MutationObserver(() => window.shown.push([part.dataset.part, Date.now()])).observe(part, { childList: true });
"""
_HOLDER = """
import sys, time
sys.path.insert(0, sys.argv[1])
from benchmarks.scard import Connection
from benchmarks.scard import ScardError
select, verify = bytes.fromhex("00A404000CF276A288BCFBA69D34F31001"), bytes.fromhex("0020000108")
for number in range(int(sys.argv[3])):
    value = sys.argv[2] if number % 2 else "9" * len(sys.argv[2])
    while True:
        # The page may be looking at the card, through another applet, and reset it.
        try:
            connection = Connection()
            connection.transmit(select)
            answer = connection.transmit(verify + value.encode())
            answered = 1000 * time.time()
            connection.close()
        except ScardError:
            continue
        if answer[0] in (0x63, 0x90):
            break
    print(answered, flush=True)
    time.sleep(1)
"""
"""Gives the PIN, wrong and right in turn, and writes when it was answered."""
_ASKER = """
import sys, time
sys.path.insert(0, sys.argv[1])
from benchmarks.scard import Connection, ScardError
select, query = bytes.fromhex("00A404000CF276A288BCFBA69D34F31001"), bytes.fromhex("00200001")
connection, took, code = Connection(), [], sys.argv[4]
while len(took) < int(sys.argv[2]):
    # The page may be looking at the card, through another applet, and reset it.
    try:
        if code:
            connection.transmit(select)
        value = code if len(took) % 2 else "9" * len(code)
        command = bytes.fromhex("0020000108") + value.encode() if code else query
        began = time.perf_counter()
        answer = connection.transmit(command)
        ended = time.perf_counter()
    except ScardError:
        connection = Connection()
        continue
    if answer[0] in (0x63, 0x90):
        took.append(ended - began)
    time.sleep(float(sys.argv[3]))
print(1e6 * sorted(took)[len(took) // 2])
"""
"""Asks for the tries that are left, or gives the PIN; writes the median of how long that took, in microseconds."""


@dataclass(frozen=True)
class _Pace:
    """How often the card is asked for its tries; with `code` a PIN is given instead, wrong and right in turn."""

    what: str
    commands: int
    pause: float = 0.0
    code: str = ""


_PACES = (
    _Pace("as fast as it answers", 4000),
    _Pace("asked 20 times a second", 60, 0.05),
    _Pace("a code given 20 times a second", 60, 0.05, PIN),
)


def main() -> None:
    """Measures and prints everything, with a class of its own."""
    names = ", ".join(f"Trainee {number}" for number in range(TRAINEES))
    with tempfile.TemporaryDirectory(prefix="b-") as folder:
        home = Path(folder)
        own = {"XDG_RUNTIME_DIR": "run", "XDG_DATA_HOME": "data", "XDG_STATE_HOME": "state"}
        for name in own.values():
            (home / name).mkdir(mode=0o700)
        plan = home / "class.yaml"
        plan.write_text(f"title: Fifty\nexercises: [{EXERCISE}]\ntrainees: [{names}]\n")
        environment = {**os.environ, **{variable: str(home / name) for variable, name in own.items()}}
        with console_running(environment, home, "class", plan) as console:
            _class(console, home)


def _class(console: RunningConsole, home: Path) -> None:
    with browser(home / "trainer") as trainer:
        trainer.go(console.link)
        joins = trainer.links("a[href*='/join/']")
        desks = [_seated(join) for join in joins]
        _show_paints(trainer, f"the board with {TRAINEES} at their desks", trainer.address)
        _show_paints(trainer, "a desk, which reads the card", desks[0])
        _show_lateness(console, trainer, desks[0])
        trainer.go("about:blank")
        note, card = console.emulator(), _card(desks[0])
        _show_latency(
            console, desks, "streams", listening(f"{note['url']}/api/v1/cards/{card}/events", note["token"], LOOK_ON)
        )
        _show_latency(console, desks, "windows with the desk", _windows(home, desks[0], lambda: joins[0]))
        live = _windows(home, f"{note['url']}/cards/{card}", lambda: _entrance(note))
        _show_latency(console, desks, "windows with the live page", live)


def _seated(join: str) -> str:
    """The address of a trainee's desk, where somebody sits from now on."""
    with httpx.Client(follow_redirects=True, timeout=60, trust_env=False) as trainee:
        return str(trainee.get(join).raise_for_status().url)


def _entrance(note: Mapping[str, str]) -> str:
    """A link that lets a browser in to the emulator's own pages."""
    headers = {"Authorization": f"Bearer {note['token']}"}
    links = httpx.post(f"{note['url']}/api/v1/links", headers=headers, trust_env=False).raise_for_status()
    return str(links.json()["url"])


def _card(desk: str) -> str:
    return f"{desk.rpartition('/')[2]}-1"


def _show_paints(trainer: Browser, what: str, address: str) -> None:
    paints = []
    for _ in range(PAINTS):
        trainer.go(address)
        trainer.wait(lambda: trainer.driver.execute_script(_PAINT) is not None, "a paint")
        paints.append(float(trainer.driver.execute_script(_PAINT)))
    print(f"first paint of {what}: median {statistics.median(paints):.0f} ms, best {min(paints):.0f} ms")


def _show_lateness(console: RunningConsole, trainer: Browser, desk: str) -> None:
    """How long after the card's answer the desk shows what it did."""
    trainer.go(desk)
    time.sleep(2)
    trainer.driver.execute_script(_WATCH)
    answered = list(map(float, _told(console, desk, _HOLDER, PIN, str(COMMANDS)).split()))
    time.sleep(1)
    shown = [at for part, at in trainer.driver.execute_script("return window.shown") if part == "card"]
    late = [next(at - when for at in shown if at > when) for when in answered if shown[-1] > when]
    print(
        f"from a command to the desk: median {statistics.median(late):.0f} ms, best {min(late):.0f} ms,"
        f" worst {max(late):.0f} ms of {len(late)}"
    )


def _show_latency(
    console: RunningConsole, desks: Sequence[str], looked_at: str, looking: AbstractContextManager[None]
) -> None:
    """The answers of a card that is looked on ten times and of one that is not, turn by turn, at three paces."""
    with looking:
        time.sleep(3)
        for pace in _PACES:
            alone: list[float] = []
            watched: list[float] = []
            for turn in range(ROUNDS):
                for watches in (turn % 2 == 0, turn % 2 == 1):
                    (watched if watches else alone).append(_microseconds(console, desks[0 if watches else 1], pace))
                    time.sleep(_REST)
            ratio = statistics.median(b / a for a, b in zip(alone, watched, strict=True))
            print(
                f"{pace.what}: median {min(alone):.0f} µs; {LOOK_ON} {looked_at}: {min(watched):.0f} µs; ratio"
                f" {ratio:.2f}, best to best {min(watched) / min(alone):.2f}",
                flush=True,
            )


def _microseconds(console: RunningConsole, desk: str, pace: _Pace) -> float:
    return float(_told(console, desk, _ASKER, str(pace.commands), str(pace.pause), pace.code))


def _told(console: RunningConsole, desk: str, program: str, *arguments: str) -> str:
    """What a program says that works with the desk's card by PC/SC."""
    environment = {**os.environ, "PCSCLITE_CSOCK_NAME": console.card(_card(desk))["pcsc_socket"]}
    command = [sys.executable, "-c", program, str(ROOT), *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout


@contextmanager
def _windows(home: Path, address: str, entrance: Callable[[], str]) -> Iterator[None]:
    """The page in windows that are all to be seen, of two browsers: one has six connections to a server."""
    with ExitStack() as stack:
        for number in range(BROWSERS):
            one = stack.enter_context(browser(home / f"looking-{number}"))
            one.go(entrance())
            for _ in range(LOOK_ON // BROWSERS):
                one.driver.switch_to.new_window("window")
                one.go(address)
                assert not one.driver.execute_script("return document.hidden")
        yield


if __name__ == "__main__":
    main()
