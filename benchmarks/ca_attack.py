"""What others notice of one who attacks the training CA: `python benchmarks/ca_attack.py`. See docs/performance.md."""

from __future__ import annotations

import contextlib
import http.client
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

COMMAND = str(Path(sys.executable).parent / "cardtools-ca")
CONNECTIONS, CALLS, ATTACKERS = 1500, 100, 8
HALF_A_HEAD = b"GET /root HTTP/1.1\r\nHost: ca\r\nX-"
HALF_A_BODY = b"POST /requests HTTP/1.1\r\nHost: ca\r\nContent-Type: application/json\r\nContent-Length: 9999\r\n\r\n{"

Attack = Callable[[int, threading.Event], None]


def main() -> None:
    """Measures and prints everything: a CA of its own for each attack, so that none begins with what another left."""
    with tempfile.TemporaryDirectory() as folder:
        made = subprocess.run([COMMAND, "init", f"{folder}/ca"], capture_output=True, text=True, check=True).stdout
        found = re.search(r"told this once: (\S+)", made)
        assert found is not None
        token = {"Authorization": f"Bearer {found[1]}"}
        other = {"X-Forwarded-For": "198.51.100.7"}
        print(f"{'attack':52} {'median':>9} {'worst':>9}  answers")
        for name, attack, path, headers, proxy in (
            ("none", _nothing, "GET /root", {}, False),
            (f"{CONNECTIONS} heads without end, same address", _connections(HALF_A_HEAD), "GET /root", {}, False),
            (f"{CONNECTIONS} bodies without end, same address", _connections(HALF_A_BODY), "GET /root", {}, False),
            ("none, a right token", _nothing, "GET /requests", token, False),
            ("wrong tokens without end, same address", _wrong_tokens, "GET /requests", token, False),
            ("none, a challenge", _nothing, "POST /challenges", other, True),
            ("challenges without end, another address", _challenges, "POST /challenges", other, True),
        ):
            with _running(f"{folder}/ca", proxy) as port:
                _times(port, path, headers, 1)
                with _under(attack, port):
                    _show(name, *_times(port, path, headers, 50 if path == "POST /challenges" else CALLS))


def _times(port: int, call: str, headers: Mapping[str, str], calls: int) -> tuple[list[float], Counter[str]]:
    """How long calls took one after the other, and how they were answered."""
    method, path = call.split()
    times, answers = [], Counter[str]()
    for _ in range(calls):
        began = time.perf_counter()
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        try:
            connection.request(method, path, headers=dict(headers))
            answers[str(connection.getresponse().status)] += 1
        except OSError as error:
            answers[type(error).__name__] += 1
        connection.close()
        times.append(time.perf_counter() - began)
    return times, answers


def _show(name: str, times: list[float], answers: Counter[str]) -> None:
    told = ", ".join(f"{count} × {status}" for status, count in answers.items())
    print(f"{name:52} {statistics.median(times) * 1000:6.1f} ms {max(times) * 1000:6.1f} ms  {told}")


@contextlib.contextmanager
def _running(folder: str, proxy: bool) -> Iterator[int]:
    options = ["--trusted-proxy", "127.0.0.1"] if proxy else []
    with subprocess.Popen(
        [COMMAND, "run", folder, "--port", "0", "--auto", *options], stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        try:
            yield int(server.stdout.readline().rpartition(":")[2])
        finally:
            server.terminate()


@contextlib.contextmanager
def _under(attack: Attack, port: int) -> Iterator[None]:
    """While the attack goes on; it has two seconds to get going."""
    end = threading.Event()
    threads = [threading.Thread(target=attack, args=(port, end)) for _ in range(ATTACKERS)]
    for thread in threads:
        thread.start()
    try:
        time.sleep(2)
        yield
    finally:
        end.set()
        for thread in threads:
            thread.join()


def _nothing(_port: int, end: threading.Event) -> None:
    end.wait()


def _connections(part: bytes) -> Attack:
    """Holds its share of connections, each with a part of a call, and opens a new one for each that is closed."""

    def attack(port: int, end: threading.Event) -> None:
        held: list[socket.socket] = []
        while not end.is_set():
            if len(held) >= CONNECTIONS // ATTACKERS:
                held.pop(0).close()
            with contextlib.suppress(OSError):
                connection = socket.create_connection(("127.0.0.1", port), timeout=5)
                connection.sendall(part)
                held.append(connection)
        for connection in held:
            connection.close()

    return attack


def _calls(port: int, end: threading.Event, call: bytes) -> None:
    while not end.is_set():
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
            while not end.is_set():
                connection.sendall(call)
                if not connection.recv(65536):
                    break


def _wrong_tokens(port: int, end: threading.Event) -> None:
    _calls(port, end, b"GET /requests HTTP/1.1\r\nHost: ca\r\nAuthorization: Bearer wrong\r\n\r\n")


def _challenges(port: int, end: threading.Event) -> None:
    head = b"POST /challenges HTTP/1.1\r\nHost: ca\r\nContent-Length: 0\r\nX-Forwarded-For: 203.0.113.1\r\n\r\n"
    _calls(port, end, head)


if __name__ == "__main__":
    main()
