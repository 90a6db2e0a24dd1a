"""What `stuntcard serve` costs: memory, idling, pages, and what pages cost a card: `python benchmarks/serve.py`.

See docs/performance.md. Pages need selenium, and Debian's chromium and chromium-driver; without them they are left out.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

ROOT = Path(__file__).resolve().parent.parent
CARDS, STREAMS, PAGES = 50, 200, 10
ROUNDS, COMMANDS, IDLE_SECONDS = 7, 3000, 20.0
TRIES_QUERY = "00200001"
KINDS = ("proid-q", "tokenme", "eobcanka", "zzzs-pk")

_CLIENT = """
import sys
sys.path.insert(0, sys.argv[1])
from benchmarks.scard import Connection
connection = Connection()
times = connection.time(bytes.fromhex(sys.argv[2]), int(sys.argv[3]))
print(times[len(times) // 2])
"""
_STREAM_READER = """
import selectors, sys
from urllib.parse import urlsplit
import socket
url, token, many = urlsplit(sys.argv[1]), sys.argv[2], int(sys.argv[3])
waiting = selectors.DefaultSelector()
for _ in range(many):
    one = socket.create_connection((url.hostname, url.port))
    head = f"GET {url.path} HTTP/1.1\\r\\nHost: {url.netloc}\\r\\nAuthorization: Bearer {token}\\r\\n\\r\\n"
    one.sendall(head.encode())
    assert one.recv(15) == b"HTTP/1.1 200 OK"
    waiting.register(one, selectors.EVENT_READ)
print("ready", flush=True)
while True:
    for key, _ in waiting.select():
        if not key.fileobj.recv(1 << 16):
            sys.exit()
"""
_LATENCY = """
window.late = [];
new MutationObserver((changes) => {
  for (const change of changes) for (const row of change.addedNodes) {
    const [hours, minutes, seconds] = row.firstChild.textContent.split(":").map(Number);
    const now = Date.now() % 86400000;
    window.late.push(now - ((hours * 60 + minutes) * 60 + seconds) * 1000);
  }
}).observe(document.getElementById("conversation"), { childList: true });
"""


class Server:
    """A server of its own, with no cards yet."""

    def __init__(self, process: subprocess.Popen[str], url: str, token: str) -> None:
        self.process = process
        self.url = url
        self.token = token

    def call(self, method: str, path: str, body: object = None) -> dict[str, object]:
        """What the API answers."""
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        content = json.dumps(body).encode() if body is not None else None
        with urlopen(Request(f"{self.url}{path}", content, headers, method=method), timeout=60) as answer:
            told = json.loads(answer.read() or b"{}")
        assert isinstance(told, dict)
        return told

    @property
    def megabytes(self) -> float:
        """What is resident of it."""
        found = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{self.process.pid}/status").read_text())
        assert found is not None
        return int(found[1]) / 1024

    @property
    def seconds(self) -> float:
        """The processor's time that it has had."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Measures and prints everything."""
    with tempfile.TemporaryDirectory(prefix="b-") as folder, _server(Path(folder)) as server:
        print(f"no card: {server.megabytes:.0f} MB")
        for number in range(CARDS):
            kind = KINDS[number % len(KINDS)]
            server.call("PUT", f"/api/v1/cards/c{number}", {"profile": kind, "label": f"Trainee {number}"})
        print(f"{CARDS} cards: {server.megabytes:.0f} MB (goal: under 250)")
        with listening(f"{server.url}/api/v1/events", server.token, STREAMS):
            before = server.seconds
            time.sleep(IDLE_SECONDS)
            used = (server.seconds - before) / IDLE_SECONDS
            print(f"idle with {STREAMS} streams: {used:.2%} of a processor (goal: under 1%), {server.megabytes:.0f} MB")
        _show_latency(server)
        if shutil.which("chromium") and shutil.which("chromedriver"):
            _show_pages(server, Path(folder))


def _show_latency(server: Server) -> None:
    """A card's answer with pages open and without, turn by turn."""
    environment = server.call("GET", "/api/v1/cards/c0")["environment"]
    assert isinstance(environment, dict)
    alone, watched = [], []
    for _ in range(ROUNDS):
        alone.append(_median_microseconds(environment))
        with listening(f"{server.url}/api/v1/cards/c0/events", server.token, PAGES):
            watched.append(_median_microseconds(environment))
    ratio = statistics.median(b / a for a, b in zip(alone, watched, strict=True))
    print(
        f"a command without pages: median {min(alone):.0f} µs; with {PAGES}: {min(watched):.0f} µs; "
        f"ratio {ratio:.2f}, best to best {min(watched) / min(alone):.2f} (goal: under 1.10)"
    )


def _show_pages(server: Server, folder: Path) -> None:
    """The first paint of all cards, and how late a command shows on a card's page."""
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = str(shutil.which("chromium"))
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder}/profile"):
        options.add_argument(argument)
    driver = webdriver.Chrome(options, Service(shutil.which("chromedriver")))
    try:
        driver.get(str(server.call("POST", "/api/v1/links")["url"]))
        paints = []
        for _ in range(5):
            driver.get(f"{server.url}/")
            time.sleep(1)
            paints.append(
                driver.execute_script("return performance.getEntriesByName('first-contentful-paint')[0].startTime")
            )
        print(f"first paint of {CARDS} cards: median {statistics.median(paints):.0f} ms (goal: under 300)")
        driver.get(f"{server.url}/cards/c0")
        time.sleep(1)
        driver.execute_script(_LATENCY)
        environment = server.call("GET", "/api/v1/cards/c0")["environment"]
        assert isinstance(environment, dict)
        for _ in range(20):
            _median_microseconds(environment, 1)
            time.sleep(0.2)
        late = driver.execute_script("return window.late")
        print(f"from a command to the page: median {statistics.median(late):.0f} ms of {len(late)} (goal: under 50)")
    finally:
        driver.quit()


def _median_microseconds(environment: Mapping[str, str], commands: int = COMMANDS) -> float:
    client = [sys.executable, "-c", _CLIENT, str(ROOT), TRIES_QUERY, str(commands)]
    done = subprocess.run(client, env={**os.environ, **environment}, capture_output=True, text=True, check=True)
    return float(done.stdout)


@contextmanager
def listening(address: str, token: str, many: int) -> Iterator[None]:
    """So many streams of an address, read by another process, which draws nothing."""
    reader = subprocess.Popen(
        [sys.executable, "-c", _STREAM_READER, address, token, str(many)],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert reader.stdout is not None
    try:
        assert reader.stdout.readline() == "ready\n"
        yield
    finally:
        reader.kill()
        reader.communicate()


@contextmanager
def _server(folder: Path) -> Iterator[Server]:
    (folder / "r").mkdir(mode=0o700)
    environment = {**os.environ, "XDG_RUNTIME_DIR": str(folder / "r"), "STUNTCARD_HOME": str(folder / "h")}
    with ExitStack() as stack:
        process = subprocess.Popen(
            [sys.executable, "-m", "stuntcard", "serve", "--port", "0"],
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )
        stack.callback(process.communicate)
        stack.callback(process.terminate)
        assert process.stdout is not None
        said = ""
        while "Ctrl-C" not in said:
            said += process.stdout.readline()
        found = re.search(r"served at (\S+).*?token: (\S+)", said, re.DOTALL)
        assert found is not None
        with socket.create_connection((urlsplit(found[1]).hostname, urlsplit(found[1]).port)):
            yield Server(process, found[1], found[2])


if __name__ == "__main__":
    main()
