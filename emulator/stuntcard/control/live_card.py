"""A card that runs, and what can be done to it while it does: the carrying out of the control API's requests."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from stuntcard.card.card import Card
from stuntcard.card.keeper import KeepError
from stuntcard.card.view import view
from stuntcard.control import requests as api
from stuntcard.control.actors import codes_asked_for, perform
from stuntcard.control.errors import ControlError, RequestError, SaidError
from stuntcard.control.languages import messages_for
from stuntcard.control.served import ServedReader
from stuntcard.faults.rules import FaultError, Faults, check_names
from stuntcard.faults.text import parse_rule, rule_text

if TYPE_CHECKING:
    from stuntcard.exercises.live import LiveAttempt
    from stuntcard.messages import Messages
    from stuntcard.readers.pinpad.pad import PinPad

FAULTS_MAX = 1000

_Movement = (
    api.InsertRequest | api.RemoveRequest | api.MoveRequest | api.UnplugRequest | api.PlugRequest | api.ResetRequest
)


class LiveCard:
    """A card with its reader and its faults. Requests may come from several threads."""

    def __init__(self, reader: ServedReader, attempt: LiveAttempt | None = None) -> None:
        """`attempt`: somebody's attempt at an exercise on the card."""
        self._reader = reader
        self._slot_control = reader.slot_control
        self.attempt = attempt
        self.answered: Callable[[], None] = lambda: None
        """Called after each request, done or refused."""
        self.put_in = reader.exchange
        """Puts another card in, for the one that is there. Raises ControlError where that can't be."""
        self.go_alone: Callable[[], None] | None = None
        """Has this card served no more, soon, and others go on; None where they end with each other."""

    @property
    def _card(self) -> Card:
        card = self._reader.card
        if card is None:
            raise SaidError(lambda messages: messages.text("refused-empty"))
        return card

    def _must_have_a_card(self) -> None:
        """Raises ControlError for an empty reader."""
        _ = self._card

    def answer(self, request: api.Request) -> api.Answer:
        """Does what is asked. Raises ControlError when that can't be; it says why."""
        try:
            return self._answer(request)
        except FaultError as error:
            raise RequestError(str(error)) from error
        except KeepError as error:
            reason = str(error)
            raise SaidError(lambda messages: messages.text("refused-unstored", reason=reason)) from error
        finally:
            self.answered()

    def _answer(self, request: api.Request) -> api.Answer:
        match request:
            case api.StatusRequest():
                return view(self._card.profile, self._card.content)
            case api.StateRequest():
                return self._state()
            case api.CodesRequest(actor, act):
                return api.CodesAnswer(codes_asked_for(self._card.profile, actor, act))
            case api.ActRequest():
                return api.DoneAnswer(perform(self._card, request))
            case (
                api.InsertRequest()
                | api.RemoveRequest()
                | api.MoveRequest()
                | api.UnplugRequest()
                | api.PlugRequest()
                | api.ResetRequest()
            ):
                return self._moved(request, messages_for(request))
            case api.SetFaultRequest(rule):
                return self._set_fault(rule)
            case api.ListFaultsRequest():
                return api.FaultsAnswer(self.listed_faults())
            case api.ClearFaultsRequest(number):
                return self._clear_faults(number)
            case api.SetStateRequest():
                return self._set_state(request)
            case api.PinPadRequest():
                return api.PinPadAnswer(self._pinpad().asked)
            case api.TypeRequest(keys):
                return self._type(keys)
            case api.EndRequest():
                return api.EndAnswer(self._end())
            case api.ExerciseRequest() | api.HintRequest() | api.CallRequest():
                from stuntcard.control.exercises import answer

                return answer(self.attempt, request)

    def _moved(self, request: _Movement, messages: Messages) -> api.DoneAnswer:
        """Moves the card or its reader, and says where it is then."""
        match request:
            case api.InsertRequest(card):
                done = messages.text(self._insert()) if card is None else self._put_in(card, messages)
            case api.RemoveRequest(back_after):
                done = _back(messages.text(self._remove(back_after)), "done-comes-back", back_after, messages)
            case api.MoveRequest(to):
                self._move(to)
                done = messages.text("done-moved", reader=to)
            case api.UnplugRequest(back_after):
                done = _back(messages.text(self._unplug(back_after)), "done-plugs-again", back_after, messages)
            case api.PlugRequest():
                done = messages.text(self._plug())
            case api.ResetRequest():
                self._reset()
                done = messages.text("done-reset")
        return api.DoneAnswer(done)

    def _end(self) -> bool:
        if self.go_alone is None:
            return False
        self.go_alone()
        return True

    def _state(self) -> api.StateAnswer:
        card = self._reader.card
        if card is None:
            return api.StateAnswer(None, self.place, 0, ())
        return api.StateAnswer(view(card.profile, card.content), self.place, card.commands, self.listed_faults())

    # The reader

    def _pinpad(self) -> PinPad:
        pad = self._slot_control.slot.pinpad
        if pad is None:
            raise SaidError(lambda messages: messages.text("refused-no-pad"))
        return pad

    def _type(self, text: str) -> api.PinPadAnswer:
        from stuntcard.readers.pinpad.pad import KeysError, parse_keys

        pad = self._pinpad()
        try:
            keys = parse_keys(text)
        except KeysError as error:
            raise ControlError(f"these are no keys of a PIN pad: {error}") from error
        if not pad.press(keys):
            raise SaidError(lambda messages: messages.text("refused-pad-silent"))
        return api.PinPadAnswer(pad.asked)

    @property
    def place(self) -> api.Place:
        """Where the card is."""
        if self._slot_control.card_in and self._slot_control.slot.plugged:
            return api.Place.IN
        if not self._slot_control.slot.plugged:
            return api.Place.UNPLUGGED
        return api.Place.OUT if self._reader.card is not None else api.Place.EMPTY

    def _put_in(self, source: str, messages: Messages) -> str:
        if self.attempt is not None:
            raise SaidError(lambda messages: messages.text("refused-exercise-card"))
        self.put_in(source)
        self._slot_control.plug()
        return messages.text("done-put-in", card=self._card.profile.name)

    def _insert(self) -> str:
        slot_control = self._slot_control
        self._must_have_a_card()
        was_plugged = slot_control.slot.plugged
        slot_control.plug()
        if slot_control.insert():
            return "done-inserted"
        return "done-inserted-already" if was_plugged else "done-plugged"

    def _remove(self, back_after: float | None) -> str:
        self._must_have_a_card()
        return "done-removed" if self._slot_control.remove(back_after) else "done-removed-already"

    def _move(self, name: str) -> None:
        self._must_have_a_card()
        self._reader.move_to(name)

    def _unplug(self, back_after: float | None) -> str:
        slot_control = self._slot_control
        was_plugged = slot_control.slot.plugged
        slot_control.unplug(back_after)
        return "done-unplugged" if was_plugged else "done-unplugged-already"

    def _plug(self) -> str:
        slot_control = self._slot_control
        was_plugged = slot_control.slot.plugged
        slot_control.plug()
        return "done-plugged-already" if was_plugged else "done-plugged"

    def _reset(self) -> None:
        self._must_have_a_card()
        if self.place is not api.Place.IN:
            raise SaidError(lambda messages: messages.text("refused-card-out"))
        self._slot_control.reset()

    # Faults

    def _its_faults(self) -> Faults:
        self._must_have_a_card()
        faults = self._reader.faults()
        assert faults is not None, "a card has faults"
        return faults

    def _set_fault(self, text: str) -> api.FaultsAnswer:
        faults = self._its_faults()
        rule = parse_rule(text)
        check_names(rule, self._card.profile)
        if len(faults.listed()) >= FAULTS_MAX:
            raise SaidError(lambda messages: messages.text("refused-many-faults", most=FAULTS_MAX))
        faults.set(rule)
        return api.FaultsAnswer(self.listed_faults())

    def _clear_faults(self, number: int | None) -> api.FaultsAnswer:
        self._its_faults().clear(number)
        return api.FaultsAnswer(self.listed_faults())

    def listed_faults(self) -> tuple[api.FaultView, ...]:
        """The faults that are set now."""
        faults = self._reader.faults()
        listed = faults.listed() if faults is not None else ()
        return tuple(
            api.FaultView(fault.number, rule_text(fault.rule), fault.matched, fault.struck) for fault in listed
        )

    # State

    def _set_state(self, request: api.SetStateRequest) -> api.SetStateAnswer:
        # Cards whose state nobody sets shall not wait for this to load.
        from stuntcard.control.setting import set_state

        answer = set_state(self._card, request)
        self._slot_control.reset()  # whoever used the card is told that its session is over
        return answer


def _back(done: str, key: str, back_after: float | None, messages: Messages) -> str:
    return done if back_after is None else messages.text(key, done=done, seconds=f"{back_after:g}")
