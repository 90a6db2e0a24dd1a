from __future__ import annotations

import contextlib
import json
import os
import socket
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import pytest
from stuntcard.card.card import Card
from stuntcard.card.view import view
from stuntcard.control.actors import ActError
from stuntcard.control.control import (
    CONTROL_SOCKET,
    PCSC_SOCKET,
    ControlServer,
    RunningCard,
    as_json,
    ask,
    card_directory,
    running_cards,
    runtime_directory,
    send,
)
from stuntcard.control.requests import (
    Act,
    ClearFaults,
    Codes,
    Done,
    FaultsAnswer,
    FaultView,
    Insert,
    ListFaults,
    Place,
    Remove,
    Request,
    RequestError,
    Reset,
    SetFault,
    SetState,
    SetStateAnswer,
    State,
    StateAnswer,
    Status,
    parse_request,
)
from stuntcard.faults.faulty_card import FaultyCard
from stuntcard.faults.rules import Faults
from stuntcard.profile.model import CodeStatus
from stuntcard.readers.slot import Slot
from stuntcard.readers.slot_control import SlotControl

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


# Requests of every kind, on a card with a reader and faults


@pytest.fixture
def live() -> Iterator[Live]:
    """A card in a reader that it can be taken out of."""
    with card_directory("proid-q") as directory:
        live = Live(directory)
        with ControlServer(live.card, directory / CONTROL_SOCKET, live.slot_control, lambda: live.faults):
            yield live


class Live:
    """A running card and all that belongs to it, seen from inside."""

    def __init__(self, directory: Path) -> None:
        self.card, self.slot_control, self.faults = new_card(), SlotControl(Slot()), Faults()
        self.faulty = FaultyCard(self.card, self.faults, self.slot_control)
        self.slot_control.insert(self.faulty)
        self.running = RunningCard(directory, {})
        self.path = directory / CONTROL_SOCKET

    def refused(self, request: Request) -> str:
        with pytest.raises(ActError) as error:
            send(self.running, request, Done)
        return str(error.value)


@pytest.mark.parametrize(
    ("line", "request_"),
    [
        ('{"request": "status"}', Status()),
        ('{"request": "state"}', State()),
        ('{"request": "codes", "actor": "office", "act": "unblock"}', Codes("office", "unblock")),
        ('{"request": "act", "actor": "a", "act": "b", "values": {"dok": "1"}}', Act("a", "b", {"dok": "1"})),
        ('{"request": "insert"}', Insert()),
        ('{"request": "remove"}', Remove()),
        ('{"request": "remove", "back_after": 2}', Remove(2.0)),
        ('{"request": "reset"}', Reset()),
        ('{"request": "set-fault", "rule": "act=tear"}', SetFault("act=tear")),
        ('{"request": "list-faults"}', ListFaults()),
        ('{"request": "clear-faults", "number": 3}', ClearFaults(3)),
        ('{"request": "set-state", "wanted": ["pin=1"], "force": true}', SetState(("pin=1",), force=True)),
    ],
)
def test_every_request_has_one_form(line: str, request_: Request) -> None:
    assert parse_request(line.encode()) == request_
    assert parse_request(json.dumps(asdict(request_)).encode()) == request_


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{", "it is no JSON"),
        ("{}", "it names no request"),
        ('{"request": "explode"}', "there is none of that name"),
        ('{"request": "set-fault"}', "rule is missing"),
        ('{"request": "insert", "soon": true}', "it has no soon"),
        ('{"request": "remove", "back_after": -1}', "back_after: "),
        ('{"request": "remove", "back_after": "1"}', "back_after: "),
        ('{"request": "remove", "back_after": 1e9}', "back_after: "),
        ('{"request": "clear-faults", "number": 1.5}', "number: "),
        ('{"request": "set-state", "wanted": "pin=1"}', "wanted: "),
        ('{"request": "act", "actor": "a", "act": "b", "values": {"pin": 1234567}}', "values.pin: "),
    ],
)
def test_what_is_wrong_with_a_request_is_said_without_its_values(line: str, reason: str) -> None:
    with pytest.raises(RequestError) as error:
        parse_request(line.encode())
    assert str(error.value).startswith(f"the request can't be understood: {reason}")
    assert "1234567" not in str(error.value)
    assert str(error.value).endswith("clear-faults, set-state")


def test_the_card_is_taken_out_and_put_in(live: Live) -> None:
    assert send(live.running, State(), StateAnswer).place is Place.IN
    assert send(live.running, Remove(), Done).done == "the card is out of the reader"
    assert live.slot_control.slot.card is None
    assert send(live.running, State(), StateAnswer).place is Place.OUT
    assert send(live.running, Remove(), Done).done == "the card is out of the reader already"
    assert live.refused(Reset()) == "the card is not in the reader; put it in first (insert)"
    assert send(live.running, Insert(), Done).done == "the card is in the reader"
    assert live.slot_control.slot.card is live.faulty
    assert send(live.running, Insert(), Done).done == "the card is in the reader already"


def test_the_card_is_put_back_after_a_while(live: Live) -> None:
    back = threading.Event()
    live.slot_control.slot.on_change(lambda: back.set() if live.slot_control.slot.card is not None else None)
    assert send(live.running, Remove(0.01), Done).done == "the card is out of the reader, and comes back in 0.01 s"
    assert back.wait(30)


