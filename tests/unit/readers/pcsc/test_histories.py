"""Programs that share two readers, in any order of calls, beside a model written from PC/SC's documents."""

from __future__ import annotations

import os
import random
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from tests.unit.readers.pcsc.histories import (
    CLIENTS,
    DISPOSITIONS,
    PROTOCOLS,
    SHARES,
    OwnSystem,
    Stage,
    take_a_step,
)
from tests.unit.readers.pcsc.pcsc_model import (
    ANY_OLD,
    ATR_ATTRIBUTE,
    EXCLUSIVE,
    LEAVE,
    RAW,
    SHARED,
    T0,
    T1,
    UNKNOWN_ATTRIBUTE,
    Handle,
    Model,
)

CLIENT, READER, HANDLE = st.integers(0, CLIENTS - 1), st.integers(0, Model.READERS - 1), st.integers(0, 2 * CLIENTS)
SHARE, PROTOCOL, DISPOSITION = (st.sampled_from(list(dict.fromkeys(of))) for of in (SHARES, PROTOCOLS, DISPOSITIONS))


class Programs(RuleBasedStateMachine):
    """Three programs and two readers; each call and its answer are compared by the stage."""

    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory()
        self._system = OwnSystem(Path(self._folder.name) / "private" / "pcsc")
        self._system.server.start()
        self.stage = Stage(self._system)

    def teardown(self) -> None:
        self.stage.close()
        self._system.server.stop()
        self._folder.cleanup()

    def _handle(self, number: int) -> Handle:
        handles = self.stage.model.handles
        return handles[number % len(handles)]

    def _has_handles(self) -> bool:
        return bool(self.stage.model.handles)

    @rule(client=CLIENT, reader=READER, share=SHARE, protocols=PROTOCOL)
    def connect(self, client: int, reader: int, share: int, protocols: int) -> None:
        self.stage.connect(client, reader, share, protocols)

    @precondition(_has_handles)
    @rule(number=HANDLE, share=SHARE, protocols=PROTOCOL, initialization=DISPOSITION)
    def reconnect(self, number: int, share: int, protocols: int, initialization: int) -> None:
        self.stage.reconnect(self._handle(number), share, protocols, initialization)

    @precondition(_has_handles)
    @rule(number=HANDLE)
    def begin(self, number: int) -> None:
        self.stage.begin(self._handle(number))

    @precondition(_has_handles)
    @rule(number=HANDLE, disposition=DISPOSITION)
    def end(self, number: int, disposition: int) -> None:
        self.stage.end(self._handle(number), disposition)

    @precondition(_has_handles)
    @rule(number=HANDLE, disposition=DISPOSITION)
    def disconnect(self, number: int, disposition: int) -> None:
        self.stage.disconnect(self._handle(number), disposition)

    @precondition(_has_handles)
    @rule(number=HANDLE, protocol=st.sampled_from((T0, T1, RAW, ANY_OLD)))
    def transmit(self, number: int, protocol: int) -> None:
        self.stage.transmit(self._handle(number), protocol)

    @precondition(_has_handles)
    @rule(number=HANDLE, identifier=st.sampled_from((ATR_ATTRIBUTE, UNKNOWN_ATTRIBUTE)))
    def ask(self, number: int, identifier: int) -> None:
        handle = self._handle(number)
        self.stage.status(handle)
        self.stage.attribute(handle, identifier)
        self.stage.set_attribute(handle)
        self.stage.control(handle)

    @rule(client=CLIENT)
    def client_dies(self, client: int) -> None:
        self.stage.dies(client)

    @rule(reader=READER)
    def remove(self, reader: int) -> None:
        self.stage.remove(reader)

    @rule(reader=READER)
    def insert(self, reader: int) -> None:
        self.stage.insert(reader)

    @rule()
    def rest(self) -> None:
        self.stage.rest()


TestPrograms = Programs.TestCase
TestPrograms.settings = settings(
    max_examples=150, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
)


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    system = OwnSystem(tmp_path / "private" / "pcsc")
    with system.server:
        stage = Stage(system)
        yield stage
        stage.close()


def test_a_card_taken_from_an_exclusive_holder_is_no_sticking_lock(stage: Stage) -> None:
    stage.connect(0, 0, EXCLUSIVE, T0 | T1)
    handle = stage.model.handles[0]
    stage.remove(0)
    stage.insert(0)
    stage.reconnect(handle, SHARED, T0 | T1, LEAVE)
    stage.begin(handle)
    stage.end(handle, LEAVE)
    stage.connect(1, 0, SHARED, T0 | T1)
    stage.begin(stage.model.handles[1])
    assert stage.said[-1] == "1 (handle 1, reader 0) begins: 0x0"


def test_an_exclusive_holder_ends_its_transaction_after_a_removal(stage: Stage) -> None:
    stage.connect(0, 0, EXCLUSIVE, T1)
    handle = stage.model.handles[0]
    stage.remove(0)
    stage.insert(0)
    stage.reconnect(handle, EXCLUSIVE, T1, LEAVE)
    stage.begin(handle)
    stage.end(handle, LEAVE)
    assert stage.said[-1] == "0 (handle 0, reader 0) ends: 0: 0x0"


@pytest.mark.soak
def test_a_hundred_thousand_histories(tmp_path: Path) -> None:
    """About ten minutes on a machine without other work. STUNTCARD_SOAK_HISTORIES sets another number."""
    for seed in range(int(os.environ.get("STUNTCARD_SOAK_HISTORIES", "100000"))):
        system = OwnSystem(tmp_path / "private" / "pcsc")
        chance = random.Random(seed)
        with system.server:
            stage = Stage(system)
            for _ in range(25):
                take_a_step(stage, chance)
            stage.close()
