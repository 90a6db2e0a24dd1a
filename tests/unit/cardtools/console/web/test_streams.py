"""Streams that tell pages to refresh: what is told twice is fetched once, and nobody waits for a slow page."""

from __future__ import annotations

import asyncio

from cardtools.console.web.streams import STREAMS_MAX, STREAMS_OF_TOPIC_MAX, Hub


def test_a_page_that_was_slow_is_told_once() -> None:
    async def story() -> list[str] | None:
        hub = Hub()
        stream = hub.listen("jana")
        assert stream is not None
        for _ in range(1000):
            hub.tell("jana", "card")
        hub.tell("jana", "exercise")
        hub.tell("petr", "all")
        await asyncio.sleep(0)
        return await stream.news()

    assert asyncio.run(story()) == ["card", "exercise"]


def test_there_is_an_end_of_streams_and_of_all_of_them() -> None:
    async def story() -> None:
        hub = Hub()
        streams = [hub.listen(f"page {number}") for number in range(STREAMS_MAX)]
        assert hub.listen("one more") is None
        first = streams[0]
        assert first is not None
        hub.leave(first)
        hub.leave(first)
        assert hub.listen("in its place") is not None
        assert hub.listen("one more") is None
        hub.close()
        last = streams[-1]
        assert last is not None
        await asyncio.sleep(0)
        assert await last.news() is None
        hub.leave(last)
        assert hub.listen("after the end") is None

    asyncio.run(story())


def test_one_desk_has_not_the_streams_of_all_others() -> None:
    async def story() -> None:
        hub = Hub()
        assert all(hub.listen("jana") for _ in range(STREAMS_OF_TOPIC_MAX))
        assert hub.listen("jana") is None
        assert hub.listen("petr") is not None

    asyncio.run(story())
