"""Brings a card into the state that a scenario wants, by events of the law and the card's own operations alone.

The law says whether there is a way, and the shortest one is gone on a card fresh from the factory: codes are given,
rightly and wrongly, changed, set, and actors act. Keys and certificates are put on the card as a client would put
them, on that point of the way where the codes that this takes are there. Nothing is ever set by hand, so that a
scenario can't show a card that there can't be.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256

from stuntcard.applets.registry import APPLETS
from stuntcard.card.card import Card
from stuntcard.policy.described import (
    ChangeIsDue,
    CodeIs,
    History,
    KeysAre,
    NoSuchStateError,
    PartIs,
    Stage,
    Trait,
    history_described,
)
from stuntcard.policy.events import Verdict
from stuntcard.policy.moves import HOLDER, ActionKind, Move
from stuntcard.profile.document import Finding, KeyPath
from stuntcard.profile.model import CARD, CodeStatus, Profile
from stuntcard.scenario.load import NamedScenario
from stuntcard.scenario.model import CertificateStatus, Scenario
from stuntcard.scenario.objects import CardObject, make_object
from stuntcard.scenario.shelf import NotTakenError, Shelf

_DIGITS = "1234567890"


class UnreachableError(ValueError):
    """No card can come to the state that a scenario wants, as its codes and parts can't be so together."""

    def __init__(self, profile: Profile, conflict: NoSuchStateError) -> None:
        self.profile = profile
        self.conflict = conflict
        super().__init__(str(conflict))


@dataclass(frozen=True, slots=True)
class Built:
    """A card in the state of a scenario; the values of its codes that are known, and its keys and certificates."""

    card: Card
    values: dict[str, str]
    objects: tuple[CardObject, ...]

    @property
    def revoked_serials(self) -> tuple[int, ...]:
        """Serial numbers of the certificates that their CA has revoked; a card knows nothing of that."""
        return tuple(
            made.serial
            for made in self.objects
            if made.serial is not None
            and made.wanted.certificate is not None
            and made.wanted.certificate.status is CertificateStatus.REVOKED
        )


def build(named: NamedScenario) -> Built:
    """A card in a scenario's state, without power.

    Raises UnreachableError, or ScenarioFileError when a value or an object of the scenario can't be had.
    """
    try:
        history = history_described(named.profile, tuple(_traits(named.scenario)))
    except NoSuchStateError as error:
        raise UnreachableError(named.profile, error) from error
    return _Builder(named).live_through(history)


def _traits(scenario: Scenario) -> Iterator[Trait]:
    for name, wanted in scenario.codes.items():
        if wanted.tries is not None:
            status = CodeStatus.SET if wanted.tries else CodeStatus.BLOCKED
            yield CodeIs(name, status, wanted.tries or None)
        elif wanted.state is not None:
            yield CodeIs(name, wanted.state)
        elif wanted.value is not None or wanted.forgotten:
            yield CodeIs(name, CodeStatus.SET)
        if wanted.must_change is not None:
            yield ChangeIsDue(name, wanted.must_change)
    for part, state in scenario.parts.items():
        yield PartIs(part, state == "lost")
    if scenario.card is not None:
        yield PartIs(CARD, scenario.card == "dead")
    # One key stands for all of an area: what the way is asked for is the codes to make it with. The card itself says
    # whether all of them fit.
    yield from (KeysAre(area, paired=0, unpaired=1) for area, objects in scenario.areas.items() if objects)


class _Builder:
    def __init__(self, named: NamedScenario) -> None:
        self._named = named
        self._scenario = named.scenario
        self._profile = named.profile
        self._card = Card(named.profile, APPLETS)
        self._wanted = {name: self._value(name) for name in named.profile.codes}
        self._shelf = Shelf(self._card)
        self._objects: list[CardObject] = []

    def live_through(self, history: History) -> Built:
        self._card.power_on()
        self._change_factory_values()
        for stage in history.stages:
            self._live_through(stage)
        self._card.power_off()
        for name, code in history.state.codes.items():
            if self._card.state.codes[name] != code:
                message = "a code whose value was changed is no longer one that still has to be changed"
                raise self._refused(("codes", name), message)
        state = self._card.state
        known = {
            name: value.decode()
            for name, value in self._card.content.values.items()
            if state.codes[name].status is not CodeStatus.NOT_SET and not self._forgotten(name)
        }
        return Built(self._card, known, tuple(self._objects))

    # Codes

    def _forgotten(self, name: str) -> bool:
        wanted = self._scenario.codes.get(name)
        return wanted is not None and wanted.forgotten

    def _value(self, name: str) -> bytes:
        """The value that a code has where it is set on the way."""
        code, wanted = self._profile.codes[name], self._scenario.codes.get(name)
        if wanted is not None and wanted.value is not None:
            return wanted.value.encode()
        if self._forgotten(name):
            number = int.from_bytes(sha256(f"{self._named.name} {name}".encode()).digest())
            return str(number)[-code.length.min :].encode()
        if code.factory is not None:
            return code.factory.value.encode()
        return (_DIGITS * 2)[: code.length.min].encode()

    def _current(self, name: str) -> bytes:
        return self._card.content.values[name]

    def _change_factory_values(self) -> None:
        """Codes that are set at the factory, and that the scenario wants with another value."""
        for name, code in self._profile.codes.items():
            if code.factory is None or self._current(name) == self._wanted[name]:
                continue
            if self._card.change(name, self._current(name), self._wanted[name]) is not Verdict.DONE:
                raise self._refused(("codes", name), "nothing changes this code's value; it has the factory's")
        self._card.reset()

    def _live_through(self, stage: Stage) -> None:
        if stage.move is None:
            self._store_all()
            return
        for _ in range(stage.times):
            verdict = self._perform(stage.move)
            assert verdict in (Verdict.DONE, Verdict.WRONG_CODE), f"the law led here, and the card said {verdict}"
            self._card.reset()

    def _perform(self, move: Move) -> Verdict:
        action, card = move.action, self._card

        def given(name: str) -> bytes:
            return self._current(name) if move.right else wrong_value(self._current(name))

        match action.kind, action.code, action.by, action.act:
            case ActionKind.LOG_IN, str(code), _, _:
                return card.verify(code, given(code))
            case ActionKind.CHANGE, str(code), _, _:
                return card.change(code, given(code), self._wanted[code])
            case ActionKind.SET, str(code), str(by), _:
                return card.reset_code(code, by, given(by), self._wanted[code])
            case ActionKind.ACT, _, _, str(act) if move.who != HOLDER:
                rule = self._profile.actors[move.who].acts[act]
                values = {code: given(code) if rule.checks else self._wanted[code] for code in rule.asks_for}
                return card.act(move.who, act, values)
        raise AssertionError(f"no history is made of {action.kind}")

    # Keys and certificates

    def _store_all(self) -> None:
        for area, objects in self._scenario.areas.items():
            for index, wanted in enumerate(objects):
                made = make_object(self._named.name, self._scenario.holder, area, wanted)
                self._store(("areas", area, index), made)
                self._objects.append(made)

    def _store(self, at: KeyPath, made: CardObject) -> None:
        try:
            self._shelf.store(made)
        except NotTakenError as error:
            raise self._refused(at, str(error)) from error

    def _refused(self, at: KeyPath, message: str) -> Exception:
        return self._named.document.error((Finding(at, f"no card can be so: {message}"),))


def wrong_value(value: bytes) -> bytes:
    """Another value of the same form."""
    return value[:-1] + (b"0" if value[-1:] != b"0" else b"1")
