"""Who holds a reader, who has locked it, and what each holder has yet to be told about the card."""

from __future__ import annotations

from dataclasses import dataclass

from stuntcard.readers.pcsc.messages import Code

EXCLUSIVE = -1
_GRAVITY = (Code.SUCCESS, Code.RESET_CARD, Code.REMOVED_CARD, Code.READER_UNAVAILABLE)


@dataclass(slots=True, eq=False)
class Handle:
    """One connection of one client to a reader.

    `news` is SUCCESS, or what befell the card that this client has not acknowledged by reconnecting.
    """

    news: Code = Code.SUCCESS


class Sharing:
    """The holders of one reader and their lock. Knows no threads: the reader guards it.

    An exclusive holder has the lock from the start; a transaction takes it for a while, and may be nested.
    Source: pcsc-lite, src/readerfactory.c.
    """

    def __init__(self) -> None:
        self.exclusive = False
        self.owner: Handle | None = None
        self._depth = 0
        self._handles: set[Handle] = set()

    @property
    def count(self) -> int:
        """The number of holders, or EXCLUSIVE."""
        return EXCLUSIVE if self.exclusive else len(self._handles)

    def admits(self, handle: Handle) -> bool:
        """Whether nobody else has the lock."""
        return self.owner is None or self.owner is handle

    def add(self, handle: Handle, exclusive: bool) -> Code:
        """Let a new holder in, or answer SHARING_VIOLATION."""
        if self.exclusive or (exclusive and self._handles):
            return Code.SHARING_VIOLATION
        self._handles.add(handle)
        return self.change(handle, exclusive)

    def change(self, handle: Handle, exclusive: bool) -> Code:
        """Make a holder the only one, or one of many; SHARING_VIOLATION when there are others."""
        if exclusive and not self.exclusive:
            if len(self._handles) != 1:
                return Code.SHARING_VIOLATION
            self.exclusive = True
            return self.lock(handle)
        if self.exclusive and not exclusive:
            # pcscd keeps the lock here by oversight, so that nobody else gets in although all may; we do not
            self.exclusive = False
            self._depth -= 1
            if not self._depth:
                self.owner = None
        return Code.SUCCESS

    def remove(self, handle: Handle) -> None:
        """Let a holder go, with the lock if it has it."""
        if self.owner is handle:
            self.free()
        self._handles.discard(handle)
        self.exclusive = False

    def lock(self, handle: Handle) -> Code:
        """Take the lock once more, or answer SHARING_VIOLATION."""
        if not self.admits(handle):
            return Code.SHARING_VIOLATION
        self.owner = handle
        self._depth += 1
        return Code.SUCCESS

    def unlock(self, handle: Handle) -> Code:
        """Give the lock back once; NOT_TRANSACTED when no transaction is open."""
        if not self.admits(handle):
            return Code.SHARING_VIOLATION
        if self._depth <= (1 if self.exclusive else 0):
            return Code.NOT_TRANSACTED
        self._depth -= 1
        if not self._depth:
            self.owner = None
        return Code.SUCCESS

    def free(self) -> None:
        """Drop the lock, whoever has it."""
        self.owner = None
        self._depth = 0

    def desert(self) -> None:
        """The reader is gone: every holder is told, and none holds it any more."""
        self.tell(Code.READER_UNAVAILABLE)
        self.free()
        self._handles.clear()
        self.exclusive = False

    def tell(self, news: Code) -> None:
        """Give every holder the news; what is worse is not covered up: a reader gone, a card removed, one reset."""
        for handle in self._handles:
            if _GRAVITY.index(handle.news) < _GRAVITY.index(news):
                handle.news = news
