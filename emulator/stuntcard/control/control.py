"""Talking to a running card from another program of the same user, over a Unix socket that only its owner can open.

One request a connection: a JSON object in one line, answered by a JSON object in one line. What can be asked and what
is answered is in `control_requests`; what comes of it, in `live_card`; here is how it gets from one to the other.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import shutil
import socket
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from stuntcard.card.card import Card
from stuntcard.card.view import CardView

# What is asked and answered is loaded with the first request: most cards in tests are never asked.
if TYPE_CHECKING:
    from stuntcard.control.actors import ActRequest
    from stuntcard.control.live_card import LiveCard
    from stuntcard.control.requests import Answer, Request
    from stuntcard.faults.rules import Faults
    from stuntcard.readers.slot_control import SlotControl

_log = logging.getLogger(__name__)
MAX_REQUEST = 4096
_PATIENCE = 5.0
"""Seconds in which a request has to come, and in which most are answered."""
_LONG_PATIENCE = 60.0
"""Seconds in which any request is answered."""
_CLIENTS_MAX = 16
"""So many requests are served at once; more wait until one of them is done, or has waited in vain."""

LONGEST_SOCKET_PATH = 107
PCSC_SOCKET, CONTROL_SOCKET = "pcsc.sock", "control.sock"


def runtime_directory() -> Path:
    """The private directory (0700) below which running cards have their sockets. Raises OSError when it is not ours."""
    base = os.environ.get("XDG_RUNTIME_DIR")
    temporary = Path(tempfile.gettempdir()).absolute() / f"stuntcard-{os.getuid()}"
    directory = Path(base).absolute() / "stuntcard" if base else temporary
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
    runtime = runtime_directory()
    _sweep(runtime)
    with tempfile.TemporaryDirectory(prefix=f"{name}-{os.getpid()}-", dir=runtime) as directory:
        path = Path(directory)
        if len(os.fsencode(path / CONTROL_SOCKET)) > LONGEST_SOCKET_PATH:
            raise OSError(
                f"{path} is too long a path for a socket, which has at most {LONGEST_SOCKET_PATH} bytes; "
                f"set XDG_RUNTIME_DIR to a private directory with a short path"
            )
        yield path


def _sweep(runtime: Path) -> None:
    """Clears away what emulators left behind that were killed."""
    for directory in runtime.glob("*-*-*"):
        process = directory.name.rsplit("-", 2)[1]
        if process.isdecimal() and not _runs(int(process)):
            shutil.rmtree(directory, ignore_errors=True)


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


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
    from stuntcard.control.requests import Act, Done

    return send(card, Act(request.actor, request.act, request.values), Done).done


def codes_needed(card: RunningCard, actor: str, act: str) -> tuple[str, ...]:
    """The codes whose values an act on a running card needs. Raises ActError when there is no such act, or OSError."""
    from stuntcard.control.requests import Codes, CodesAnswer

    return send(card, Codes(actor, act), CodesAnswer).codes


_AnswerT = TypeVar("_AnswerT", bound="Answer")


def send(card: RunningCard, request: Request, answer: type[_AnswerT]) -> _AnswerT:
    """A running card's answer to a request. Raises ActError when it refuses, with its reason, or OSError."""
    from pydantic import TypeAdapter, ValidationError

    from stuntcard.control.actors import ActError

    try:
        content = ask(card.directory / CONTROL_SOCKET, asdict(request), _LONG_PATIENCE)
        if "error" in content:
            raise ActError(str(content["error"]))
        return TypeAdapter(answer).validate_python(content)
    except (ValidationError, json.JSONDecodeError) as error:
        raise ActError(
            f"{card.directory.name} gave no answer that can be understood; is it of another version?"
        ) from error


def ask(path: Path, request: Mapping[str, object], patience: float = _PATIENCE) -> dict[str, object]:
    """The answer of the card behind a control socket. Raises OSError or ValueError when there is no good one."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(patience)
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
    """Answers requests about one card, each in a thread of its own: who hangs, hangs alone."""

    def __init__(
        self,
        card: Card,
        path: Path,
        slot_control: SlotControl | None = None,
        faults: Callable[[], Faults] | None = None,
    ) -> None:
        """Without `slot_control` the card can't be moved, and without `faults` none can be set."""
        self._card = card
        self._slot_control = slot_control
        self._faults = faults
        self._path = path
        self._socket = socket.socket(socket.AF_UNIX)
        self._free = threading.Semaphore(_CLIENTS_MAX)
        self._lock = threading.Lock()
        self._clients: dict[socket.socket, threading.Thread] = {}
        self._thread = threading.Thread(target=self._accept, name="control", daemon=True)

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
        self._part_from_clients()  # which lets go of the other thread, if it waits for one of them to end
        self._thread.join()
        self._part_from_clients()
        self._path.unlink(missing_ok=True)

    def _part_from_clients(self) -> None:
        with self._lock:
            clients = dict(self._clients)
        for connection in clients:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RD)
        for thread in clients.values():
            thread.join()

    def _accept(self) -> None:
        while True:
            self._free.acquire()
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._serve, args=(connection,), name="control-client", daemon=True)
            with self._lock:
                self._clients[connection] = thread
                thread.start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            with connection, contextlib.suppress(OSError):
                line = _line(connection)
                connection.settimeout(_PATIENCE)
                connection.sendall(self._answer(line) + b"\n")
        finally:
            with self._lock:
                self._clients.pop(connection, None)
            self._free.release()

    @cached_property
    def _live(self) -> LiveCard:
        from stuntcard.control.live_card import LiveCard

        return LiveCard(self._card, self._slot_control, self._faults() if self._faults is not None else None)

    def _answer(self, line: bytes | None) -> bytes:
        from stuntcard.control.actors import ActError
        from stuntcard.control.requests import RequestError, parse_request

        try:
            if line is None:
                raise RequestError(f"a request is one line of at most {MAX_REQUEST} bytes, with its end")
            answer = asdict(self._live.answer(parse_request(line)))
        except (ActError, RequestError) as error:
            answer = {"error": str(error)}
        except Exception:
            # A fault of ours in one request must not leave its client without an answer.
            _log.exception("a request could not be answered")
            answer = {"error": "the request could not be answered; the emulator's own log says why"}
        return json.dumps(answer).encode()


def _line(connection: socket.socket) -> bytes | None:
    """The line that a client sends; None when it is too long or has no end. Raises OSError when it comes too late."""
    received = b""
    deadline = time.monotonic() + _PATIENCE
    while b"\n" not in received and len(received) < MAX_REQUEST:
        connection.settimeout(max(0.001, deadline - time.monotonic()))
        part = connection.recv(MAX_REQUEST)
        if not part:
            return None
        received += part
    line, end, _ = received.partition(b"\n")
    return line if end and len(line) < MAX_REQUEST else None
