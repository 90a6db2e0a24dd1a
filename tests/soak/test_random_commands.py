"""Ten million random commands to all applets of all cards, in process and by socket, while faults strike.

No command is answered with a fault of ours, and what each card keeps is such as a card can have.
STUNTCARD_SOAK_COMMANDS sets another number; `make test` sends a few thousand.
"""

from __future__ import annotations

import os

import pytest

from tests.soak.random_commands import soak

COMMANDS = int(os.environ.get("STUNTCARD_SOAK_COMMANDS", "10000000"))
PARTS = 10


@pytest.mark.parametrize("socket", [False, True], ids=["in process", "by socket"])
def test_a_few_random_commands(socket: bool) -> None:
    assert soak(4000, 7, socket=socket)["answered"] > 2000


@pytest.mark.soak
@pytest.mark.timeout(36000)
@pytest.mark.parametrize("seed", range(PARTS))
@pytest.mark.parametrize("socket", [False, True], ids=["in process", "by socket"])
def test_ten_million_random_commands(seed: int, socket: bool) -> None:
    print(soak(COMMANDS // PARTS // 2, seed, socket=socket))
