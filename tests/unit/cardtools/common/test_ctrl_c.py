"""Ctrl-C while something is waited for is Ctrl-C afterwards, whatever the work makes of being cancelled."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Awaitable, Callable, Iterator

import pytest
from cardtools.common import ctrl_c

LONG = 60
Work = Callable[[], Awaitable[str]]


async def waits() -> str:
    await asyncio.sleep(LONG)
    return "an answer"


async def ends_with_an_error_of_its_own() -> str:
    try:
        await asyncio.sleep(LONG)
    except asyncio.CancelledError:
        raise OSError("broken pipe") from None
    return "an answer"


async def runs_out_of_time() -> str:
    try:
        await asyncio.sleep(LONG)
    except asyncio.CancelledError:
        raise TimeoutError from None
    return "an answer"


async def answers_all_the_same() -> str:
    try:
        await asyncio.sleep(LONG)
    except asyncio.CancelledError:
        return "an answer"
    return "an answer"


@pytest.fixture(autouse=True)
def handler_stays() -> Iterator[None]:
    before = signal.getsignal(signal.SIGINT)
    yield
    assert signal.getsignal(signal.SIGINT) is before


@pytest.mark.parametrize("work", [waits, ends_with_an_error_of_its_own, runs_out_of_time, answers_all_the_same])
@pytest.mark.parametrize("times", [1, 2])
def test_ctrl_c_under_way(work: Work, times: int) -> None:
    async def interrupted() -> str:
        for _ in range(times):
            asyncio.get_running_loop().call_soon(signal.raise_signal, signal.SIGINT)
        return await work()

    with pytest.raises(KeyboardInterrupt):
        ctrl_c.run(interrupted())


def test_ctrl_c_as_the_last_thing_that_happens() -> None:
    async def interrupted() -> str:
        signal.raise_signal(signal.SIGINT)
        return "an answer"

    with pytest.raises(KeyboardInterrupt):
        ctrl_c.run(interrupted())


def test_ctrl_c_before_the_work_has_begun() -> None:
    begun = []

    class Loop(asyncio.SelectorEventLoop):
        """One during whose making Ctrl-C is pressed."""

        def __init__(self) -> None:
            super().__init__()
            signal.raise_signal(signal.SIGINT)

    class Policy(asyncio.DefaultEventLoopPolicy):
        def new_event_loop(self) -> asyncio.AbstractEventLoop:
            return Loop()

    async def work() -> str:
        begun.append(True)
        return "an answer"

    before = asyncio.get_event_loop_policy()
    asyncio.set_event_loop_policy(Policy())
    try:
        with pytest.raises(KeyboardInterrupt):
            ctrl_c.run(work())
    finally:
        asyncio.set_event_loop_policy(before)
    assert begun == []


def test_without_ctrl_c_it_is_what_the_work_gives_or_raises() -> None:
    async def answers() -> str:
        return "an answer"

    async def fails() -> str:
        raise OSError("broken pipe")

    assert ctrl_c.run(answers()) == "an answer"
    with pytest.raises(OSError, match="broken pipe"):
        ctrl_c.run(fails())
