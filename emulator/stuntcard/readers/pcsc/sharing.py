"""Who holds a reader, who has locked it, and what each holder has yet to be told about the card."""

from __future__ import annotations

from dataclasses import dataclass

from stuntcard.readers.pcsc.messages import Code

EXCLUSIVE = -1


@dataclass(slots=True, eq=False)
class Handle:
    """One connection of one client to a reader.

    `news` is SUCCESS, or what befell the card last that this client has not acknowledged by reconnecting.
    """

    news: Code = Code.SUCCESS


class Sharing:
    """The holders of one reader, and whose it is alone. Knows no threads: the reader guards it.

    It is one holder's alone as long as that holds it exclusively, and while its transaction is open, which may be
    nested. The two are told apart: the end of one is never the end of the other. (pcscd counts both in one number, in
    src/readerfactory.c: there a holder that goes from exclusive to shared keeps all others out, and one whose card
    was taken out and put in again can't end a transaction.)
    """

    def __init__(self) -> None:
        self._exclusive: Handle | None = None
        self._in_transaction: Handle | None = None
        self._depth = 0
        self._handles: set[Handle] = set()

    @property
    def exclusive(self) -> bool:
        """Whether one holder admits no other."""
        return self._exclusive is not None

    @property
    def in_transaction(self) -> Handle | None:
        """Whose transaction is open."""
        return self._in_transaction

    @property
    def count(self) -> int:
        """The number of holders, or EXCLUSIVE."""
        return EXCLUSIVE if self.exclusive else len(self._handles)

    def admits(self, handle: Handle) -> bool:
        """Whether the reader is nobody else's alone."""
        return self._exclusive in (None, handle) and self._in_transaction in (None, handle)

    def owns(self, handle: Handle) -> bool:
        """Whether the reader is this holder's alone."""
        return handle in (self._exclusive, self._in_transaction)

    def add(self, handle: Handle, exclusive: bool) -> Code:
        """Let a new holder in, or answer SHARING_VIOLATION."""
        if self.exclusive or (exclusive and self._handles):
            return Code.SHARING_VIOLATION
        self._handles.add(handle)
        return self.change(handle, exclusive)

    def change(self, handle: Handle, exclusive: bool) -> Code:
        """Make a holder the only one, or one of many; SHARING_VIOLATION when there are others."""
        if exclusive and len(self._handles) != 1:
            return Code.SHARING_VIOLATION
        self._exclusive = handle if exclusive else None
        return Code.SUCCESS

    def remove(self, handle: Handle) -> None:
        """Let a holder go, with all that was its alone."""
        if self._in_transaction is handle:
            self.free()
        if self._exclusive is handle:
            self._exclusive = None
        self._handles.discard(handle)

    def lock(self, handle: Handle) -> Code:
        """Open a transaction, or one within it; or answer SHARING_VIOLATION."""
        if not self.admits(handle):
            return Code.SHARING_VIOLATION
        self._in_transaction = handle
        self._depth += 1
        return Code.SUCCESS

    def unlock(self, handle: Handle) -> Code:
        """End the innermost transaction; NOT_TRANSACTED when none is open."""
        if not self.admits(handle):
            return Code.SHARING_VIOLATION
        if not self._depth:
            return Code.NOT_TRANSACTED
        self._depth -= 1
        if not self._depth:
            self._in_transaction = None
        return Code.SUCCESS

    def free(self) -> None:
        """End all transactions, whoever has them open."""
        self._in_transaction = None
        self._depth = 0

    def desert(self) -> None:
        """The reader is gone: every holder is told, and none holds it any more."""
        self.tell(Code.READER_UNAVAILABLE)
        self.free()
        self._handles.clear()
        self._exclusive = None

    def tell(self, news: Code) -> None:
        """Give every holder the news, which takes the place of what it had not acknowledged yet."""
        for handle in self._handles:
            handle.news = news
