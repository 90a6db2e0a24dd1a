"""The control socket of one running card, asked in every way."""

from __future__ import annotations

import contextlib
import json
import socket
from pathlib import Path

import pytest
from stuntcard.card.card import Card
from stuntcard.card.view import view
from stuntcard.control.client import ask
from stuntcard.control.directory import CONTROL_SOCKET, card_directory
from stuntcard.control.live_card import LiveCard
from stuntcard.control.server import ControlServer
from stuntcard.control.wire import as_json

from tests.unit.card.cards import PIN, Client, new_card
from tests.unit.control.running_cards import Live, OnlyReader

STATUS = {"request": "status"}


def say(path: Path, line: bytes) -> bytes:
    """What the server answers to these bytes, to the end."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(60)
        connection.connect(str(path))
        connection.sendall(line)
        connection.shutdown(socket.SHUT_WR)
        answer = b""
        while part := connection.recv(65536):
            answer += part
        return answer


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_the_socket_is_the_users_alone(control: Path) -> None:
    assert mode(control) == 0o600


def test_the_status_is_the_cards_view(card: Card, control: Path) -> None:
    client = Client(card)
    client.verify(PIN, "wrong")
    answer = ask(control, STATUS)
    assert answer == json.loads(as_json(view(card.profile, card.content)))
    codes = answer["codes"]
    assert isinstance(codes, dict)
    assert codes["pin"]["tries_left"] == 2


def test_asking_changes_nothing_on_the_card(card: Card, control: Path) -> None:
    client = Client(card)
    client.verify(PIN)
    before, commands = card.content, card.commands
    ask(control, STATUS)
    assert (card.content, card.commands) == (before, commands)


NO_REQUESTS = {
    "nothing": b"",
    "empty": b"\n",
    "no JSON": b"status\n",
    "no request": b"{}\n",
    "list": b"[]\n",
    "null": b"null\n",
    "number": b"7\n",
    "unknown": b'{"request": "erase"}\n',
    "odd": b'{"request": ["status"]}\n',
    "bytes": b"\xff\xfe\n",
    "deep": b"[" * 4000 + b"\n",
    "deeper": b'{"a":' * 700 + b"\n",
}


@pytest.mark.parametrize("line", NO_REQUESTS.values(), ids=NO_REQUESTS)
def test_what_is_no_request_is_answered_so_and_the_next_one_as_ever(control: Path, line: bytes) -> None:
    assert "error" in json.loads(say(control, line))
    assert ask(control, STATUS)["profile"] == "proid-q"


def test_a_line_without_end_is_cut(control: Path) -> None:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(60)
        connection.connect(str(control))
        connection.sendall(b"x" * 4096)
        assert b"error" in connection.recv(65536)
    assert ask(control, STATUS)["profile"] == "proid-q"


def test_a_client_that_goes_away_without_a_word_harms_nobody(control: Path) -> None:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(control))
    assert ask(control, STATUS)["profile"] == "proid-q"


def test_the_socket_is_gone_when_the_card_is(card: Card) -> None:
    with card_directory("proid-q") as directory:
        with ControlServer(directory / CONTROL_SOCKET, lambda: LiveCard(OnlyReader(card))):
            pass
        assert list(directory.iterdir()) == []
        with pytest.raises(FileNotFoundError):
            ask(directory / CONTROL_SOCKET, STATUS)


def test_a_request_without_its_end_is_not_carried_out(live: Live) -> None:
    assert b"with its end" in say(live.path, b'{"request": "remove"}')
    assert live.slot_control.card_in


def test_a_huge_request_is_refused(live: Live) -> None:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(60)
        connection.connect(str(live.path))
        connection.sendall(b'{"request": "remove", "x": "' + b"x" * 10_000_000 + b'"}\n')
        assert b"at most 4096 bytes" in connection.recv(65536)
    assert live.slot_control.card_in
    assert ask(live.path, STATUS)["profile"] == "proid-q"


def test_who_hangs_hangs_alone(live: Live) -> None:
    with contextlib.ExitStack() as hanging:
        for _ in range(5):
            connection = hanging.enter_context(socket.socket(socket.AF_UNIX))
            connection.connect(str(live.path))
            connection.sendall(b'{"request"')
        for _ in range(3):
            assert ask(live.path, STATUS)["profile"] == "proid-q"


def test_a_card_ends_while_clients_hang() -> None:
    with card_directory("proid-q") as directory, contextlib.ExitStack() as hanging:
        live = LiveCard(OnlyReader(new_card()))
        with ControlServer(directory / CONTROL_SOCKET, lambda: live):
            for _ in range(20):
                connection = hanging.enter_context(socket.socket(socket.AF_UNIX))
                connection.connect(str(directory / CONTROL_SOCKET))
        assert list(directory.iterdir()) == []


def test_an_error_of_ours_is_answered_too(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("stuntcard.control.live_card.view", fails)
    assert "could not be answered" in str(ask(live.path, STATUS)["error"])
