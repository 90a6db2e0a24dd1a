"""One emulated card: power, session and commands, behind a lock.

Everything that decides is the law's (`policy`); everything that speaks APDU is an applet's. What is done with codes,
keys and files, each of these has a module of its own.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping

from stuntcard.card.applet import BY_NAME, Applet, ListeningApplet, PartwiseApplet
from stuntcard.card.card_codes import CardCodes
from stuntcard.card.card_files import CardFiles
from stuntcard.card.card_keys import CardKeys
from stuntcard.card.content import Content, with_codes_shown
from stuntcard.card.keeper import Keeper, KeepError
from stuntcard.card.memos import Memos
from stuntcard.card.session import Session
from stuntcard.iso7816.apdu import Command, Response
from stuntcard.iso7816.atr import parse_atr
from stuntcard.iso7816.instructions import Instruction
from stuntcard.iso7816.status import StatusWord
from stuntcard.iso7816.transport import Protocol, Transport
from stuntcard.policy.events import SessionEnd
from stuntcard.profile.model import Profile

_log = logging.getLogger(__name__)
MUTE = "mute"


class Card(CardCodes, CardKeys, CardFiles):
    """A card of one profile. Readers, and whoever else holds it, may call it from several threads.

    Without `content` it comes from the factory; without a `keeper` it is forgotten with the process.
    """

    def __init__(
        self,
        profile: Profile,
        applets: Mapping[str, tuple[Applet, ...]],
        content: Content | None = None,
        keeper: Keeper | None = None,
    ) -> None:
        super().__init__(profile, content, keeper)
        self.memos = Memos()
        self._applets = tuple(applet for name in profile.applets for applet in applets[name])
        self._listening = tuple(applet for applet in self._applets if isinstance(applet, ListeningApplet))
        self._partwise = tuple(applet for applet in self._applets if isinstance(applet, PartwiseApplet))
        self._selected = self._applets[0]
        self._atr = bytes.fromhex(profile.atr.value)
        self._speakable = parse_atr(self._atr).speakable
        self._start_transport(self._speakable[0])
        self._commands = 0

    # What a reader asks

    @property
    def atr(self) -> bytes:
        """The answer to reset."""
        return self._atr

    def power_on(self) -> bytes:
        """Cold reset; gives the ATR."""
        return self.reset()

    def power_off(self) -> None:
        """The card forgets all that it does not store."""
        self.reset()

    def reset(self) -> bytes:
        """Warm reset: codes given are forgotten, directories judged; gives the ATR."""
        with self._lock:
            self._end_session()
            self._drop_session_keys()
            self._selected = self._applets[0]
            self._start_transport(self._speakable[0])
            self.memos.reset()
            return self._atr

    def choose_protocol(self, number: int) -> None:
        """Speaks T=`number` until the next reset; what the ATR does not offer is not spoken."""
        with self._lock:
            if number in self._speakable:
                self._start_transport(number)

    def transmit(self, command: bytes) -> bytes:
        """Answers one command APDU; with nothing when the card is dead and its profile says it is mute then."""
        with self._lock:
            self._commands += 1
            if self._content.state.dead:
                return self._dead_answer()
            try:
                return self._transport.exchange(command, self._dispatch, self._in_parts)
            except Exception:
                # A fault of ours must look like a fault of the card, and must not take the reader down.
                _log.exception("a command could not be answered; the client gets 6F00")
                return StatusWord.NO_PRECISE_DIAGNOSIS.to_bytes(2)

    # What applets, and whoever shows the card, ask

    @property
    def transport_protocol(self) -> Protocol:
        """The protocol that is spoken now."""
        return self._transport.protocol

    @property
    def commands(self) -> int:
        """How many commands were answered."""
        return self._commands

    @property
    def selected(self) -> Applet:
        """The applet that answers now."""
        return self._selected

    # What befalls a card, and what law and applets have no part in

    def miss_command(self) -> None:
        """A command got lost on its way here, and its answer with it: no chain goes on, nothing waits to be fetched."""
        with self._lock:
            self._transport.reset()

    def lose_power(self) -> None:
        """The power goes during a command, before the first change that would be kept; then the card restarts."""
        with self._lock:
            self._commands += 1
            self.reset()

    def change_content(self, change: Callable[[Content], Content]) -> None:
        """Between two sessions, makes the card one with other content. Raises KeepError, and then it is as it was."""
        with self._lock:
            self._end_session()
            self._commit(with_codes_shown(self.profile, change(self._content)))

    # Within

    def _start_transport(self, number: int) -> None:
        # Above T=1 there is no protocol whose commands look otherwise (ISO 7816-3, 12.1).
        self._transport = Transport(Protocol(min(number, Protocol.T1)))

    def _dispatch(self, command: Command) -> Response:
        try:
            return self._answer(command)
        except KeepError as error:
            _log.error("a change could not be stored, and the client gets 6581: %s", error)
            return Response(StatusWord.MEMORY_FAILURE)
        finally:
            for applet in self._listening:
                applet.heard(self, command)

    def _answer(self, command: Command) -> Response:
        if command.cla and command.secure_messaging:
            return Response(StatusWord.SECURE_MESSAGING_NOT_SUPPORTED)
        if command.cla and command.channel:
            return Response(StatusWord.LOGICAL_CHANNEL_NOT_SUPPORTED)
        applet = self._selected_by(command)
        if applet is None:
            return self._selected.handle(self, command)
        self._end_session()
        self._selected = applet
        return applet.select(self, command)

    def _in_parts(self, command: Command) -> bool:
        partwise = next((applet for applet in self._partwise if applet is self._selected), None)
        return partwise is not None and partwise.answers_each_part(command)

    def _selected_by(self, command: Command) -> Applet | None:
        """The applet that a SELECT names; None for any other command, and for the name of a DF inside an applet."""
        if command.ins != Instruction.SELECT or command.p1 != BY_NAME or command.cla != 0 or not command.data:
            return None
        return next((applet for applet in self._applets if applet.name == command.data), None)

    def _end_session(self) -> None:
        self._judge_directories_if_kept()
        self._tidy_directories_if_kept()
        self.session = Session(self.session.directory_written, self.session.directories_to_tidy)
        self._put_to_law(SessionEnd())

    def _dead_answer(self) -> bytes:
        answer = self.profile.dead.answer
        return b"" if answer == MUTE else bytes.fromhex(answer)
