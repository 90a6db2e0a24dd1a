"""The keys and the display: who types, and what is made of it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum, StrEnum

from stuntcard.readers.pinpad.structures import Ends, Entry

_FIRST_KEY_WITHIN = 30
"""Seconds, where the program leaves it to the reader."""
_LOOK_UP_AFTER = 0.1
"""Seconds between looks at whether the card is still there."""
_TAKEN_WITHIN = 10.0
"""Seconds in which a program's thread takes the keys that were pressed, and asks for the next code, at the latest."""


class Key(StrEnum):
    """A key that is no digit."""

    OK = "ok"
    CANCEL = "cancel"
    CORRECTION = "correction"


class Prompt(StrEnum):
    """What the display asks for."""

    CODE = "Enter PIN"
    OLD_CODE = "Enter current PIN"
    NEW_CODE = "Enter new PIN"
    CONFIRMATION = "Enter new PIN again"


class Failure(Enum):
    """How an entry ends without a code, with the status word for it (PC/SC part 10, 2.5)."""

    TIMED_OUT = 0x6400
    CANCELLED = 0x6401
    MISMATCH = 0x6402
    WRONG_LENGTH = 0x6403


class EntryError(Exception):
    """No code was entered."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.name)
        self.failure = failure


class KeysError(ValueError):
    """Text that names no keys; the message says what it may be, and not what it was."""


@dataclass(frozen=True, slots=True)
class Keys:
    """Keys pressed one after the other: digits, and names of others."""

    pressed: tuple[str, ...]

    def __repr__(self) -> str:
        return f"Keys({len(self.pressed)})"


NO_KEYS = "none"


def parse_keys(text: str) -> Keys:
    """`12345678`, `1235 correction 4`, `12 cancel`, `none`: OK follows, unless it is cancelled. Raises KeysError."""
    pressed: list[str] = []
    for word in text.split():
        if word.isdecimal() and word.isascii():
            pressed += word
        elif word in tuple(Key):
            pressed.append(word)
        elif word != NO_KEYS:
            raise KeysError("expected digits, and between them the words ok, cancel and correction; or none")
    if pressed and pressed[-1] not in (Key.OK, Key.CANCEL):
        pressed.append(Key.OK)
    return Keys(tuple(pressed))


class PinPad:
    """One PIN pad. A card's thread waits for keys; others press them. Keys pressed while nothing is asked are lost."""

    def __init__(self, prepared: Iterable[Keys] = ()) -> None:
        """`prepared`: what is typed by itself, one for each time that a code is asked for; then people type."""
        self._prepared = iter(prepared)
        self._changed = threading.Condition()
        self._keys: list[str] = []
        self._asked: Prompt | None = None
        self._users = 0
        self._entries = 0
        """How many have ended."""

    @property
    def asked(self) -> Prompt | None:
        """What the display asks for now."""
        return self._asked

    def awaited(self, seconds: float) -> Prompt | None:
        """What the display asks for, as soon as it does; None when it asks for nothing in so many seconds."""
        with self._changed:
            self._changed.wait_for(lambda: self._asked is not None, seconds)
            return self._asked

    def press(self, keys: Keys) -> bool:
        """Gives False when nothing is asked for. If these keys end an entry, it shows afterwards what is asked next."""
        with self._changed:
            if self._asked is None:
                return False
            before = self._entries
            self._keys += keys.pressed
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._entries > before or not self._keys, _TAKEN_WITHIN)
            if self._entries > before:
                self._changed.wait_for(lambda: self._asked is not None or not self._users, _TAKEN_WITHIN)
            return True

    @contextmanager
    def used(self) -> Iterator[None]:
        """Within, a program has one code or several typed, the next one as soon as one was."""
        with self._changed:
            self._users += 1
        try:
            yield
        finally:
            with self._changed:
                self._users -= 1
                self._changed.notify_all()

    def enter(self, prompt: Prompt, entry: Entry, wanted: Callable[[], bool]) -> str:
        """The code that somebody types. Raises EntryError; as if cancelled, when it is not `wanted` any more."""
        prepared = next(self._prepared, None)
        with self._changed:
            self._keys, self._asked = list(prepared.pressed) if prepared else [], prompt
            self._changed.notify_all()
            try:
                return self._typed(entry, wanted)
            finally:
                self._keys, self._asked = [], None
                self._entries += 1
                self._changed.notify_all()

    def _typed(self, entry: Entry, wanted: Callable[[], bool]) -> str:
        digits = ""
        patience = entry.first_key_within or _FIRST_KEY_WITHIN
        while True:
            key = self._next_key(patience, wanted)
            patience = entry.next_key_within or patience
            if key is None:
                if entry.ends & Ends.IN_TIME and entry.shortest <= len(digits):
                    return digits
                raise EntryError(Failure.TIMED_OUT)
            if key == Key.CANCEL:
                raise EntryError(Failure.CANCELLED)
            if key == Key.CORRECTION:
                digits = digits[:-1]
            elif key != Key.OK:
                digits = (digits + key)[: entry.longest]  # it beeps, and no more digits come
                if len(digits) == entry.longest and entry.ends & Ends.AT_MAX:
                    return digits
            elif entry.ends & Ends.WITH_OK:
                if len(digits) < entry.shortest:
                    raise EntryError(Failure.WRONG_LENGTH)
                return digits

    def _next_key(self, seconds: float, wanted: Callable[[], bool]) -> str | None:
        end = time.monotonic() + seconds
        while not self._keys:
            left = end - time.monotonic()
            if left <= 0:
                return None
            if not wanted():
                raise EntryError(Failure.CANCELLED)
            self._changed.notify_all()  # whoever pressed keys sees that all are taken
            self._changed.wait(min(left, _LOOK_UP_AFTER))
        return self._keys.pop(0)
