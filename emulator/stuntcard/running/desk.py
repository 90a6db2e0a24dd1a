"""A desk: readers with their cards, each controlled by its name, all in this process."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

from stuntcard.card.card import Card
from stuntcard.control.directory import CONTROL_SOCKET, PCSC_SOCKET, card_directory
from stuntcard.control.server import ControlServer
from stuntcard.readers.slot import Slot
from stuntcard.readers.slot_control import SlotControl
from stuntcard.running.choices import RunOptions
from stuntcard.running.making import ReaderOnDesk, card_made
from stuntcard.running.pcsc import pcsc_server
from stuntcard.running.placing import PlacedCard, placed

if TYPE_CHECKING:
    from stuntcard.control.live_card import LiveCard
    from stuntcard.faults.rules import ArmedFault, Faults
    from stuntcard.messages import Messages
    from stuntcard.profile.load import ProfileError
    from stuntcard.store.errors import StoreError


@dataclass(frozen=True, slots=True)
class _Lying:
    """A card that lies in a reader or was taken out of it last, and all that it brought along."""

    card: Card
    placed: PlacedCard
    stack: ExitStack
    """Ends its being placed."""
    held: ExitStack
    """What the card itself holds, such as its file."""


class DeskReader:
    """A reader on a desk, and the card that lies in it, which can be exchanged for another, or moved to another."""

    def __init__(self, wanted: ReaderOnDesk, directory: Path, moving: threading.Lock) -> None:
        """`moving` is taken by whoever exchanges or moves a card on the desk."""
        self.name = wanted.name
        self.directory = directory
        self.slot_control = SlotControl(Slot(pinpad=wanted.options.pinpad))
        self.around = RunOptions()
        """What goes on around a card that is put in later, if nothing else is said then."""
        self.attempt = wanted.attempt
        """Somebody's attempt at an exercise on the first card."""
        self.beside: Sequence[DeskReader] = ()
        """The readers of the desk."""
        self._wanted = wanted
        self._moving = moving
        self._lying: _Lying | None = None

    @property
    def card(self) -> Card | None:
        """The card that lies here, or was taken out last."""
        return self._lying.card if self._lying is not None else None

    @property
    def label(self) -> str:
        """What the reader's name is made of: the name that somebody chose, or that of the first card's profile."""
        return self._wanted.label or (self._wanted.card.profile.name if self._wanted.card else self.name)

    @property
    def about(self) -> str:
        """The card's name, in words."""
        return self.card.profile.name if self.card is not None else "no card"

    def __enter__(self) -> DeskReader:
        if self._wanted.card is not None:
            self._lying = self._placed(self._wanted.card, self._wanted.options, ExitStack(), self._wanted.held)
        return self

    def __exit__(self, *_: object) -> None:
        if self._lying is not None:
            self._lying.stack.close()

    def let_go(self) -> None:
        """Ends what a fault keeps waiting, or would put back later."""
        if self._lying is not None:
            self._lying.placed.let_go()

    @cached_property
    def live(self) -> LiveCard:
        """What carries out requests about this reader and its card."""
        from stuntcard.control.live_card import LiveCard

        return LiveCard(self, self.attempt)

    def faults(self) -> Faults | None:
        """What may strike the card; None where there is none."""
        return self._lying.placed.faults if self._lying is not None else None

    def faults_set(self) -> tuple[ArmedFault, ...]:
        """The faults that are set for the card, as they stand now."""
        return self._lying.placed.injector.faults_set() if self._lying is not None else ()

    def exchange(self, source: str, options: RunOptions | None = None) -> None:
        """Puts another card in, as `running.making.card_made` makes it, for the one that lies here.

        `options`: what goes on around it; `around`, if they are not given. Raises ControlError where there is no such
        card; then the one that lies here stays.
        """
        with ExitStack() as stack:
            card = stack.enter_context(_other_card(source))
            self._put_in(card, options or self.around, stack)

    def put_in(self, made: ReaderOnDesk, held: ExitStack) -> None:
        """Puts a card in that was made already, for the one that lies here; `held` is what ends when it goes."""
        assert made.card is not None
        self._put_in(made.card, made.options, held)

    def clear(self) -> None:
        """Takes the card out and lets go of it: a stored one is closed. Another has to be put in afterwards."""
        self.let_go()
        self.slot_control.remove()
        if self._lying is not None:
            self._lying.stack.close()
            self._lying.held.close()

    def move_to(self, name: str) -> None:
        """Puts the card, as it is, into another reader of the desk; one that was taken out of that comes to this one.

        Raises ControlError where there is no such reader, or a card lies in it.
        """
        from stuntcard.control.errors import SaidError

        with self._moving:
            other = next((one for one in self.beside if one.name == name), None)
            mine = self._lying
            if other is None:
                names = ", ".join(one.name for one in self.beside)
                raise SaidError(lambda messages: messages.text("move-no-reader", name=name, names=names))
            if mine is None:
                raise SaidError(lambda messages: messages.text("move-no-card", name=self.name))
            if other.slot_control.card_in:
                raise SaidError(lambda messages: messages.text("move-taken", name=name))
            theirs = other._lying
            self.slot_control.give_up(theirs.placed.outermost if theirs is not None else None)
            if theirs is not None:
                theirs.placed.belong_to(self.slot_control)
            mine.placed.belong_to(other.slot_control)
            self._lying, other._lying = theirs, mine
            other.slot_control.insert(mine.placed.outermost)
            other.slot_control.plug()

    def _put_in(self, card: Card, options: RunOptions, held: ExitStack) -> None:
        with self._moving:
            self.clear()
            self._lying = self._placed(card, options, held.pop_all(), ExitStack())

    def _placed(self, card: Card, options: RunOptions, stack: ExitStack, held: ExitStack) -> _Lying:
        return _Lying(card, stack.enter_context(placed(card, options, self.slot_control)), stack, held)


