"""Every call in every situation, to the own reader and to the model. With a real pcscd: tests/clients."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.readers.pcsc.every_call import SITUATIONS, every_call_in, every_call_without_the_card
from tests.unit.readers.pcsc.histories import OwnSystem, Stage

CALLS = 200


@pytest.mark.parametrize("situation", SITUATIONS)
def test_every_call_in_every_situation(tmp_path: Path, situation: str) -> None:
    own = OwnSystem(tmp_path / "private" / "pcsc")
    with own.server:
        stage = Stage(own)
        assert every_call_in(stage, SITUATIONS[situation]) == CALLS
        stage.close()


def test_every_call_while_the_card_is_out(tmp_path: Path) -> None:
    own = OwnSystem(tmp_path / "private" / "pcsc")
    with own.server:
        stage = Stage(own)
        stage.remove(0)
        assert every_call_without_the_card(stage) == CALLS
        stage.close()
