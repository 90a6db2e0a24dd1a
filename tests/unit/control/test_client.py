"""Which cards are running."""

from __future__ import annotations

import socket
import threading
from pathlib import Path

import pytest
from stuntcard.control.client import running_cards, the_running_card
from stuntcard.control.directory import CONTROL_SOCKET, PCSC_SOCKET
from stuntcard.control.errors import NotRunningError, SeveralRunningError

from tests.unit.card.cards import new_card
from tests.unit.control.running_cards import answering


def test_no_card_is_running() -> None:
    assert running_cards() == ()


def test_cards_that_run_side_by_side(control: Path) -> None:
    with answering(new_card()) as other:
        assert {card.directory for card in running_cards()} == {control.parent, other.parent}
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


# The one that is meant


def test_a_card_is_called_by_its_profile_or_its_directory(control: Path) -> None:
    for name in ("proid-q", control.parent.name, str(control.parent)):
        assert the_running_card(name).directory == control.parent


def test_of_several_cards_one_has_to_be_named(control: Path) -> None:
    with answering(new_card()) as other:
        names = tuple(sorted((control.parent.name, other.parent.name)))
        with pytest.raises(SeveralRunningError) as error:
            the_running_card("proid-q")
        assert error.value.names == names
        assert str(error.value) == f"several cards of 'proid-q' are running; name one of them: {', '.join(names)}"
        assert the_running_card(other.parent.name).directory == other.parent


@pytest.mark.usefixtures("control")
def test_a_card_that_does_not_run_is_told_with_those_that_do() -> None:
    with pytest.raises(NotRunningError) as error:
        the_running_card("tokenme")
    assert str(error.value) == (
        "no card 'tokenme' is running (running: proid-q); start one with: stuntcard run tokenme"
    )
