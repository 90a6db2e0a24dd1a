"""Finding this user's running cards, and asking them."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from stuntcard.control.directory import CONTROL_SOCKET, PCSC_SOCKET, name_in, process_in, runtime_directory
from stuntcard.control.errors import AnswerError, EndError, NotRunningError, SeveralRunningError

if TYPE_CHECKING:
    from stuntcard.control.requests import Answer, Request

_PATIENCE = 5.0
"""Seconds in which a card says how it is."""
_LONG_PATIENCE = 60.0
"""Seconds in which any request is answered."""
_FAREWELL_PATIENCE = 15.0
"""Seconds in which an emulator ends that was told to."""
_BREATH = 0.05
"""Seconds between two looks at what runs."""


@dataclass(frozen=True, slots=True)
class RunningCard:
    """A card that some emulator of this user runs now, or a reader without one; then there is no status."""

    directory: Path
    status: dict[str, object]

    @property
    def pcsc_socket(self) -> Path | None:
        """The socket for PCSCLITE_CSOCK_NAME, where the card has one."""
        path = self.directory / PCSC_SOCKET
        if not path.exists():
            return None
        return path.readlink() if path.is_symlink() else path

    @property
    def name(self) -> str:
        """What it is called: what somebody chose, a stored card's name, or its profile's id."""
        return name_in(self.directory)

    @property
    def profile(self) -> str | None:
        """Its profile's id; None for a reader that is empty."""
        return str(self.status["profile"]) if "profile" in self.status else None

    @property
    def own_names(self) -> tuple[str, ...]:
        """What it alone, as a rule, is called: its name, `card:` and that, its directory's name, or that in full."""
        return (self.name, f"card:{self.name}", self.directory.name, str(self.directory))


def running_cards() -> tuple[RunningCard, ...]:
    """The cards that answer now; what a killed emulator left behind is passed over."""
    cards = []
    for path in sorted(runtime_directory().glob(f"*/{CONTROL_SOCKET}")):
        with contextlib.suppress(OSError, ValueError):
            status = ask(path, {"request": "status"})
            cards.append(RunningCard(path.parent, status if "profile" in status else {}))
    return tuple(cards)


def the_running_card(name: str) -> RunningCard:
    """The one card that runs and is called so, or the one of that profile; without a name, the only one that runs.

    Raises NotRunningError, SeveralRunningError, or OSError.
    """
    cards = running_cards()
    if not name:
        return _the_only(cards)
    called_so = [card for card in cards if name in card.own_names] or [card for card in cards if name == card.profile]
    if len(called_so) == 1:
        return called_so[0]
    if called_so:
        directories = tuple(card.directory.name for card in called_so)
        raise SeveralRunningError(
            lambda messages: messages.text("running-several-of", name=name, names=", ".join(directories)), directories
        )
    running = ", ".join(card.name for card in cards)
    # Whoever forgets the card has a fault or a state in its place.
    kind = "running-name-first" if "=" in name else "running-no-such"
    raise NotRunningError(
        lambda messages: messages.text(
            kind,
            name=name,
            running=running or messages.text("running-none-listed"),
            start=messages.text(_how_to_start(name), name=name),
        )
    )


def _the_only(cards: Sequence[RunningCard]) -> RunningCard:
    if len(cards) == 1:
        return cards[0]
    if not cards:
        raise NotRunningError(lambda messages: messages.text("running-none"))
    names = tuple(card.name for card in cards)
    raise SeveralRunningError(lambda messages: messages.text("running-several", names=", ".join(names)), names)


def _how_to_start(name: str) -> str:
    """The message that says it."""
    from stuntcard.profile.load import profile_names

    known = name in profile_names() or name.startswith("card:")
    return "running-start" if known else "running-start-stored"


def await_running_card(name: str, seconds: float) -> RunningCard:
    """The running card of that name, as soon as there is one.

    Raises as `the_running_card` when there is none in time.
    """
    deadline = time.monotonic() + seconds
    while True:
        try:
            return the_running_card(name)
        except NotRunningError:
            if time.monotonic() >= deadline:
                raise
        time.sleep(_BREATH)


def end(card: RunningCard) -> tuple[str, ...]:
    """Ends a running card, and the emulator that runs it where it does not go alone; gives the names of all that ended.

    Raises ControlError when it refuses, EndError when it goes on, or OSError.
    """
    from stuntcard.control.requests import EndAnswer, EndRequest

    process = process_in(card.directory)
    if send(card, EndRequest(), EndAnswer).alone:
        ended: tuple[RunningCard, ...] = (card,)
    else:
        ended = tuple(one for one in running_cards() if process_in(one.directory) == process)
        os.kill(process, signal.SIGTERM)
    deadline = time.monotonic() + _FAREWELL_PATIENCE
    while any(one.directory.exists() for one in ended):
        if time.monotonic() >= deadline:
            raise EndError(
                f"{card.name} was told to end {_FAREWELL_PATIENCE:g} s ago, but runs; end process {process} yourself"
            )
        time.sleep(_BREATH)
    return tuple(one.name for one in ended)


_AnswerT = TypeVar("_AnswerT", bound="Answer")


def send(card: RunningCard, request: Request, answer: type[_AnswerT]) -> _AnswerT:
    """A running card's answer to a request. Raises ControlError when it refuses, with its reason, or OSError."""
    from stuntcard.control.wire import parse_answer

    try:
        return parse_answer(ask(card.directory / CONTROL_SOCKET, asdict(request), _LONG_PATIENCE), answer)
    except (AnswerError, json.JSONDecodeError) as error:
        raise AnswerError(
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
