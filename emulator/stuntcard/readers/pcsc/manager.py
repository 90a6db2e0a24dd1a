"""What all clients share: the readers, the numbers of contexts and handles, and who waits for a change."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Sequence

from stuntcard.readers.pcsc.messages import READER_NAME_MAX, READER_STATE, READERS_MAX, Code
from stuntcard.readers.pcsc.power import Later, later
from stuntcard.readers.pcsc.reader import Reader
from stuntcard.readers.pcsc.watch import Watch
from stuntcard.readers.slot import Slot

_FIRST_NUMBER = 0x1000_0000  # looks like a handle; 0 would be none, and the protocol's field is signed


class ResourceManager:
    """The part of pcscd that knows of more than one reader and more than one client. Safe for threads."""

    def __init__(self, slots: Sequence[tuple[str, Slot]], later: Later = later) -> None:
        """Raises ValueError for names a PC/SC client could not use, or too many readers."""
        names = [_checked_name(name) for name, _ in slots]
        if len(set(names)) < len(names):
            raise ValueError("two readers have the same name; give each its own")
        if len(names) > READERS_MAX:
            raise ValueError(f"PC/SC clients see at most {READERS_MAX} readers, here are {len(names)}")
        self._lock = threading.Lock()
        self._numbers = itertools.count(_FIRST_NUMBER)
        self._watches: set[Watch] = set()
        self._contexts: dict[int, Watch] = {}
        self.readers = tuple(
            Reader(name, unit, slot, self._wake_all, later)
            for unit, (name, (_, slot)) in enumerate(zip(names, slots, strict=True))
        )
        self._by_name = {reader.name: reader for reader in self.readers}
        self._later = later
        self._taken_away: set[Reader] = set()
        self._events_of_replaced = 0

    @property
    def reader_events(self) -> int:
        """How often a reader came or went; pcscd counts from 1."""
        return 1 + self._events_of_replaced + sum(1 + reader.plug_events for reader in self.readers)

    def add(self, name_of: Callable[[int], str], slot: Slot) -> str:
        """One more reader, in the first place that is free; gives its name, which `name_of` makes of its number.

        Raises ValueError as `ResourceManager` does.
        """
        with self._lock:
            places = list(self.readers)
            unit = next((unit for unit, reader in enumerate(places) if reader in self._taken_away), len(places))
            if unit >= READERS_MAX:
                raise ValueError(f"PC/SC clients see at most {READERS_MAX} readers, and there are as many")
            name = name_of(unit)
            reader = Reader(_checked_name(name), unit, slot, self._wake_all, self._later)
            for old in places[unit : unit + 1]:
                self._events_of_replaced += 1 + old.plug_events
                self._taken_away.discard(old)
                self._by_name.pop(old.name, None)
            places[unit : unit + 1] = [reader]
            self.readers = tuple(places)
            self._by_name[reader.name] = reader
        self._wake_all()
        return name

    def take_away(self, slot: Slot) -> None:
        """A reader goes for good; another one may have its place."""
        slot.unplug()
        with self._lock:
            self._taken_away |= {reader for reader in self.readers if reader.is_of(slot)}

    def reader(self, name: bytes) -> Reader | None:
        """The reader of this name, if it is plugged in."""
        reader = self._by_name.get(name)
        return reader if reader is not None and reader.plugged else None

    def reader_states(self) -> bytes:
        """READERS_MAX records, unused ones zero. Libraries of 2.5 want the count never to change."""
        readers = self.readers
        return b"".join(reader.state() for reader in readers) + bytes(READER_STATE.size * (READERS_MAX - len(readers)))

    def next_number(self) -> int:
        """A number for a handle; no two are alike, since a library finds the connection by it."""
        with self._lock:
            return next(self._numbers)

    def enter(self, watch: Watch) -> None:
        """A client came, whose watch is to hear of changes."""
        with self._lock:
            self._watches.add(watch)

    def leave(self, watch: Watch) -> None:
        """That client has gone."""
        with self._lock:
            self._watches.discard(watch)

    def open_context(self, watch: Watch) -> int:
        """A new context, whose waiting `cancel` ends."""
        with self._lock:
            number = next(self._numbers)
            self._contexts[number] = watch
            return number

    def close_context(self, number: int) -> None:
        """The context is no more."""
        with self._lock:
            self._contexts.pop(number, None)

    def cancel(self, context: int) -> Code:
        """End a context's wait, if it waits."""
        with self._lock:
            watch = self._contexts.get(context)
        if watch is None:
            return Code.INVALID_HANDLE
        watch.notify(Code.CANCELLED)
        return Code.SUCCESS

    def _wake_all(self) -> None:
        with self._lock:
            watches = list(self._watches)
        for watch in watches:
            watch.notify(Code.SUCCESS)


def _checked_name(name: str) -> bytes:
    if not (0 < len(name) <= READER_NAME_MAX and name.isascii() and name.isprintable()):
        raise ValueError(
            f"the reader name {name!r} cannot be used: 1 to {READER_NAME_MAX} printable characters of ASCII, "
            "which is all that every PC/SC program reads alike"
        )
    return name.encode()
