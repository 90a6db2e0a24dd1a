"""Carries what happens to cards to whoever listens to the streams, from the event loop's own thread.

Cards say only that something happened (`touch`), which costs them a look at a flag. A moment later the loop collects
all that is new, once, writes it once, and hands the same bytes to each stream. So neither many commands nor many pages
hold a card up, which shares the interpreter with them.
"""

from __future__ import annotations

import asyncio
import secrets
from collections import deque
from collections.abc import Callable, Iterable, Iterator

from stuntcard.serve.happenings import Happening, Told, written

MOMENT = 0.02
"""Seconds from the first touch until what is new is told."""
STREAMS_MAX = 256
_REMEMBERED = 1000
"""So many events a stream that was cut off can have once more."""
_WAITING_MAX = 64
"""So many moments' events may wait for a stream whose client is slow; then it is ended."""

News = Iterable[tuple[str, Happening, dict[str, object]]]
"""What is new: the card's id, the kind, and what is told."""


class TooManyStreamsError(Exception):
    """There are as many streams as there may be."""


class Stream:
    """What one listener is still to be sent. It ends with None."""

    def __init__(self, wanted: Callable[[str], bool]) -> None:
        self.wanted = wanted
        self._waiting: asyncio.Queue[bytes | None] = asyncio.Queue(_WAITING_MAX + 1)
        self._ended = False

    def put(self, content: bytes) -> None:
        """Something to send; a client that does not take it in time has its stream ended."""
        if self._ended:
            return
        if self._waiting.qsize() >= _WAITING_MAX:
            self.end()
        else:
            self._waiting.put_nowait(content)

    def end(self) -> None:
        """There will be nothing more."""
        if not self._ended:
            self._ended = True
            self._waiting.put_nowait(None)

    async def next(self) -> bytes | None:
        """What is to be sent next; None at the end."""
        return await self._waiting.get()


class Hub:
    """All streams of one server. But for `touch` and `tell`, it is used from the event loop's thread alone."""

    def __init__(self, collect: Callable[[frozenset[str]], News]) -> None:
        """`collect` gives what is new of the cards with these ids."""
        self._collect = collect
        self._loop: asyncio.AbstractEventLoop | None = None
        self._epoch = secrets.token_hex(4)
        self._number = 0
        self._touched: set[str] = set()
        self._told: deque[tuple[str, Happening, dict[str, object]]] = deque()
        self._due = False
        self._streams: set[Stream] = set()
        self._remembered: deque[Told] = deque(maxlen=_REMEMBERED)

    def open(self) -> None:
        """From now on it works in the running event loop."""
        self._loop = asyncio.get_running_loop()

    def close(self) -> None:
        """Ends all streams."""
        self._loop = None
        for stream in tuple(self._streams):
            stream.end()

    @property
    def streams(self) -> int:
        """How many are open."""
        return len(self._streams)

    @property
    def last(self) -> str:
        """The id of the last event that was told; a stream can begin after it."""
        return f"{self._epoch}-{self._number}"

    # From any thread

    def touch(self, card: str) -> None:
        """Something happened to a card. Costs next to nothing."""
        if card not in self._touched:
            self._touched.add(card)
        if not self._due:
            self._wake()

    def tell(self, card: str, kind: Happening, data: dict[str, object]) -> None:
        """Something that no look at the card would show."""
        self._told.append((card, kind, data))
        if not self._due:
            self._wake()

    def _wake(self) -> None:
        loop = self._loop
        if loop is not None and not loop.is_closed():
            self._due = True
            loop.call_soon_threadsafe(loop.call_later, MOMENT, self._tell_all)

    # In the loop

    def listen(self, wanted: Callable[[str], bool]) -> Stream:
        """A new stream of the events of those cards. Raises TooManyStreamsError."""
        if len(self._streams) >= STREAMS_MAX:
            raise TooManyStreamsError
        self._tell_all()  # what was before it is not told in it
        stream = Stream(wanted)
        self._streams.add(stream)
        return stream

    def leave(self, stream: Stream) -> None:
        """Nobody listens there any more."""
        self._streams.discard(stream)

    def missed(self, last: str, wanted: Callable[[str], bool]) -> list[bytes] | None:
        """What came after the event with this id; None where that is not known any more, or never was."""
        epoch, _, number = last.partition("-")
        if epoch != self._epoch or not number.isdecimal() or len(number) > 18 or int(number) > self._number:
            return None
        if int(number) < self._number and (not self._remembered or self._remembered[0].number > int(number) + 1):
            return None
        return [told.text for told in self._remembered if told.number > int(number) and wanted(told.card)]

    def begin(self, card: str, data: dict[str, object]) -> bytes:
        """The event by which a stream begins to tell of a card; it has the number of the last that was told."""
        return written(self._epoch, self._number, card, Happening.CARD, data).text

    def _tell_all(self) -> None:
        self._due = False
        told = list(self._taken())
        if told:
            self._remembered.extend(told)
            texts: dict[str, list[bytes]] = {}
            for one in told:
                texts.setdefault(one.card, []).append(one.text)
            joined = {card: b"".join(parts) for card, parts in texts.items()}
            for stream in tuple(self._streams):
                content = b"".join(text for card, text in joined.items() if stream.wanted(card))
                if content:
                    stream.put(content)

    def _taken(self) -> Iterator[Told]:
        touched = frozenset(self._touched)
        self._touched -= touched
        # A card that is looked at before what touched it is done touches again, and is looked at again.
        while self._told:
            yield self._numbered(*self._told.popleft())
        for card, kind, data in self._collect(touched) if touched else ():
            yield self._numbered(card, kind, data)

    def _numbered(self, card: str, kind: Happening, data: dict[str, object]) -> Told:
        self._number += 1
        return written(self._epoch, self._number, card, kind, data)
