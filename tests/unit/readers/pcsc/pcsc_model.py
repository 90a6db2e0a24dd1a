"""What PC/SC programs may expect of two readers that they share: a model, written from the documents.

Sources: PC/SC part 5 (resource manager), and where that is silent pcsc-lite's `src/winscard.c` and
`src/winscard_svc.c`, which programs on Linux meet. Nothing here is taken from the reader it judges.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from stuntcard.readers.pcsc.messages import Code

LEAVE, RESET, UNPOWER, EJECT = range(4)
EXCLUSIVE, SHARED, DIRECT = 1, 2, 3
T0, T1, RAW, ANY_OLD = 1, 2, 4, 0x1000
ABSENT, UNPOWERED, READY = 0x02, 0x04, 0x34
ATR_ATTRIBUTE, UNKNOWN_ATTRIBUTE = 0x00090303, 0x00FFFFFF


@dataclass(eq=False)
class Handle:
    """A client's connection to a reader; `news` is what befell the card and was not acknowledged."""

    client: int
    reader: Reader
    news: int = Code.SUCCESS


@dataclass(eq=False)
class Reader:
    """One reader with a card that offers T=0 and T=1, and who holds it."""

    card: bool = True
    events: int = 1
    unpowered: bool = False
    left_unpowered: bool = False
    powered: bool = False
    unused: bool = False
    protocol: int = 0
    handles: list[Handle] = field(default_factory=list)
    exclusive: Handle | None = None
    in_transaction: Handle | None = None
    depth: int = 0

    @property
    def state(self) -> tuple[int, int, int, bool, int]:
        """What every program sees: event counter, flags, sharing, whether there is an ATR, protocol."""
        flags = (UNPOWERED if self.unpowered else READY) if self.card else ABSENT
        return self.events, flags, -1 if self.exclusive else len(self.handles), self.card, self.protocol

    def is_closed_to(self, handle: Handle) -> bool:
        """Whether the reader is somebody else's alone."""
        return self.exclusive not in (None, handle) or self.in_transaction not in (None, handle)

    def tell(self, news: int) -> None:
        """Every holder hears it at its next call."""
        for handle in self.handles:
            handle.news = news

    def without_power(self, unpowered: bool) -> None:
        """The card has none; by a client's wish or not."""
        self.powered = self.left_unpowered = False
        self.unpowered = unpowered
        self.protocol = 0

    def restart(self) -> int:
        """A reset, warm or cold."""
        self.tell(Code.RESET_CARD)
        self.without_power(unpowered=False)
        self.powered = self.card
        return Code.SUCCESS if self.card else Code.REMOVED_CARD

    def free(self) -> None:
        """No transaction is open any more."""
        self.in_transaction, self.depth = None, 0

    def choose(self, share: int, protocols: int) -> int:
        """The protocol holds until a reset; T=1 goes before T=0."""
        if protocols & RAW:
            self.protocol = RAW
        elif share != DIRECT and not self.protocol:
            wanted = T0 | T1 if protocols & ANY_OLD else protocols
            self.protocol = T1 if wanted & T1 else wanted & T0
        elif share != DIRECT and not protocols & self.protocol:
            return Code.PROTO_MISMATCH
        return Code.SUCCESS


def _no_protocol(share: int, protocols: int) -> bool:
    return share != DIRECT and not protocols & (T0 | T1 | RAW | ANY_OLD)


