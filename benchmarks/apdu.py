"""What a card costs, measured side by side in one run: `python benchmarks/apdu.py`. See docs/performance.md.

A machine with other work gives other figures, so each is the best of several interleaved rounds, and what counts is
the relation between two figures of one run.
"""

from __future__ import annotations

import contextlib
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from stuntcard.applets.registry import APPLETS  # noqa: E402
from stuntcard.card.card import Card  # noqa: E402
from stuntcard.profile.load import load_profile  # noqa: E402

from tests.clients.private_pcscd import PrivatePcscd  # noqa: E402

STUNTCARD = str(Path(sys.executable).parent / "stuntcard")
ROUNDS, EXCHANGES, SIGNATURES = 5, 2000, 400
QUERY = bytes.fromhex("00200001")
"""VERIFY without data: how many tries are left. The shortest command that goes all the way."""
PIN = b"12345678"


def main() -> None:
    """Measures and prints everything."""
    print(f"{_cpu()}, {os.cpu_count()} cores, Python {sys.version.split()[0]}\n")
    with contextlib.ExitStack() as stack:
        bare = stack.enter_context(
            _through_vpcd(lambda port: [sys.executable, str(ROOT / "benchmarks/bare_card.py"), str(port)])
        )
        card = stack.enter_context(
            _through_vpcd(lambda port: [STUNTCARD, "run", "proid-q", "--reader", f"vpcd:127.0.0.1:{port}"])
        )
        own = stack.enter_context(_own_socket())
        figures: dict[str, list[tuple[float, float]]] = {"a": [], "b": [], "c": [], "d": [], "v": []}
        for _ in range(ROUNDS):
            figures["a"].append(_client(bare))
            figures["b"].append(_client(card))
            figures["c"].append(_client(own))
            figures["d"].append(_in_process(QUERY))
            figures["v"].append(_in_process(bytes.fromhex("0020000110") + PIN.ljust(16, b"\xff")))
    names = {
        "a": "pcscd + vpcd, bare script",
        "b": "pcscd + vpcd, this card",
        "c": "own PC/SC socket",
        "d": "in process",
        "v": "in process, VERIFY with a PIN",
    }
    best = {key: min(rounds) for key, rounds in figures.items()}
    for key, (median, p95) in best.items():
        print(f"{names[key]:34} median {median:7.1f} us   p95 {p95:7.1f} us")
    print(f"{'this card beside the bare script':34} {best['b'][0] / best['a'][0]:.2f}\n")
    _signatures()
    _start_up()


def _cpu() -> str:
    found = re.search(r"model name\s*:\s*(.*)", Path("/proc/cpuinfo").read_text(encoding="ascii"))
    return found[1] if found else "unknown processor"


@contextlib.contextmanager
def _through_vpcd(command: Callable[[int], list[str]]) -> Iterator[dict[str, str]]:
    with PrivatePcscd() as pcscd, _program(command(pcscd.port)):
        yield pcscd.env


@contextlib.contextmanager
def _own_socket() -> Iterator[dict[str, str]]:
    with tempfile.TemporaryDirectory() as directory:
        environment = {**os.environ, "XDG_RUNTIME_DIR": directory}
        with _program([STUNTCARD, "run", "proid-q"], environment):
            while not (found := list(Path(directory).glob("stuntcard/*/pcsc.sock"))):
                time.sleep(0.02)
            yield {**os.environ, "PCSCLITE_CSOCK_NAME": str(found[0])}


@contextlib.contextmanager
def _program(command: list[str], environment: dict[str, str] | None = None) -> Iterator[subprocess.Popen[bytes]]:
    program = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    try:
        yield program
    finally:
        program.terminate()
        program.wait()


_CLIENT = """
import statistics, sys, time
sys.path.insert(0, sys.argv[1])
from benchmarks.scard import Connection, ScardError
for attempt in range(100):
    try:
        connection = Connection()
        break
    except ScardError:
        time.sleep(0.1)
command = bytes.fromhex(sys.argv[2])
connection.time(command, 200)
took = connection.time(command, int(sys.argv[3]))
print(statistics.median(took), took[len(took) * 95 // 100])
connection.close()
"""


def _client(environment: dict[str, str]) -> tuple[float, float]:
    command = [sys.executable, "-c", _CLIENT, str(ROOT), QUERY.hex(), str(EXCHANGES)]
    output = subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout.split()
    return float(output[0]), float(output[1])


