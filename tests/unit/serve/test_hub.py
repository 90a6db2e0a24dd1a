"""Streams: what is told once, taken up again, and ended for who is too slow."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from stuntcard.serve.happenings import Happening
from stuntcard.serve.hub import MOMENT, STREAMS_MAX, Hub, Stream, TooManyStreamsError

PATIENCE = 60
News = Iterator[tuple[str, Happening, dict[str, object]]]


def everything(_: str) -> bool:
    return True


def nothing_new(_: frozenset[str]) -> News:
    return iter(())


async def told_up_to(hub: Hub, number: int) -> None:
    """Waits until so many events were told."""
    async with asyncio.timeout(PATIENCE):
        while hub.last.rpartition("-")[2] != str(number):
            await asyncio.sleep(MOMENT)


async def told(stream: Stream) -> bytes:
    content = await asyncio.wait_for(stream.next(), PATIENCE)
    assert content is not None
    return content


def test_touches_of_a_moment_are_one_look() -> None:
    looks: list[frozenset[str]] = []

    def look(cards: frozenset[str]) -> News:
        looks.append(cards)
        return iter([(card, Happening.PLACE, {"place": "out"}) for card in sorted(cards)])

    async def run() -> bytes:
        hub = Hub(look)
        hub.open()
        stream = hub.listen(everything)
        for _ in range(100):
            hub.touch("anna")
        hub.touch("petr")
        return await told(stream)

    content = asyncio.run(run())
    assert looks == [frozenset({"anna", "petr"})]
    assert content.count(b"event: place\n") == 2


def test_a_stream_hears_of_its_card_only() -> None:
    async def run() -> bytes:
        hub = Hub(nothing_new)
        hub.open()
        stream = hub.listen(lambda card: card == "anna")
        hub.tell("petr", Happening.GONE, {})
        hub.tell("anna", Happening.GONE, {})
        return await told(stream)

    assert b"petr" not in asyncio.run(run())


def test_what_was_missed_is_known_for_a_while_and_only_to_who_was_there() -> None:
    async def run() -> None:
        hub = Hub(nothing_new)
        hub.open()
        before = hub.last
        hub.tell("anna", Happening.GONE, {})
        await told_up_to(hub, 1)
        missed = hub.missed(before, everything)
        assert missed is not None
        assert len(missed) == 1
        assert hub.missed(hub.last, everything) == []
        assert hub.missed("another-1", everything) is None
        assert hub.missed("nonsense", everything) is None
        assert hub.missed(f"{hub.last}0", everything) is None
        for _ in range(2000):
            hub.tell("anna", Happening.GONE, {})
        await told_up_to(hub, 2001)
        assert hub.missed(before, everything) is None

    asyncio.run(run())


def test_who_takes_nothing_has_the_stream_ended() -> None:
    async def run() -> list[bytes | None]:
        hub = Hub(nothing_new)
        hub.open()
        stream = hub.listen(everything)
        for _ in range(200):
            stream.put(b"x")
        return [await stream.next() for _ in range(65)]

    assert asyncio.run(run()) == [b"x"] * 64 + [None]


def test_there_are_only_so_many_streams() -> None:
    async def run() -> None:
        hub = Hub(nothing_new)
        hub.open()
        streams = [hub.listen(everything) for _ in range(STREAMS_MAX)]
        with pytest.raises(TooManyStreamsError):
            hub.listen(everything)
        hub.leave(streams[0])
        hub.listen(everything)
        hub.close()
        assert await streams[1].next() is None

    asyncio.run(run())