def test_an_unplugged_reader_is_plugged_in_with_the_card(live: Live) -> None:
    live.slot_control.unplug()
    assert send(live.running, State(), StateAnswer).place is Place.UNPLUGGED
    assert send(live.running, Insert(), Done).done == "the reader is plugged in again"
    assert live.slot_control.slot.card is live.faulty


def test_a_reset_ends_the_session(live: Live) -> None:
    Client(live.card).verify(PIN)
    assert send(live.running, Reset(), Done).done == "the card was reset"
    assert live.card.state.verified == frozenset()
    assert live.slot_control.slot.resets == 1


def test_faults_are_set_listed_and_cleared(live: Live) -> None:
    third = FaultView(1, "ins=2A nth=3 act=status:6F00 when=before", 0, 0)
    slow = FaultView(2, "act=delay:0.001 when=before", 1, 1)
    assert send(live.running, SetFault("ins=2A nth=3 act=status:6F00"), FaultsAnswer).faults == (third,)
    send(live.running, SetFault("act=slow:1"), FaultsAnswer)
    live.faulty.transmit(bytes.fromhex("00200001"))
    assert send(live.running, ListFaults(), FaultsAnswer).faults == (third, slow)
    assert send(live.running, State(), StateAnswer).faults == (third, slow)
    assert send(live.running, ClearFaults(1), FaultsAnswer).faults == (slow,)
    assert live.refused(ClearFaults(1)) == "there is no fault 1; there are: 2"
    assert send(live.running, ClearFaults(), FaultsAnswer).faults == ()
    assert not live.faults.any


def test_a_fault_that_can_not_be_is_refused(live: Live) -> None:
    assert live.refused(SetFault("act=explode")).startswith("act=explode can't be understood")
    assert (
        live.refused(SetFault("code=iok act=tear")) == "code=iok: ProID+Q has no such code; there are: pin, puk, qpin"
    )
    assert live.faults.listed() == ()


def test_faults_have_a_bound(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stuntcard.control.live_card.FAULTS_MAX", 2)
    for _ in range(2):
        send(live.running, SetFault("nth=9 act=tear"), FaultsAnswer)
    assert live.refused(SetFault("nth=9 act=tear")) == "2 faults are set already; clear some first"


def test_a_state_is_reached_by_the_law_and_its_steps_are_told(live: Live) -> None:
    answer = send(live.running, SetState(("pin=blocked", "puk=2")), SetStateAnswer)
    assert answer == SetStateAnswer(
        law=("PIN given wrongly, 3 times", "PUK given wrongly, 3 times"), forced=(), given={}, also=()
    )
    codes = live.card.state.codes
    assert (codes["pin"].status, codes["puk"].tries_left) == (CodeStatus.BLOCKED, 2)
    assert live.slot_control.slot.resets == 1, "whoever used the card is told"


def test_a_state_that_the_law_has_no_way_to_takes_force(live: Live) -> None:
    before = live.card.content
    assert live.refused(SetState(("puk=not_set", "pin=1"))) == (
        "nothing that anybody can do brings this card to puk=not_set, and nothing was changed; "
        "with --force it is set all the same"
    )
    assert live.card.content == before
    answer = send(live.running, SetState(("puk=not_set", "pin=1"), force=True), SetStateAnswer)
    assert (answer.law, answer.forced) == (("PIN given wrongly, 2 times",), ("puk=not_set",))


@pytest.mark.parametrize(
    ("wanted", "reason"),
    [
        ((), "say what shall be, such as pin=blocked"),
        (("pin",), "pin"),
        (("pim=1",), "pim"),
        (("pin=4",), "pin=4"),
        (("cc=1",), "cc=1 can't be set on a running card; codes, parts and card can"),
    ],
)
def test_a_state_that_can_not_be_understood(live: Live, wanted: tuple[str, ...], reason: str) -> None:
    assert reason in live.refused(SetState(wanted))


def test_a_card_that_nobody_holds_can_not_be_moved(control: Path) -> None:
    running = RunningCard(control.parent, {})
    for request in (Insert(), Remove(), Reset()):
        with pytest.raises(ActError, match="lies in no reader"):
            send(running, request, Done)
    with pytest.raises(ActError, match="no faults can strike it"):
        send(running, SetFault("act=tear"), FaultsAnswer)
    assert send(running, State(), StateAnswer).place is Place.IN
    assert send(running, SetState(("pin=1",)), SetStateAnswer).law == ("PIN given wrongly, 2 times",)


def test_a_request_without_its_end_is_not_carried_out(live: Live) -> None:
    assert b"with its end" in say(live.path, b'{"request": "remove"}')
    assert live.slot_control.card_in


def test_a_huge_request_is_refused(live: Live) -> None:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(10)
        connection.connect(str(live.path))
        with contextlib.suppress(ConnectionError):
            connection.sendall(b'{"request": "remove", "x": "' + b"x" * 10_000_000)
        with contextlib.suppress(ConnectionError):
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
        with ControlServer(new_card(), directory / CONTROL_SOCKET):
            for _ in range(20):
                connection = hanging.enter_context(socket.socket(socket.AF_UNIX))
                connection.connect(str(directory / CONTROL_SOCKET))
        assert list(directory.iterdir()) == []


def test_an_error_of_ours_is_answered_too(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("stuntcard.control.live_card.view", fails)
    assert "could not be answered" in str(ask(live.path, STATUS)["error"])
