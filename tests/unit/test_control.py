from __future__ import annotations

import json
import os
import socket
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from emulator.card.card import Card
from emulator.card.view import view
from emulator.control import (
    CONTROL_SOCKET,
    PCSC_SOCKET,
    ControlServer,
    as_json,
    ask,
    card_directory,
    running_cards,
    runtime_directory,
)
from tests.unit.card.cards import PIN, Client, new_card

STATUS = {"request": "status"}


@pytest.fixture(autouse=True)
def own_runtime_directory(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Each test has running cards of its own, in a path short enough for a Unix socket."""
    with tempfile.TemporaryDirectory(prefix="sc-") as directory:
        monkeypatch.setenv("XDG_RUNTIME_DIR", directory)
        yield Path(directory) / "stuntcard"


@pytest.fixture
def card() -> Card:
    return new_card()


@pytest.fixture
def control(card: Card) -> Iterator[Path]:
    """The control socket of a running card."""
    with card_directory("proid-q") as directory, ControlServer(card, directory / CONTROL_SOCKET):
        yield directory / CONTROL_SOCKET


def say(path: Path, line: bytes) -> bytes:
    """What the server answers to these bytes, to the end."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(10)
        connection.connect(str(path))
        connection.sendall(line)
        connection.shutdown(socket.SHUT_WR)
        answer = b""
        while part := connection.recv(65536):
            answer += part
        return answer


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


# The private directory


def test_the_runtime_directory_is_the_users_alone(own_runtime_directory: Path) -> None:
    assert runtime_directory() == own_runtime_directory
    assert mode(own_runtime_directory) == 0o700
    assert runtime_directory() == own_runtime_directory


def test_without_xdg_it_lies_in_the_temporary_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XDG_RUNTIME_DIR")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert runtime_directory() == tmp_path / f"stuntcard-{os.getuid()}"


@pytest.mark.parametrize("open_to", [0o770, 0o707, 0o755])
def test_a_directory_open_to_others_is_refused(own_runtime_directory: Path, open_to: int) -> None:
    own_runtime_directory.mkdir()
    own_runtime_directory.chmod(open_to)
    with pytest.raises(PermissionError, match="is open to others; remove it, or set XDG_RUNTIME_DIR"):
        runtime_directory()


def test_a_link_to_a_directory_elsewhere_is_refused(own_runtime_directory: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir(mode=0o700)
    own_runtime_directory.symlink_to(elsewhere)
    with pytest.raises(PermissionError):
        runtime_directory()


def test_a_cards_directory_is_private_and_gone_afterwards(own_runtime_directory: Path) -> None:
    with card_directory("proid-q") as directory:
        assert directory.parent == own_runtime_directory
        assert directory.name.startswith("proid-q-")
        assert mode(directory) == 0o700
    assert list(own_runtime_directory.iterdir()) == []


# Asking a running card


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


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"\n",
        b"status\n",
        b"{}\n",
        b"[]\n",
        b"null\n",
        b"7\n",
        b'{"request": "erase"}\n',
        b'{"request": ["status"]}\n',
        b"\xff\xfe\n",
        b"[" * 4000 + b"\n",
        b'{"a":' * 700 + b"\n",
    ],
    ids=[
        "nothing",
        "empty",
        "no JSON",
        "no request",
        "list",
        "null",
        "number",
        "unknown",
        "odd",
        "bytes",
        "deep",
        "deeper",
    ],
)
def test_what_is_no_request_is_answered_so_and_the_next_one_as_ever(control: Path, line: bytes) -> None:
    assert "error" in json.loads(say(control, line))
    assert ask(control, STATUS)["profile"] == "proid-q"


def test_a_line_without_end_is_cut(control: Path) -> None:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(10)
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
        with ControlServer(card, directory / CONTROL_SOCKET):
            pass
        assert list(directory.iterdir()) == []
        with pytest.raises(FileNotFoundError):
            ask(directory / CONTROL_SOCKET, STATUS)


# Which cards are running


def test_no_card_is_running() -> None:
    assert running_cards() == ()


def test_cards_that_run_side_by_side(control: Path) -> None:
    with card_directory("other") as directory, ControlServer(new_card(), directory / CONTROL_SOCKET):
        assert {card.directory for card in running_cards()} == {control.parent, directory}
    assert [card.directory for card in running_cards()] == [control.parent]


def test_the_pcsc_socket_is_told_where_there_is_one(control: Path) -> None:
    [running] = running_cards()
    assert running.pcsc_socket is None
    (control.parent / PCSC_SOCKET).touch()
    assert running.pcsc_socket == control.parent / PCSC_SOCKET


def test_what_a_killed_emulator_left_behind_is_passed_over(control: Path, own_runtime_directory: Path) -> None:
    left = own_runtime_directory / "proid-q-1-left"
    left.mkdir()
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(left / CONTROL_SOCKET))
    plain = own_runtime_directory / "proid-q-2-left"
    plain.mkdir()
    (plain / CONTROL_SOCKET).touch()
    assert [card.directory for card in running_cards()] == [control.parent]


@pytest.mark.parametrize("answer", [b"", b"no JSON\n", b"[1]\n", b"7\n"])
def test_a_socket_that_answers_something_else_is_passed_over(own_runtime_directory: Path, answer: bytes) -> None:
    directory = own_runtime_directory / "proid-q-3"
    directory.mkdir(mode=0o700, parents=True)
    own_runtime_directory.chmod(0o700)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(directory / CONTROL_SOCKET))
        server.listen()

        def serve() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(4096)
                connection.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        assert running_cards() == ()
        thread.join()
