"""A card that does not answer to reset, in the own PC/SC reader and behind a real pcscd: each call gives the same."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from stuntcard.readers.pcsc import PcscServer
from stuntcard.readers.pcsc.messages import Code
from stuntcard.readers.slot import Slot

from tests.clients.mute_card import MuteBehindVpcd
from tests.clients.private_pcscd import PrivatePcscd
from tests.unit.readers.echo_card import T0_T1_ATR, EchoCard
from tests.unit.readers.pcsc.histories import WireProgram
from tests.unit.readers.pcsc.pcsc_model import (
    ATR_ATTRIBUTE,
    DIRECT,
    EJECT,
    EXCLUSIVE,
    LEAVE,
    RESET,
    SHARED,
    T0,
    T1,
    UNPOWER,
)

pytestmark = pytest.mark.pcscd

READER = "Stuntcard 00 00"
MUTE = 0x0C
"""Present and swallowed, as pcsc-lite calls it: SCARD_STATE_MUTE for programs."""
UNTIL_USED_NO_MORE = 1.3
PATIENCE = 60.0
Said = list[tuple[str, object]]


@contextlib.contextmanager
def own(tmp_path: Path, *, from_the_start: bool) -> Iterator[tuple[EchoCard, Path]]:
    card = EchoCard(T0_T1_ATR)
    card.mute = from_the_start
    with PcscServer(tmp_path / "private" / "pcsc", {READER: Slot(card)}) as server:
        yield card, server.socket_path


@contextlib.contextmanager
def behind_pcscd(*, from_the_start: bool) -> Iterator[tuple[EchoCard, Path]]:
    card = EchoCard(T0_T1_ATR)
    card.mute = from_the_start
    with PrivatePcscd() as daemon, MuteBehindVpcd(card, daemon.port):
        observer = WireProgram(daemon.socket_path)
        await_state(observer, MUTE if from_the_start else 0x34)
        time.sleep(0 if from_the_start else UNTIL_USED_NO_MORE)
        observer.socket.close()
        yield card, daemon.socket_path


def await_state(observer: WireProgram, wanted: int) -> None:
    end = time.monotonic() + PATIENCE
    while observer.states()[0][1] != wanted:
        assert time.monotonic() < end
        time.sleep(0.02)


def struck_dumb(card: EchoCard, path: Path, disposition: int) -> Said:
    """A card that is mute when it is to start anew: what every call gives then, and once it answers again."""
    first, second = WireProgram(path), WireProgram(path)
    _, _, held = first.connect(READER, SHARED, T0 | T1)
    _, _, other = second.connect(READER, SHARED, T0 | T1)
    card.mute = True
    said: Said = [
        ("reconnect RESET", first.reconnect(held, SHARED, T0 | T1, RESET)[0]),
        ("state", first.states()[0][1:]),
    ]
    for who, program, handle in (("who was told", first, held), ("who was not", second, other)):
        said += [
            (f"{who}: status", program.status(handle)),
            (f"{who}: transmit", program.transmit(handle, T1)),
            (f"{who}: get attribute", program.attribute(handle, ATR_ATTRIBUTE)),
            (f"{who}: set attribute", program.set_attribute(handle, ATR_ATTRIBUTE)),
            (f"{who}: begin", program.begin(handle)),
            (f"{who}: end", program.end(handle, disposition)),
        ]
    said += [
        *((f"connect {share}", second.connect(READER, share, T0 | T1)[0]) for share in (SHARED, EXCLUSIVE)),
        ("reconnect", first.reconnect(held, SHARED, T0 | T1, disposition)[0]),
        ("reconnect exclusive", first.reconnect(held, EXCLUSIVE, T0 | T1, disposition)[0]),
        ("disconnect", second.disconnect(other, disposition)),
        ("state", first.states()[0][1:]),
    ]
    card.mute = False
    said += [
        ("connect to one that answers again", second.connect(READER, SHARED, T0 | T1)[0]),
        ("reconnect RESET", first.reconnect(held, SHARED, T0 | T1, RESET)[0]),
        ("connect", second.connect(READER, SHARED, T0 | T1)[0]),
        ("transmit", first.transmit(held, T1)),
    ]
    for program in (first, second):
        program.socket.close()
    return said


def dumb_from_the_start(card: EchoCard, path: Path, disposition: int) -> Said:
    """A card that was mute when it was put in."""
    program = WireProgram(path)
    said: Said = [(f"connect {share}", program.connect(READER, share, T0 | T1)[0]) for share in (SHARED, EXCLUSIVE)]
    code, _, handle = program.connect(READER, DIRECT, 0)
    said += [
        ("connect DIRECT", code),
        ("status", program.status(handle)),
        ("reconnect", program.reconnect(handle, SHARED, T0 | T1, disposition)[0]),
        ("state", program.states()[0][1:3]),
    ]
    card.mute = False
    said += [
        ("connect to one that answers now", program.connect(READER, SHARED, T0 | T1)[0]),
        ("state", program.states()[0][1:3]),
        ("reconnect RESET", program.reconnect(handle, SHARED, T0 | T1, RESET)[0]),
        ("status", program.status(handle)),
        ("transmit", program.transmit(handle, T1)),
        ("disconnect", program.disconnect(handle, disposition)),
    ]
    program.socket.close()
    return said


@pytest.mark.parametrize("disposition", [LEAVE, RESET, UNPOWER, EJECT])
def test_a_card_that_is_struck_dumb(tmp_path: Path, disposition: int) -> None:
    with own(tmp_path, from_the_start=False) as (card, path):
        ours = struck_dumb(card, path, disposition)
    with behind_pcscd(from_the_start=False) as (card, path):
        theirs = struck_dumb(card, path, disposition)
    assert ours == theirs
    told = dict(ours)
    assert (told["reconnect RESET"], told["connect 2"]) == (Code.SUCCESS, Code.UNPOWERED_CARD)


@pytest.mark.parametrize("disposition", [LEAVE, RESET, UNPOWER, EJECT])
def test_a_card_that_is_dumb_from_the_start(tmp_path: Path, disposition: int) -> None:
    with own(tmp_path, from_the_start=True) as (card, path):
        ours = dumb_from_the_start(card, path, disposition)
    with behind_pcscd(from_the_start=True) as (card, path):
        theirs = dumb_from_the_start(card, path, disposition)
    assert ours == theirs
    assert dict(ours)["connect 2"] == Code.UNPOWERED_CARD
