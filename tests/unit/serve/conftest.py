"""Cards that are served in this process, and the token for all of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from stuntcard.serve.access import Access
from stuntcard.serve.app import create_app
from stuntcard.serve.cards import Cards
from stuntcard.serve.server import hosts_of

HOST = "127.0.0.1:7816"


@pytest.fixture(autouse=True)
def own_folders(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Sockets and stored cards of this test's own, in a path short enough for sockets."""
    folder = tmp_path_factory.mktemp("s")
    folder.chmod(0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(folder))
    monkeypatch.setenv("STUNTCARD_HOME", str(folder / "home"))
    return folder


@pytest.fixture
def access() -> Access:
    return Access()


@pytest.fixture
def cards() -> Iterator[Cards]:
    served = Cards()
    yield served
    served.end()


@pytest.fixture
def anyone(cards: Cards, access: Access) -> Iterator[TestClient]:
    """Whoever calls without a token."""
    app = create_app(cards, access, hosts_of(f"http://{HOST}"))
    with TestClient(app, base_url=f"http://{HOST}", raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def owner(anyone: TestClient, access: Access) -> TestClient:
    """The owner of the cards."""
    anyone.headers["Authorization"] = f"Bearer {access.owner_token}"
    return anyone
