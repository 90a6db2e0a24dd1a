"""One reader with its slot, and all that clients do with it, after pcsc-lite's src/winscard.c."""

from __future__ import annotations

import threading
from collections.abc import Callable

from stuntcard.readers.pcsc.attributes import ReaderFacts, attribute_value
from stuntcard.readers.pcsc.contacts import Contacts
from stuntcard.readers.pcsc.messages import COMMAND_MAX, READER_STATE, Code, Disposition, Protocol, ShareMode
from stuntcard.readers.pcsc.negotiation import ANY
from stuntcard.readers.pcsc.power import Later, Power, later
from stuntcard.readers.pcsc.sharing import Handle, Sharing
from stuntcard.readers.slot import CardInterface, Slot

# Each command asks for these, and to look one up in its enum takes longer than to compare it.
_SUCCESS, _RAW, _ANY_OLD = Code.SUCCESS, Protocol.RAW, Protocol.ANY_OLD
_LEAVE, _EJECT = Disposition.LEAVE, Disposition.EJECT
_ACCEPTABLE = ANY | Protocol.RAW | Protocol.ANY_OLD
_EVENTS_WRAP = 0x10000
_TRANSACTION_PATIENCE = 0.1  # seconds; pcscd, too, holds back its refusal so long, so that clients do not spin


