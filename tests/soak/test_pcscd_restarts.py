"""A pcscd that is killed and started again under its clients' hands, 200 times: the card is always there again.

STUNTCARD_SOAK_RESTARTS sets another number.
"""

from __future__ import annotations

import os
import random
import threading
import time
from contextlib import suppress

import pytest
from stuntcard.applets.registry import APPLETS
from stuntcard.card.card import Card
from stuntcard.profile.load import load_profile
from stuntcard.readers.slot import Slot
from stuntcard.readers.vpcd import VpcdReader

from tests.clients.private_pcscd import PrivatePcscd
from tests.unit.readers.pcsc.histories import WireProgram
from tests.unit.readers.pcsc.pcsc_model import SHARED, T0

RESTARTS = int(os.environ.get("STUNTCARD_SOAK_RESTARTS", "200"))
PROGRAMS = 4
BACK_WITHIN = 15.0
TRIES_LEFT = bytes.fromhex("00200001")
READER = "Stuntcard 00 00"


class Load:
    """Programs that ask the card again and again, and begin anew whenever that fails."""

    def __init__(self, daemon: PrivatePcscd) -> None:
        self.answers = 0
        self.wrong: list[bytes] = []
        self._daemon = daemon
        self._ending = threading.Event()
        self._threads = [threading.Thread(target=self._run) for _ in range(PROGRAMS)]

    def __enter__(self) -> Load:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ending.set()
        for thread in self._threads:
            thread.join()

    def _run(self) -> None:
        while not self._ending.wait(0.02):
            with suppress(OSError, AssertionError):  # pcscd is gone, and with it the connection
                self._work()

    def _work(self) -> None:
        program = WireProgram(self._daemon.socket_path)
        try:
            code, _, handle = program.connect(READER, SHARED, T0)
            while not code and not self._ending.is_set():
                code, answer = program.transmit(handle, T0, TRIES_LEFT)
                if not code and answer == b"\x63\xc3":
                    self.answers += 1
                elif not code:
                    self.wrong.append(answer)
        finally:
            program.socket.close()


@pytest.mark.soak
@pytest.mark.pcscd
@pytest.mark.timeout(RESTARTS * 20)
def test_the_card_is_there_again_each_time() -> None:
    chance = random.Random(7816)
    card = Card(load_profile("proid-q"), APPLETS)
    slowest = 0.0
    with PrivatePcscd() as daemon, VpcdReader(Slot(card), port=daemon.port), Load(daemon) as load:
        for restart in range(RESTARTS + 1):
            before, start = load.answers, time.monotonic()
            while load.answers == before:
                assert time.monotonic() - start < BACK_WITHIN, f"no card after restart {restart}"
                time.sleep(0.01)
            slowest = max(slowest, time.monotonic() - start)
            time.sleep(chance.uniform(0, 0.3))
            daemon.kill()
            daemon.start()
        print(f"{RESTARTS} restarts, {load.answers} answers, back after {slowest:.1f} s at most")
        assert load.wrong == []
