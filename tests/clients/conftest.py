"""Desks for the tests with real programs. What is not installed makes them fail, and is never skipped."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.clients.desk import Desk, desk_with_own_socket, desk_with_pcscd
from tests.clients.opensc import other_root
from tests.clients.pkcs11_client import Pkcs11Client


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """With the OpenSC of another root folder, leaves out what does not run there."""
    if other_root() is None:
        return
    left_out = [item for item in items if _runs_only_here(item)]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in left_out]


def _runs_only_here(item: pytest.Item) -> bool:
    """Whether a test needs this machine's pcscd, or loads the PKCS#11 module into this machine's Python."""
    marked = any(item.get_closest_marker(name) is not None for name in ("pcscd", "own_module"))
    return marked or "application" in getattr(item, "fixturenames", ())


@pytest.fixture
def desk() -> Iterator[Desk]:
    """A fresh ProID+Q in the emulator's own reader."""
    with desk_with_own_socket() as desk:
        yield desk


@pytest.fixture(params=["pcsc", pytest.param("vpcd", marks=pytest.mark.pcscd)])
def any_desk(request: pytest.FixtureRequest) -> Iterator[Desk]:
    """A fresh ProID+Q in either kind of reader."""
    with desk_with_own_socket() if request.param == "pcsc" else desk_with_pcscd() as desk:
        yield desk


@pytest.fixture
def application(desk: Desk) -> Iterator[Pkcs11Client]:
    """A program that uses the card through python-pkcs11."""
    with Pkcs11Client(desk) as client:
        yield client
