"""The socket that a server of ours listens on, and how it is called."""

from __future__ import annotations

import ipaddress
import socket


def listen(host: str, port: int, backlog: int) -> socket.socket:
    """A socket that listens on an address of this machine; port 0 takes a free one. Raises OSError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.create_server((host, port), family=family, backlog=backlog)
    # asyncio does so only for sockets that name TCP as their protocol; without it each answer waits 40 ms.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def url_of(listener: socket.socket, host: str) -> str:
    """The address of what is served there, for those who call it by this host."""
    shown = f"[{host}]" if listener.family == socket.AF_INET6 else host
    return f"http://{shown}:{listener.getsockname()[1]}"


def is_loopback(host: str) -> bool:
    """Whether only programs of this machine reach it there."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
