"""Ctrl-C while asynchronous work is waited for."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Coroutine
from types import FrameType
from typing import TypeVar

_Result = TypeVar("_Result")


def run(work: Coroutine[object, None, _Result]) -> _Result:
    """As `asyncio.run`, in the main thread; Ctrl-C cancels the work, and then is always raised as KeyboardInterrupt.

    `asyncio.run` forgets it when the work answers its cancellation with an error or a result of its own, and gives
    CancelledError for one that comes before the work begins.
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
        if came:
            work.close()
            raise asyncio.CancelledError
        return await work

    before = signal.signal(signal.SIGINT, note)
    try:
        return asyncio.run(watched())
    finally:
        signal.signal(signal.SIGINT, before)
        if came:
            raise KeyboardInterrupt
