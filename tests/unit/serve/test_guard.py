"""What a server may be called by its clients."""

from __future__ import annotations

import pytest
from stuntcard.serve.server import hosts_of


@pytest.mark.parametrize(
    ("url", "known", "unknown"),
    [
        ("http://127.0.0.1:7816", ["127.0.0.1:7816", "localhost:7816", "[::1]:7816"], ["10.0.0.5:7816", "localhost"]),
        ("http://10.0.0.5:7816", ["10.0.0.5:7816", "localhost:7816"], ["10.0.0.6:7816", "10.0.0.5:80"]),
        ("http://0.0.0.0:7816", ["10.0.0.5:7816", "[fd00::1]:7816"], ["evil.example:7816", "10.0.0.5:80", ""]),
    ],
)
def test_a_server_is_called_by_its_own_names_only(url: str, known: list[str], unknown: list[str]) -> None:
    hosts = hosts_of(url)
    assert [hosts.include(host) for host in known] == [True] * len(known)
    assert [hosts.include(host) for host in unknown] == [False] * len(unknown)
