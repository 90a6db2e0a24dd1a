"""A server that says when it has begun, and ends in order where that can't be said."""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence

import uvicorn


class AnnouncedServer(uvicorn.Server):
    """Serves until it is told to end. `started` is called once, when connections are taken."""

    def __init__(self, config: uvicorn.Config, started: Callable[[], None]) -> None:
        super().__init__(config)
        self._say_started = started
        self._unsaid: Exception | None = None

    def run(self, sockets: list[socket.socket] | None = None) -> None:
        """Serves. Raises what kept it from saying that it has begun, as an output that takes nothing more."""
        super().run(sockets)
        if self._unsaid is not None:
            raise self._unsaid

    def prepare(self, listeners: Sequence[socket.socket]) -> None:
        """What is to be done with the sockets that are listened to, before anybody is told of them."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begins to serve."""
        await super().startup(sockets)
        self.prepare(sockets or ())
        try:
            self._say_started()
        except Exception as error:
            # An exception here would be printed by uvicorn, with its traceback.
            self._unsaid, self.should_exit = error, True
