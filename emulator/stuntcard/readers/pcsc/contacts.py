"""What a reader knows of the card in it: whether there is one, its power, its ATR and the protocol in use."""

from __future__ import annotations

from dataclasses import dataclass

from stuntcard.readers.pcsc.messages import ATR_MAX, Code, Protocol, ReaderState, ShareMode
from stuntcard.readers.pcsc.negotiation import negotiate
from stuntcard.readers.slot import CardInterface


@dataclass(slots=True)
class Contacts:
    """The card as the reader last saw it. Speaks to no card and knows no threads: the reader guards it."""

    card: CardInterface | None = None
    atr: bytes = b""
    powered: bool = False
    mute: bool = False
    protocol: int = Protocol.UNDEFINED
    unpowered: bool = False
    """By a client; a card that has no power for other reasons is shown as ready, as pcscd shows it."""
    left_unpowered: bool = False
    """A client holds a card that has no power, because another took it or the card did not answer to its reset, so that
    a connection gives it none."""

    @property
    def reader_state(self) -> ReaderState:
        """The flag that READER_STATE shows."""
        if self.card is None:
            return ReaderState.ABSENT
        if self.mute:
            return ReaderState.MUTE
        return ReaderState.UNPOWERED if self.unpowered else ReaderState.READY

    def put_in(self, card: CardInterface, atr: bytes) -> None:
        """A card came, not yet powered; `atr` is what it will answer, empty when it is mute."""
        self.card = card
        self.atr = atr[:ATR_MAX]
        self.mute = not atr

    def take_out(self) -> None:
        """The card went."""
        self.card = None
        self.atr = b""
        self.mute = False
        self._without_power(unpowered=False)

    def activate(self, atr: bytes) -> None:
        """The card was given power or a reset, and answered with `atr`, or with nothing."""
        self.atr = atr[:ATR_MAX]
        self.mute = not atr
        self.left_unpowered = self.mute and (self.powered or self.left_unpowered)
        self.powered = not self.mute
        self.unpowered = False

    def deactivate(self) -> None:
        """The card lost its power, by a client's wish."""
        self.mute = False
        self._without_power(unpowered=True)

    def rest(self) -> None:
        """The card lost its power because nobody uses it; the next client gives it power again."""
        self._without_power(unpowered=self.unpowered)

    def _without_power(self, *, unpowered: bool) -> None:
        self.powered = self.left_unpowered = False
        self.unpowered = unpowered
        self.protocol = Protocol.UNDEFINED

    def choose_protocol(self, share: int, preferred: int) -> Code:
        """Settles the protocol for a client's connection, or says that it can't have the one it wants."""
        if preferred & Protocol.RAW:
            self.protocol = Protocol.RAW
        elif share != ShareMode.DIRECT and self.protocol == Protocol.UNDEFINED:
            self.protocol = negotiate(self.atr, preferred)
            return Code.SUCCESS if self.protocol else Code.PROTO_MISMATCH
        elif share != ShareMode.DIRECT and not preferred & self.protocol:
            return Code.PROTO_MISMATCH
        return Code.SUCCESS
