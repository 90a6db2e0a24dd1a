"""Serving the CA on a port of this machine."""

from __future__ import annotations

import contextlib
import ipaddress
import socket
from collections.abc import Callable, Iterator, Sequence

import uvicorn
from fastapi import FastAPI

from cardtools.ca.errors import CaError
from cardtools.ca.settings import Limits
from cardtools.ca.web.refusals import too_slow
from cardtools.common.announced_server import AnnouncedServer
from cardtools.common.connections import BoundedConnection, Bounds, Waiting
from cardtools.common.listener import listen, url_of

LOOPBACK = "127.0.0.1"

_BACKLOG = 1024
_ACCEPTED_AT_ONCE = 32
"""Connections, before those that came earlier are read. It is well below how many of one client may wait, so that no
flood of new ones closes a connection whose call is there already."""
_KEEP_ALIVE_SECONDS = 5
_LAST_CALLS_SECONDS = 1


def is_network(text: str) -> bool:
    """Whether a text is an IP address, or a network of them such as 10.0.0.0/8."""
    try:
        ipaddress.ip_network(text)
    except ValueError:
        return False
    return True


def _lies_in(host: str, network: ipaddress.IPv4Network | ipaddress.IPv6Network) -> bool:
    try:
        return ipaddress.ip_address(host) in network
    except ValueError:
        return False


def is_everywhere(host: str) -> bool:
    """Whether who listens there listens on all addresses of the machine, and so on none that clients could be told."""
    try:
        return not host or ipaddress.ip_address(host).is_unspecified
    except ValueError:
        return False


@contextlib.contextmanager
def listening(host: str, port: int) -> Iterator[tuple[socket.socket, str]]:
    """A socket that listens (port 0: a free one), and the address of what is served there. Raises CaError."""
    try:
        # Not left to the server, because the port must be known before certificates can name it.
        listener = listen(host, port, _BACKLOG)
    except OSError as error:
        raise CaError("ca-no-port", host=host, port=port, why=str(error.strerror)) from error
    with listener:
        yield listener, url_of(listener, host)


class Server(AnnouncedServer):
    """Serves until it is told to end; says when it has begun.

    Who calls is whoever is at the other end of the connection. Only where that is one of the trusted proxies, its
    header X-Forwarded-For is asked.
    """

    def __init__(
        self,
        app: FastAPI,
        limits: Limits,
        started: Callable[[], None] = lambda: None,
        *,
        trusted_proxies: Sequence[str] = (),
    ) -> None:
        networks = [ipaddress.ip_network(proxy) for proxy in trusted_proxies]

        class Connection(BoundedConnection):
            """One of this server's."""

            waiting = Waiting(
                Bounds(limits.waiting, limits.waiting_of_a_client, limits.head_seconds, limits.answer_seconds),
                lambda: too_slow("head", limits.head_seconds),
                lambda host: any(_lies_in(host, network) for network in networks),
            )

        super().__init__(
            uvicorn.Config(
                app,
                http=Connection,
                ws="none",
                # What strangers send is worth no line.
                log_level="error",
                access_log=False,
                timeout_keep_alive=_KEEP_ALIVE_SECONDS,
                timeout_graceful_shutdown=_LAST_CALLS_SECONDS,
                server_header=False,
                backlog=_ACCEPTED_AT_ONCE,
                # Both: what is left to uvicorn trusts loopback, or what the environment says.
                proxy_headers=bool(trusted_proxies),
                forwarded_allow_ips=list(trusted_proxies),
            ),
            started,
        )

    def prepare(self, listeners: Sequence[socket.socket]) -> None:
        """asyncio takes as many connections at once as it lets wait; more may wait."""
        for listener in listeners:
            listener.listen(_BACKLOG)

    def end(self) -> None:
        """Ends serving once the calls under way are answered."""
        self.should_exit = True