def _in_process(command: bytes) -> tuple[float, float]:
    card = Card(load_profile("proid-q"), APPLETS)
    card.power_on()
    took = []
    for _ in range(EXCHANGES):
        start = time.perf_counter()
        card.transmit(command)
        took.append((time.perf_counter() - start) * 1e6)
    took.sort()
    return statistics.median(took), took[len(took) * 95 // 100]


_SIGNER = """
import sys, time
import pkcs11
count = int(sys.argv[1])
library = pkcs11.lib(sys.argv[2])
slot = library.get_slots(token_present=True)[0]
with slot.get_token().open(rw=True, user_pin=sys.argv[3]) as session:
    found = list(session.get_objects({pkcs11.Attribute.CLASS: pkcs11.ObjectClass.PRIVATE_KEY}))
    if found:
        key = found[0]
    else:
        _, key = session.generate_keypair(pkcs11.KeyType.RSA, 2048, store=True, id=b"1", label="bench")
    data = bytes.fromhex("3031300d060960864801650304020105000420") + bytes(32)
    for _ in range(20):
        key.sign(data, mechanism=pkcs11.Mechanism.RSA_PKCS)
    best = 0.0
    for _ in range(5):
        start = time.perf_counter()
        for _ in range(count):
            key.sign(data, mechanism=pkcs11.Mechanism.RSA_PKCS)
        best = max(best, count / (time.perf_counter() - start))
    print(best)
"""


def _signatures() -> None:
    """RSA-2048 signatures a second: OpenSSL by itself, this card through OpenSC's module, SoftHSM2 where installed."""
    module = "/usr/lib/x86_64-linux-gnu/opensc-pkcs11.so"
    command = [STUNTCARD, "exec", "proid-q", "--", sys.executable, "-c", _SIGNER, str(SIGNATURES), module, PIN.decode()]
    ours, alone = 0.0, 0.0
    for _ in range(2):
        alone = max(alone, _openssl_speed())
        ours = max(ours, float(subprocess.run(command, check=True, capture_output=True, text=True).stdout))
    print(f"RSA-2048 signatures a second: openssl speed {alone:.0f}, through PKCS#11 {ours:.0f} ({ours / alone:.0%})")
    softhsm = Path("/usr/lib/softhsm/libsofthsm2.so")
    if softhsm.exists():
        beside = _softhsm(softhsm)
        print(f"                              SoftHSM2 through PKCS#11 {beside:.0f} ({beside / alone:.0%})")


def _openssl_speed() -> float:
    output = subprocess.run(
        ["openssl", "speed", "-seconds", "2", "rsa2048"], check=True, capture_output=True, text=True
    ).stdout
    return float(output.splitlines()[-1].split()[-2])


def _softhsm(module: Path) -> float:
    with tempfile.TemporaryDirectory() as directory:
        config = Path(directory) / "softhsm2.conf"
        config.write_text(f"directories.tokendir = {directory}\n", encoding="ascii")
        environment = {**os.environ, "SOFTHSM2_CONF": str(config)}
        initialise = ["softhsm2-util", "--init-token", "--free", "--label", "bench", "--pin", "12345678"]
        subprocess.run([*initialise, "--so-pin", "12345678"], env=environment, check=True, capture_output=True)
        command = [sys.executable, "-c", _SIGNER, str(SIGNATURES), str(module), "12345678"]
        return float(subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout)


def _start_up() -> None:
    took = []
    for _ in range(7):
        start = time.perf_counter()
        subprocess.run([STUNTCARD, "exec", "proid-q", "--", "true"], check=True)
        took.append(time.perf_counter() - start)
    print(f"stuntcard exec proid-q -- true: best {min(took):.2f} s, median {statistics.median(took):.2f} s")
    memory = "import os; print(open(f'/proc/{os.getppid()}/status').read())"
    output = subprocess.run(
        [STUNTCARD, "exec", "proid-q", "--", sys.executable, "-c", memory], check=True, capture_output=True, text=True
    ).stdout
    found = re.search(r"VmRSS:\s*(\d+)", output)
    print(f"a card process: {int(found[1]) / 1024 if found else 0:.0f} MB resident")


if __name__ == "__main__":
    main()
