"""Ctrl-C while asynchronous work is waited for."""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import Coroutine
from types import FrameType
from typing import TypeVar

_Result = TypeVar("_Result")


def run(work: Coroutine[object, None, _Result]) -> _Result:
    """As `asyncio.run`, in the main thread; Ctrl-C cancels the work, and then is always raised as KeyboardInterrupt.

    `asyncio.run` forgets it when the work answers its cancellation with an error or a result of its own, gives
    CancelledError for one that comes before the work begins, and sleeps on when another thread takes it.
    """
    came = False
    task: asyncio.Task[_Result] | None = None

    def note(_signal: int, _frame: FrameType | None) -> None:
        nonlocal came
        came = True
        if task is not None and not task.done():
            task.get_loop().call_soon_threadsafe(task.cancel)

    async def watched() -> _Result:
        nonlocal task
        task = asyncio.current_task()
        asyncio.get_running_loop().add_reader(pipe, pipe.recv, 1)
        if came:
            work.close()
            raise asyncio.CancelledError
        return await work

    pipe, end = socket.socketpair()
    with pipe, end:
        end.setblocking(False)
        # Whichever thread takes the signal, the loop wakes of the byte in the pipe, and the handler runs.
        before_pipe = signal.set_wakeup_fd(end.fileno(), warn_on_full_buffer=False)
        before = signal.signal(signal.SIGINT, note)
        try:
            return asyncio.run(watched())
        finally:
            signal.signal(signal.SIGINT, before)
            signal.set_wakeup_fd(before_pipe)
            if came:
                raise KeyboardInterrupt
