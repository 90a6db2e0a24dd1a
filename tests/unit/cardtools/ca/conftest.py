"""CAs for the tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.cardtools.ca.running_ca import RunningCa, running_ca


@pytest.fixture
def manual_ca(tmp_path: Path) -> Iterator[RunningCa]:
    """A CA whose operator issues by hand."""
    with running_ca(tmp_path) as ca:
        yield ca


@pytest.fixture
def ca(tmp_path: Path) -> Iterator[RunningCa]:
    """A CA that issues what is asked for."""
    with running_ca(tmp_path, automatic=True) as ca:
        yield ca


@pytest.fixture(scope="module")
def quiet_ca(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningCa]:
    """A CA for tests that leave it as it was; a module shares it."""
    with running_ca(tmp_path_factory.mktemp("quiet")) as ca:
        yield ca