@contextmanager
def _other_card(source: str) -> Iterator[Card]:
    from stuntcard.control.errors import SaidError
    from stuntcard.profile.load import ProfileError
    from stuntcard.store.errors import StoreError

    with ExitStack() as stack:
        try:
            card = stack.enter_context(card_made(source))
        except (OSError, ProfileError, StoreError) as error:
            raise SaidError(partial(_not_put_in, source, error)) from error
        yield card


def _not_put_in(source: str, error: OSError | ProfileError | StoreError, messages: Messages) -> str:
    from stuntcard.store.errors import StoreError

    reason = error.in_words(messages) if isinstance(error, StoreError) else str(error)
    return messages.text("refused-put-in", source=source, reason=reason)


class Desk:
    """Readers, ready to be served to programs; `socket` is where those of PC/SC's find them."""

    def __init__(self, readers: Sequence[DeskReader], socket: Path) -> None:
        self.readers = tuple(readers)
        self.socket = socket

    def let_go(self) -> None:
        """Ends what faults keep waiting, or would put back later."""
        for reader in self.readers:
            reader.let_go()


@contextmanager
def desk_laid(wanted: Sequence[ReaderOnDesk], socket: Path | None = None) -> Iterator[Desk]:
    """The desk, its cards in their readers, which nobody serves yet. Raises OSError when it can't be had.

    `socket` is the place for the PC/SC socket, where somebody chose one.
    """
    with ExitStack() as stack:
        moving = threading.Lock()
        readers = tuple(
            stack.enter_context(DeskReader(one, stack.enter_context(card_directory(one.name)), moving))
            for one in wanted
        )
        for reader in readers:
            reader.beside = readers
        yield Desk(readers, socket.absolute() if socket is not None else readers[0].directory / PCSC_SOCKET)


@contextmanager
def served_to_pcsc(desk: Desk) -> Iterator[None]:
    """Has programs find the desk's readers behind its socket. Raises OSError when that can't be had."""
    with pcsc_server(desk.socket, [(reader.label, reader.slot_control.slot) for reader in desk.readers]):
        for reader in desk.readers:
            own = reader.directory / PCSC_SOCKET
            if own != desk.socket:
                own.symlink_to(desk.socket)  # where whoever asks for this card's socket looks
        yield


@contextmanager
def controlled(desk: Desk) -> Iterator[None]:
    """Answers whoever asks for a reader by its name. It comes last, so that what answers can be used."""
    with ExitStack() as stack:
        for reader in desk.readers:
            stack.enter_context(ControlServer(reader.directory / CONTROL_SOCKET, partial(getattr, reader, "live")))
        yield
