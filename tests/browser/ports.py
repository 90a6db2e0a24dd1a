"""Ports that stay free for whom they are meant."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def held_port() -> Iterator[int]:
    """A port that a server can be told to listen on, also once more after it ended.

    A socket that is bound and doesn't listen keeps the system from giving the port to anybody who asks for any. Who
    asks for this one gets it, as servers do (SO_REUSEADDR).
    """
    with socket.socket() as holder:
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        holder.bind(("127.0.0.1", 0))
        yield holder.getsockname()[1]