class Reader:
    """Everything a client can do with one reader. Each method answers with a PC/SC code.

    Two locks, always taken in this order. `_power.exchange` is held while the card is spoken to, for as long as the
    card takes. `_lock` guards the fields and is never held across a call to the card: a card may be pulled
    out by its own fault injection in the middle of a command, and a slow one must not keep others from the
    state.

    Where several reasons to refuse a call meet, the client gets the one that pcscd gives.
    """

    def __init__(self, name: bytes, unit: int, slot: Slot, on_change: Callable[[], None], later: Later = later) -> None:
        """`on_change` is called after each change that waiting clients want to hear of. It must not block.

        `later` is how a card that nobody uses loses its power after a while.
        """
        self.name = name
        self.commands = 0
        self._unit = unit
        self._slot = slot
        self._on_change = on_change
        self._lock = threading.Lock()
        self._changed = threading.Condition(self._lock)
        self._sharing = Sharing()
        self._events = 0
        self._contacts = Contacts()
        self._power = Power(self._lock, self._contacts, self._sharing, later)
        self._later = later
        self._activity = 0
        self._plugged = slot.plugged
        self._resets = slot.resets
        self.plug_events = 0
        slot.on_change(self._on_slot_change)
        self._look_into_slot()

    # What is so

    @property
    def plugged(self) -> bool:
        """Whether the reader is there at all."""
        return self._plugged

    def is_of(self, slot: Slot) -> bool:
        """Whether this is the slot's reader."""
        return self._slot is slot

    def state(self) -> bytes:
        """The reader's READER_STATE record; zeros while it is unplugged."""
        with self._lock:
            if not self._plugged:
                return bytes(READER_STATE.size)
            return READER_STATE.pack(
                self.name,
                self._events,
                self._contacts.reader_state,
                self._sharing.count,
                self._contacts.atr,
                len(self._contacts.atr),
                self._contacts.protocol,
            )

    def status(self, handle: Handle) -> Code:
        """Whether the handle may use the card now."""
        return self._refusal(handle)

    def check_lock(self, handle: Handle) -> Code:
        """Whether nobody else has the reader locked; what is asked of the reader itself needs no more."""
        return Code.SUCCESS if self._sharing.admits(handle) else Code.SHARING_VIOLATION

    def attribute(self, handle: Handle, identifier: int) -> tuple[Code, bytes]:
        """The value of an attribute."""
        if refusal := self._refusal(handle):
            return refusal, b""
        with self._lock:
            seen = self._contacts
            facts = ReaderFacts(self.name, self._unit, seen.card is not None, seen.powered, seen.atr, seen.protocol)
        return attribute_value(identifier, facts)

    # Holding the reader

    def await_release(self, handle: Handle | None, seconds: float) -> bool:
        """Wait until nobody else's transaction is open; False when it took too long.

        A reader held exclusively is not waited for: pcscd refuses such a client at once.
        """
        with self._lock:
            return self._changed.wait_for(
                lambda: self._sharing.exclusive or self._sharing.in_transaction in (None, handle), seconds
            )

    def refusal_at_once(self, share: int, preferred: int) -> Code:
        """Why a connection need not wait for the end of a transaction to be refused."""
        refusal = _refused_protocol(share, preferred) or _refused_share(share)
        return refusal or (Code.SHARING_VIOLATION if self._sharing.exclusive else Code.SUCCESS)

    def connect(self, share: int, preferred: int) -> tuple[Code, Handle | None, int]:
        """Gives the new handle and the active protocol."""
        if refusal := self.refusal_at_once(share, preferred):
            return refusal, None, Protocol.UNDEFINED
        if share != ShareMode.DIRECT and (refusal := self._power.up()):
            return refusal, None, Protocol.UNDEFINED
        code = self._power.agree_on_protocol(share, preferred)
        handle = Handle()
        with self._lock:
            code = code or self._sharing.add(handle, share == ShareMode.EXCLUSIVE)
            protocol = self._contacts.protocol
        if code:
            return code, None, protocol
        self._on_change()
        return code, handle, protocol

    def reconnect(self, handle: Handle, share: int, preferred: int, initialization: int) -> tuple[Code, int]:
        """Acknowledges what befell the card; gives the active protocol."""
        refusal = Code.INVALID_VALUE if initialization > Disposition.UNPOWER else Code.SUCCESS
        refusal = refusal or _refused_share(share) or _refused_protocol(share, preferred)
        refusal = refusal or self._gone(handle) or self.check_lock(handle)
        if refusal:
            return refusal, Protocol.UNDEFINED
        if initialization == Disposition.LEAVE:
            code = self._power.up_again(share)
        else:
            code = self._power.restart(cold=initialization == Disposition.UNPOWER)
            code = {Code.REMOVED_CARD: Code.NO_SMARTCARD, Code.NOT_TRANSACTED: Code.UNRESPONSIVE_CARD}.get(code, code)
        code = code or self._power.agree_on_protocol(share, preferred)
        if code:
            return code, Protocol.UNDEFINED
        if share != ShareMode.DIRECT and not preferred & Protocol.RAW:
            self._power.leave_as_it_is()
        with self._lock:
            code = self._sharing.change(handle, share == ShareMode.EXCLUSIVE)
            if not code:
                handle.news = Code.SUCCESS
            protocol = self._contacts.protocol
            self._changed.notify_all()
        self._on_change()
        return code, protocol

    def disconnect(self, handle: Handle, disposition: int) -> Code:
        """The handle is no more after SUCCESS."""
        if disposition > Disposition.EJECT:
            return Code.INVALID_VALUE
        if self._gone(handle):
            return Code.SUCCESS  # the reader that is here now is another one to it
        if disposition != Disposition.LEAVE and not self._sharing.admits(handle):
            return Code.SHARING_VIOLATION
        # The lock is held until the card is reset, so that nobody gets in between.
        # Nothing ejects: the reader has no motor, and pcscd takes that for success here.
        if disposition == Disposition.RESET:
            self._power.restart(cold=False)
        elif disposition == Disposition.UNPOWER:
            self._power.down()
        with self._lock:
            self._sharing.remove(handle)
            self._changed.notify_all()
        self._power.used(self._sharing.count)
        self._on_change()
        return Code.SUCCESS

    def abandon(self, handle: Handle) -> None:
        """Disconnect for a client that died or dropped its context; if it had the card alone, that is reset."""
        unfinished = self._sharing.owns(handle) and not handle.news
        self.disconnect(handle, Disposition.RESET if unfinished else Disposition.LEAVE)

    # Using the card

    def begin_transaction(self, handle: Handle) -> Code:
        """SHARING_VIOLATION, after a short wait, tells the library to ask again."""
        with self._lock:
            if not self._sharing.admits(handle):
                self._changed.wait_for(lambda: handle.news or self._sharing.admits(handle), _TRANSACTION_PATIENCE)
            return handle.news or self._sharing.lock(handle)

    def end_transaction(self, handle: Handle, disposition: int) -> Code:
        """NOT_TRANSACTED when none is open."""
        if disposition > _EJECT:
            return Code.INVALID_VALUE
        if handle.news:
            return handle.news
        if disposition != _LEAVE and not self._sharing.admits(handle):
            return Code.SHARING_VIOLATION
        self._activity += 1
        code = _SUCCESS if disposition == _LEAVE else self._dispose(disposition)
        with self._lock:
            unlocked = self._sharing.unlock(handle)
            self._changed.notify_all()
        return code or unlocked

    def _dispose(self, disposition: int) -> Code:
        if disposition == Disposition.EJECT:
            return Code.UNSUPPORTED_FEATURE
        return self._power.restart(cold=disposition == Disposition.UNPOWER)

    def transmit(self, handle: Handle, protocol: int, command: bytes) -> tuple[Code, bytes]:
        """The card's answer to a command APDU; NOT_TRANSACTED when it is mute, NO_SMARTCARD when torn out."""
        # a client that is refused does not wait for another's command
        if self._power.exchange.locked() and (refusal := self._command_refusal(handle, protocol)):
            return refusal, b""
        with self._power.exchange:
            # asked again, because what we waited for may have been a reset
            if refusal := self._command_refusal(handle, protocol):
                return refusal, b""
            card = self._contacts.card
            if card is None or not self._contacts.powered or not 0 < len(command) <= COMMAND_MAX:
                return Code.NOT_TRANSACTED, b""
            self.commands += 1
            self._activity += 1
            answer = card.transmit(command)
        if self._slot.idle_limit is not None:
            self._watch_transaction()
        if card is not self._contacts.card:
            return self._gone(handle) or Code.NO_SMARTCARD, b""
        return (_SUCCESS, answer) if answer else (Code.NOT_TRANSACTED, b"")

    def control(
        self, handle: Handle, control_code: int, data: bytes, client_there: Callable[[], bool]
    ) -> tuple[Code, bytes]:
        """What the reader itself can do (PC/SC part 10): it is asked for what befell the card no more than by pcscd."""
        if refusal := self.check_lock(handle) or self._gone(handle):
            return refusal, b""
        from stuntcard.readers.pinpad import features

        pad = self._slot.pinpad
        if control_code == features.GET_FEATURE_REQUEST:
            return Code.SUCCESS, features.feature_list(pad)
        feature = features.feature_meant(control_code, pad)
        if feature is features.Feature.GET_TLV_PROPERTIES:
            return Code.SUCCESS, features.tlv_properties(pad)
        if feature is None or pad is None:
            return Code.UNSUPPORTED_FEATURE, b""
        if feature is features.Feature.IFD_PIN_PROPERTIES:
            return Code.SUCCESS, features.pin_properties()
        from stuntcard.readers.pinpad.secure_entry import enter_and_send

        with self._power.exchange:
            card = self._contacts.card
            if card is None or not self._contacts.powered:
                return Code.NOT_TRANSACTED, b""
            wanted = lambda: card is self._contacts.card and client_there()  # noqa: E731
            answer = enter_and_send(feature, data, pad, wanted, self._counted(card))
        if card is not self._contacts.card:
            return self._gone(handle) or Code.NO_SMARTCARD, b""
        return (Code.SUCCESS, answer) if answer else (Code.NOT_TRANSACTED, b"")

    def _counted(self, card: CardInterface) -> Callable[[bytes], bytes]:
        def transmit(command: bytes) -> bytes:
            self.commands += 1
            return card.transmit(command)

        return transmit

    def unplug(self) -> None:
        """Cut the card's power, as when the reader is pulled from the computer."""
        self._power.cut()

    def _watch_transaction(self) -> None:
        """What Windows does to every transaction, and pcscd to none."""
        seconds, self._slot.idle_limit = self._slot.idle_limit, None
        seen = self._activity
        if seconds is not None:
            self._later(seconds, lambda: self._end_idle_transaction(seen))

    def _end_idle_transaction(self, seen: int) -> None:
        with self._lock:
            if seen != self._activity or self._sharing.in_transaction is None:
                return
            self._sharing.free()
            self._changed.notify_all()
        self._slot.reset()

    # The checks read single fields without the lock: every transmit passes here, and a change that is just
    # happening may be seen or not seen either way.

    def _refusal(self, handle: Handle) -> Code:
        return self.check_lock(handle) or handle.news

    @staticmethod
    def _gone(handle: Handle) -> Code:
        """A handle does not outlive its reader, even when that is plugged in again."""
        return Code.READER_UNAVAILABLE if handle.news is Code.READER_UNAVAILABLE else Code.SUCCESS

    def _command_refusal(self, handle: Handle, protocol: int) -> Code:
        if handle.news or not self._sharing.admits(handle):
            return self._refusal(handle)
        if protocol == _RAW:
            return _SUCCESS
        if self._contacts.card is None:
            return Code.NO_SMARTCARD
        return _SUCCESS if protocol in (self._contacts.protocol, _ANY_OLD) else Code.PROTO_MISMATCH

    # The slot

    def _on_slot_change(self) -> None:
        changed = self._look_into_slot()
        if self._look_at_slot() or changed:
            self._on_change()

    def _look_at_slot(self) -> bool:
        """What befell the reader itself, and resets that it did not ask for. Gives whether waiting clients care."""
        with self._lock:
            if self._resets != self._slot.resets:
                self._resets = self._slot.resets
                self._sharing.tell(Code.RESET_CARD)
                self._contacts.protocol = Protocol.UNDEFINED
            if self._plugged is self._slot.plugged:
                return False
            self._plugged = self._slot.plugged
            self.plug_events += 1
            if not self._plugged:
                self._sharing.desert()
            self._changed.notify_all()
            return True

    def _look_into_slot(self) -> bool:
        while True:
            card = self._slot.card
            atr = card.atr if card is not None else b""
            with self._lock:
                if card is self._slot.card:  # else somebody was quicker; what we saw is out of date
                    return self._take_note_of(card, atr)

    def _take_note_of(self, card: CardInterface | None, atr: bytes) -> bool:
        if card is self._contacts.card:
            return False
        if self._contacts.card is not None:
            self._contacts.take_out()
            self._count_event()
            self._sharing.tell(Code.REMOVED_CARD)
            self._sharing.free()
        if card is not None:
            self._contacts.put_in(card, atr)
            self._count_event()
        self._changed.notify_all()
        return True

    def _count_event(self) -> None:
        self._events = (self._events + 1) % _EVENTS_WRAP


def _refused_protocol(share: int, preferred: int) -> Code:
    return Code.SUCCESS if share == ShareMode.DIRECT or preferred & _ACCEPTABLE else Code.PROTO_MISMATCH


def _refused_share(share: int) -> Code:
    return Code.SUCCESS if ShareMode.EXCLUSIVE <= share <= ShareMode.DIRECT else Code.INVALID_VALUE
