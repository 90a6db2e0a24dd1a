"""Talking to a running card from another program of the same user, over a Unix socket that only its owner can open.

One request a connection: a JSON object in one line, answered by a JSON object in one line. `status` shows the card and
changes nothing; `codes` tells which codes' values an actor's act needs; `act` has an actor act on the card.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import tempfile
import threading
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from emulator.actors import ActError, ActRequest, codes_asked_for, perform
from emulator.card.card import Card
from emulator.card.view import CardView, view

MAX_REQUEST = 4096
_PATIENCE = 5.0
"""Seconds that either side waits for the other."""

PCSC_SOCKET, CONTROL_SOCKET = "pcsc.sock", "control.sock"


def runtime_directory() -> Path:
    """The private directory (0700) below which running cards have their sockets. Raises OSError when it is not ours."""
    base = os.environ.get("XDG_RUNTIME_DIR")
    directory = Path(base) / "stuntcard" if base else Path(tempfile.gettempdir()) / f"stuntcard-{os.getuid()}"
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    status = directory.lstat()
    if directory.is_symlink() or status.st_uid != os.getuid() or status.st_mode & 0o077:
        raise PermissionError(
            f"{directory} is open to others; remove it, or set XDG_RUNTIME_DIR to a private directory"
        )
    return directory


@contextlib.contextmanager
def card_directory(name: str) -> Iterator[Path]:
    """A directory for one running card's sockets, gone again afterwards."""
    with tempfile.TemporaryDirectory(prefix=f"{name}-{os.getpid()}-", dir=runtime_directory()) as directory:
        yield Path(directory)


@dataclass(frozen=True, slots=True)
class RunningCard:
    """A card that some emulator of this user runs now."""

    directory: Path
    status: dict[str, object]

    @property
    def pcsc_socket(self) -> Path | None:
        """The socket for PCSCLITE_CSOCK_NAME, where the card has one."""
        path = self.directory / PCSC_SOCKET
        return path if path.exists() else None


def running_cards() -> tuple[RunningCard, ...]:
    """The cards that answer now; what a killed emulator left behind is passed over."""
    cards = []
    for path in sorted(runtime_directory().glob(f"*/{CONTROL_SOCKET}")):
        with contextlib.suppress(OSError, ValueError):
            cards.append(RunningCard(path.parent, ask(path, {"request": "status"})))
    return tuple(cards)


def act_on(card: RunningCard, request: ActRequest) -> str:
    """Has an actor act on a running card; gives what was done. Raises ActError when it can't be, or OSError."""
    return str(_answer_to(card, {"request": "act", **asdict(request)})["done"])


def codes_needed(card: RunningCard, actor: str, act: str) -> tuple[str, ...]:
    """The codes whose values an act on a running card needs. Raises ActError when there is no such act, or OSError."""
    codes = _answer_to(card, {"request": "codes", "actor": actor, "act": act})["codes"]
    return tuple(str(code) for code in codes) if isinstance(codes, list) else ()


def _answer_to(card: RunningCard, request: Mapping[str, object]) -> dict[str, object]:
    answer = ask(card.directory / CONTROL_SOCKET, request)
    if "error" in answer:
        raise ActError(str(answer["error"]))
    return answer


def ask(path: Path, request: Mapping[str, object]) -> dict[str, object]:
    """The answer of the card behind a control socket. Raises OSError or ValueError when there is no good one."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(_PATIENCE)
        connection.connect(str(path))
        connection.sendall(json.dumps(request).encode() + b"\n")
        with connection.makefile("rb") as answer:
            content = json.loads(answer.readline())
    if not isinstance(content, dict):
        raise ValueError("the answer is not a JSON object")
    return content


def as_json(seen: CardView) -> str:
    """A card's view as JSON text, the form of `--state-out` and `status --json`."""
    return json.dumps(asdict(seen), indent=2, ensure_ascii=False)


class ControlServer:
    """Answers requests about one card, from a background thread."""

    def __init__(self, card: Card, path: Path) -> None:
        self._card = card
        self._path = path
        self._socket = socket.socket(socket.AF_UNIX)
        self._thread = threading.Thread(target=self._serve, name="control", daemon=True)

    def __enter__(self) -> ControlServer:
        self._socket.bind(str(self._path))
        self._path.chmod(0o600)
        self._socket.listen()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        # Shutting it down is what wakes the thread that waits in accept.
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join()
        self._path.unlink(missing_ok=True)

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            with connection, contextlib.suppress(OSError):
                connection.settimeout(_PATIENCE)
                connection.sendall(self._answer(_first_line(connection)) + b"\n")

    def _answer(self, line: bytes) -> bytes:
        try:
            answer = self._act_on(json.loads(line))
        except ActError as error:
            answer = {"error": str(error)}
        except (ValueError, RecursionError):
            answer = {"error": "the request can't be understood; there are: status, codes, act"}
        return json.dumps(answer).encode()

    def _act_on(self, request: dict[str, object]) -> dict[str, object]:
        match request:
            case {"request": "status"}:
                return asdict(view(self._card.profile, self._card.content))
            case {"request": "codes", "actor": str(actor), "act": str(act)}:
                return {"codes": codes_asked_for(self._card.profile, actor, act)}
            case {"request": "act", "actor": str(actor), "act": str(act), "values": dict(values)}:
                return {"done": perform(self._card, ActRequest(actor, act, {k: str(v) for k, v in values.items()}))}
            case _:
                raise ValueError(request)


def _first_line(connection: socket.socket) -> bytes:
    received = b""
    while b"\n" not in received and len(received) < MAX_REQUEST:
        part = connection.recv(MAX_REQUEST)
        if not part:
            break
        received += part
    return received.partition(b"\n")[0]
