"""Serving the CA on a port of this machine."""

from __future__ import annotations

import contextlib
import ipaddress
import socket
from collections.abc import Callable, Iterator, Sequence

import uvicorn
from fastapi import FastAPI

from cardtools.ca.errors import CaError

LOOPBACK = "127.0.0.1"

_CALLS_AT_ONCE = 200
_KEEP_ALIVE_SECONDS = 5
_LAST_CALLS_SECONDS = 5


def is_network(text: str) -> bool:
    """Whether a text is an IP address, or a network of them such as 10.0.0.0/8."""
    try:
        ipaddress.ip_network(text)
    except ValueError:
        return False
    return True


def is_everywhere(host: str) -> bool:
    """Whether who listens there listens on all addresses of the machine, and so on none that clients could be told."""
    try:
        return not host or ipaddress.ip_address(host).is_unspecified
    except ValueError:
        return False


@contextlib.contextmanager
def listening(host: str, port: int) -> Iterator[tuple[socket.socket, str]]:
    """A socket that listens (port 0: a free one), and the address of what is served there. Raises CaError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        # Not left to the server, because the port must be known before certificates can name it.
        listener = socket.create_server((host, port), family=family, backlog=_CALLS_AT_ONCE)
    except OSError as error:
        raise CaError(f"The CA can't listen on {host}, port {port} ({error.strerror}). Choose another.") from error
    with listener:
        # asyncio does so only for sockets that name TCP as their protocol; without it each answer waits 40 ms.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        shown = f"[{host}]" if family == socket.AF_INET6 else host
        yield listener, f"http://{shown}:{listener.getsockname()[1]}"


class Server(uvicorn.Server):
    """Serves until it is told to end; says when it has begun.

    Who calls is whoever is at the other end of the connection. Only where that is one of the trusted proxies, its
    header X-Forwarded-For is asked.
    """

    def __init__(
        self, app: FastAPI, started: Callable[[], None] = lambda: None, *, trusted_proxies: Sequence[str] = ()
    ) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                log_level="warning",
                access_log=False,
                limit_concurrency=_CALLS_AT_ONCE,
                timeout_keep_alive=_KEEP_ALIVE_SECONDS,
                timeout_graceful_shutdown=_LAST_CALLS_SECONDS,
                server_header=False,
                # Both: what is left to uvicorn trusts loopback, or what the environment says.
                proxy_headers=bool(trusted_proxies),
                forwarded_allow_ips=list(trusted_proxies),
            )
        )
        self._say_started = started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begins to serve."""
        await super().startup(sockets)
        self._say_started()

    def end(self) -> None:
        """Ends serving once the calls under way are answered."""
        self.should_exit = True
