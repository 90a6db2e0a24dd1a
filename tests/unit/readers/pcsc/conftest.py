"""Two readers with a card each, served at a socket, and clients of theirs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from stuntcard.readers.pcsc import PcscServer
from stuntcard.readers.slot import Slot

from tests.unit.readers.echo_card import EchoCard
from tests.unit.readers.pcsc.clients import OTHER_READER, READER, Client, RawClient, TroublesomeCard


@pytest.fixture
def card() -> TroublesomeCard:
    return TroublesomeCard()


@pytest.fixture
def slot(card: TroublesomeCard) -> Slot:
    card.slot = Slot(card)
    return card.slot


@pytest.fixture
def other_slot() -> Slot:
    return Slot(EchoCard())


@pytest.fixture
def socket_path(tmp_path: Path) -> Path:
    return tmp_path / "private" / "pcsc"


@pytest.fixture
def server(socket_path: Path, slot: Slot, other_slot: Slot, card: TroublesomeCard) -> Iterator[PcscServer]:
    with PcscServer(socket_path, {READER: slot, OTHER_READER: other_slot}) as server:
        yield server
        card.finish.set()


@pytest.fixture
def new_client(server: PcscServer) -> Iterator[Callable[..., Client]]:
    pytest.importorskip("smartcard.scard", reason="the clients are programs with pyscard")
    clients: list[Client] = []

    def start(**environment: str) -> Client:
        clients.append(Client(server.socket_path, **environment))
        return clients[-1]

    yield start
    for client in clients:
        client.close()


@pytest.fixture
def client(new_client: Callable[..., Client]) -> Client:
    return new_client()


@pytest.fixture
def other(new_client: Callable[..., Client]) -> Client:
    """A second program, which is told of a sharing violation instead of the library trying again."""
    return new_client(PCSCLITE_NO_BLOCKING="1")


@pytest.fixture
def raw(server: PcscServer) -> Iterator[RawClient]:
    client = RawClient(server.socket_path)
    yield client
    client.socket.close()