class Model:
    """Two readers and any number of clients. Each call answers with the code that the client gets."""

    READERS: Final = 2

    def __init__(self) -> None:
        self.readers = [Reader() for _ in range(self.READERS)]
        self.handles: list[Handle] = []

    def connect(self, client: int, reader: int, share: int, protocols: int) -> tuple[int, int]:
        """Gives the code and the active protocol; on success the new handle is the last one."""
        at = self.readers[reader]
        if _no_protocol(share, protocols):
            return Code.PROTO_MISMATCH, 0
        if not EXCLUSIVE <= share <= DIRECT:
            return Code.INVALID_VALUE, 0
        if at.exclusive:
            return Code.SHARING_VIOLATION, 0
        if share != DIRECT:
            if not at.card:
                return Code.NO_SMARTCARD, 0
            at.unused = False
            if at.left_unpowered:
                return Code.UNPOWERED_CARD, 0
            at.unpowered, at.powered = False, True
        if code := at.choose(share, protocols):
            return code, 0
        if share == EXCLUSIVE and at.handles:
            return Code.SHARING_VIOLATION, 0
        handle = Handle(client, at)
        at.handles.append(handle)
        self.handles.append(handle)
        if share == EXCLUSIVE:
            at.exclusive = handle
        return Code.SUCCESS, at.protocol

    def connect_waits(self, reader: int, share: int, protocols: int) -> bool:
        """Whether that connection is not answered before a transaction ends."""
        at = self.readers[reader]
        wrong = _no_protocol(share, protocols) or not EXCLUSIVE <= share <= DIRECT
        return not wrong and not at.exclusive and at.in_transaction is not None

    def reconnect(self, handle: Handle, share: int, protocols: int, initialization: int) -> tuple[int, int]:
        """Gives the code and the active protocol."""
        at = handle.reader
        if initialization > UNPOWER or not EXCLUSIVE <= share <= DIRECT:
            return Code.INVALID_VALUE, 0
        if _no_protocol(share, protocols):
            return Code.PROTO_MISMATCH, 0
        if at.is_closed_to(handle):
            return Code.SHARING_VIOLATION, 0
        if initialization != LEAVE:
            at.restart()
        if not at.card:
            return Code.NO_SMARTCARD, 0
        if initialization == LEAVE and share != DIRECT and not at.unpowered:
            at.powered, at.unused = True, False
        if code := at.choose(share, protocols):
            return code, 0
        if share != DIRECT and not protocols & RAW:
            at.left_unpowered, at.unused = at.unpowered, False
        if share == EXCLUSIVE and len(at.handles) > 1:
            return Code.SHARING_VIOLATION, at.protocol
        at.exclusive = handle if share == EXCLUSIVE else None
        handle.news = Code.SUCCESS
        return Code.SUCCESS, at.protocol

    def begin(self, handle: Handle) -> int:
        """SCardBeginTransaction, once: the library asks again after a sharing violation."""
        at = handle.reader
        if handle.news:
            return handle.news
        if at.is_closed_to(handle):
            return Code.SHARING_VIOLATION
        at.in_transaction = handle
        at.depth += 1
        return Code.SUCCESS

    def end(self, handle: Handle, disposition: int) -> int:
        """SCardEndTransaction."""
        at = handle.reader
        if disposition > EJECT:
            return Code.INVALID_VALUE
        if handle.news:
            return handle.news
        if at.is_closed_to(handle):
            return Code.SHARING_VIOLATION
        code: int = Code.SUCCESS
        if disposition in (RESET, UNPOWER):
            code = at.restart()
        elif disposition == EJECT:
            code = Code.UNSUPPORTED_FEATURE
        if not at.depth:
            return code or Code.NOT_TRANSACTED
        at.depth -= 1
        if not at.depth:
            at.in_transaction = None
        return code

    def disconnect(self, handle: Handle, disposition: int) -> int:
        """SCardDisconnect."""
        at = handle.reader
        if disposition > EJECT:
            return Code.INVALID_VALUE
        if disposition == RESET:
            at.restart()
        elif disposition == UNPOWER:
            at.tell(Code.RESET_CARD)
            at.without_power(unpowered=at.card)
        if at.in_transaction is handle:
            at.free()
        if at.exclusive is handle:
            at.exclusive = None
        at.handles.remove(handle)
        self.handles.remove(handle)
        at.unused = at.unused or (not at.handles and (at.powered or at.left_unpowered))
        return Code.SUCCESS

    def disconnect_waits(self, handle: Handle, disposition: int) -> bool:
        """Whether that disconnection is not answered before another's transaction ends."""
        return LEAVE < disposition <= EJECT and handle.reader.in_transaction not in (None, handle)

    def dies(self, client: int) -> None:
        """A client goes without a word; one that had the card alone leaves it reset."""
        for handle in [handle for handle in self.handles if handle.client == client]:
            alone = handle in (handle.reader.exclusive, handle.reader.in_transaction)
            self.disconnect(handle, RESET if alone and not handle.news else LEAVE)

    def status(self, handle: Handle) -> int:
        """SCardStatus."""
        return Code.SHARING_VIOLATION if handle.reader.is_closed_to(handle) else handle.news

    def transmit(self, handle: Handle, protocol: int) -> int:
        """SCardTransmit of a command that the card answers."""
        at = handle.reader
        if code := self.status(handle):
            return code
        if protocol != RAW:
            if not at.card:
                return Code.NO_SMARTCARD
            if protocol not in (at.protocol, ANY_OLD):
                return Code.PROTO_MISMATCH
        return Code.SUCCESS if at.powered else Code.NOT_TRANSACTED

    def attribute(self, handle: Handle, identifier: int) -> int:
        """SCardGetAttrib."""
        if code := self.status(handle):
            return code
        if identifier != ATR_ATTRIBUTE:
            return Code.UNSUPPORTED_FEATURE
        return Code.SUCCESS if handle.reader.card else Code.NOT_TRANSACTED

    def set_attribute(self, handle: Handle) -> int:
        """SCardSetAttrib: a reader has nothing that could be set."""
        return self.status(handle) or Code.NOT_TRANSACTED

    def control(self, handle: Handle) -> int:
        """SCardControl with a code that no reader knows; what befell the card is of no interest to the reader."""
        return Code.SHARING_VIOLATION if handle.reader.is_closed_to(handle) else Code.UNSUPPORTED_FEATURE

    def remove(self, reader: int) -> None:
        """The card is taken out."""
        at = self.readers[reader]
        at.card = False
        at.events += 1
        at.without_power(unpowered=False)
        at.tell(Code.REMOVED_CARD)
        at.free()

    def insert(self, reader: int) -> None:
        """The card is put in."""
        self.readers[reader].card = True
        self.readers[reader].events += 1

    def rest(self) -> None:
        """Some seconds pass, in which cards that nobody uses lose their power."""
        for reader in self.readers:
            if reader.unused:
                unpowered = reader.unpowered
                reader.without_power(unpowered)
                reader.unused = False
