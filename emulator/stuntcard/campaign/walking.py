"""Plays a law's transitions through a real client's commands, and compares the card with the law after each.

The holder's moves are the client's; what an office or a helpline does happens on the card. Where the card is not as the
law has it, or the client says another thing than happened, that is a finding; the card is then set to what the law has,
so that the walk goes on. The law is the card's own: a finding tells of the client, or of the way from it to the law.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import count, cycle, islice

from stuntcard.campaign.cards import is_stored
from stuntcard.campaign.client import Allowed, Ended, How, orphans_taken
from stuntcard.campaign.masked import Secrets
from stuntcard.campaign.model import OWN, Limits
from stuntcard.campaign.programs import Place, Programs
from stuntcard.campaign.run import StoppedError
from stuntcard.campaign.subject import NoSuchCardError, Subject, subject
from stuntcard.campaign.tour import Map, Transition, map_of, tours
from stuntcard.campaign.walk_model import WalkClient
from stuntcard.card.card import Card
from stuntcard.card.content import Content
from stuntcard.policy.events import Verdict
from stuntcard.policy.moves import ActionKind, perform
from stuntcard.policy.state import CodeState, State
from stuntcard.profile.model import Code, Profile
from stuntcard.running.choices import RunOptions
from stuntcard.running.desk import desk_laid, served_to_pcsc
from stuntcard.running.making import ReaderOnDesk
from stuntcard.scenario.build import wrong_value

_NAME = "walk"
_DIGITS = "2468135790"
_SAID_MAX = 300


@dataclass(frozen=True, slots=True)
class Met:
    """A transition as it was met: what was found to be otherwise than the law has it, and what the client said."""

    step: Transition
    findings: tuple[str, ...]
    said: str = ""
    """The client's last line, with codes masked."""


@dataclass(slots=True)
class WalkPlan:
    """What a walk has before it."""

    subject: Subject
    map: Map
    tours: list[list[Transition]]

    @property
    def steps(self) -> int:
        """Transitions on the way, those that are passed again included."""
        return sum(map(len, self.tours))


def plan(card: str, client: WalkClient, applet: str = OWN, *, everywhere: bool = False) -> WalkPlan:
    """The ways through a card's law that a client is led. Raises NoSuchCardError, TooManyStatesError."""
    if is_stored(card):
        raise NoSuchCardError(f"{card}: a walk begins with the card as it leaves the factory; name its profile")
    found = subject(card, None, applet)
    walked = map_of(found.profile, client.does, everywhere=everywhere)
    return WalkPlan(found, walked, list(tours(walked)))


def walk(planned: WalkPlan, client: WalkClient, limits: Limits, stop: int | None = None) -> Iterator[Met]:
    """Each transition as it was met, in the order of the ways. Raises NotStartedError, NothingKnownError.

    `stop`: a descriptor; when it can be read, the client is ended. Raises StoppedError then.
    """
    with orphans_taken():
        for tour in planned.tours:
            with _walker(planned.subject, client, limits, stop) as walker:
                for step in tour:
                    yield walker.take(step)


@contextmanager
def _walker(found: Subject, client: WalkClient, limits: Limits, stop: int | None) -> Iterator[_Walker]:
    """A fresh card in a reader of its own, and the client before it."""
    card = found.card()
    programs = Programs(client.client, {"label": found.profile.token.label})
    with programs.folder() as shared, desk_laid([ReaderOnDesk(_NAME, card, RunOptions())]) as desk:
        folder = shared or desk.readers[0].directory / "work"
        folder.mkdir(mode=0o700, exist_ok=True)
        with served_to_pcsc(desk):
            yield _Walker(found, client, card, programs.at(folder, desk.socket), limits, stop)
            desk.let_go()


@dataclass(slots=True)
class _Walker:
    """A card on its way, and the values that its codes have."""

    found: Subject
    client: WalkClient
    card: Card
    place: Place
    limits: Limits
    stop: int | None
    values: dict[str, str] = field(init=False, repr=False)
    fresh: count[int] = field(default_factory=count, repr=False)

    def __post_init__(self) -> None:
        self.values = dict(self.found.values)

    def take(self, step: Transition) -> Met:
        """Has one move happen, and looks what came of it."""
        expected = self._expected(step)
        given, new = self._given(step), self._new(step)
        if step.move.action.kind is ActionKind.ACT:
            self._act(step, given, new)
            findings, said = [], ""
        else:
            ended = self._run(step, given, new)
            findings, said = _said_otherwise(step, ended), self._last_line(ended, given, new)
        if step.verdict is Verdict.DONE:
            self.values.update(new)
        findings += _differences(self.found.profile, expected, self.card.state)
        if findings:
            self._put_right(expected)
        return Met(step, tuple(findings), said if findings else "")

    def _expected(self, step: Transition) -> State:
        return perform(self.found.profile, replace(self.card.state, verified=frozenset()), step.move)[0]

    def _given(self, step: Transition) -> str:
        """What is given for the code that the move asks for."""
        action = step.move.action
        name = action.by or action.code
        if name is None:
            return ""
        right = self.values.get(name) or _value(self.found.profile.codes[name], 0)
        return right if step.move.right else wrong_value(right.encode()).decode()

    def _new(self, step: Transition) -> dict[str, str]:
        """New values for the codes that the move sets."""
        action, profile = step.move.action, self.found.profile
        if action.kind in (ActionKind.CHANGE, ActionKind.SET):
            names: Sequence[str] = (str(action.code),)
        elif action.kind is ActionKind.ACT and action.code is None:
            names = profile.actors[step.move.who].acts[str(action.act)].asks_for
        else:
            names = ()
        return {name: self._another(name) for name in names}

    def _another(self, name: str) -> str:
        """A value that a code takes, and has not now."""
        code = self.found.profile.codes[name]
        return next(value for value in (_value(code, n) for n in self.fresh) if value != self.values.get(name))

    def _act(self, step: Transition, given: str, new: dict[str, str]) -> None:
        action = step.move.action
        values = {str(action.code): given} if action.code is not None else new
        self.card.act(step.move.who, str(action.act), {name: value.encode() for name, value in values.items()})

    def _run(self, step: Transition, given: str, new: dict[str, str]) -> Ended:
        action = step.move.action
        reference = self.found.profile.codes[str(action.code)].reference or 0
        told = {
            "auth-id": f"{reference:02X}",
            "reference": str(reference),
            "value": given,
            "new": "".join(new.values()),
        }
        place = replace(self.place, values={**self.place.values, **told})
        allowed = Allowed(self.limits.seconds, self.limits.output, self.limits.files)
        ended = place.run(self.client.command(action.kind), allowed, self.stop)
        if ended.how is How.STOPPED:
            raise StoppedError
        return ended

    def _last_line(self, ended: Ended, given: str, new: dict[str, str]) -> str:
        lines = ended.output.decode(errors="replace").strip().splitlines()
        said = f"{ended.words}: {lines[-1]}" if lines else ended.words
        return Secrets([given, *new.values(), *self.values.values()]).masked(said[:_SAID_MAX])

    def _put_right(self, expected: State) -> None:
        """The card as the law has it, with the values that are known."""
        known = {name: value.encode() for name, value in self.values.items()}

        def right(content: Content) -> Content:
            return replace(content, state=expected, values={**content.values, **known})

        self.card.change_content(right)


def _said_otherwise(step: Transition, ended: Ended) -> list[str]:
    """Where the client says another thing than happened."""
    if ended.how is not How.EXITED:
        return [f"the client did not end by itself: {ended.words}"]
    if ended.left:
        return [f"the client left running: {', '.join(ended.left)}"]
    if step.verdict is Verdict.DONE and ended.number != 0:
        return ["the law lets it be done, and the client says that it was not"]
    if step.verdict is not Verdict.DONE and ended.number == 0:
        return [f"the law says {_words(step.verdict)}, and the client that it was done"]
    return []


def _differences(profile: Profile, expected: State, found: State) -> list[str]:
    """Where the card is not as the law has it."""
    told = []
    for name, code in expected.codes.items():
        if found.codes[name] != code:
            name_of = profile.codes[name].name.en
            told.append(f"{name_of} is {_code_in_words(found.codes[name])}, by the law {_code_in_words(code)}")
    if found.lost != expected.lost:
        lost, by_law = (", ".join(sorted(state.lost)) or "nothing" for state in (found, expected))
        told.append(f"{lost} is lost, by the law {by_law}")
    return told


def _code_in_words(code: CodeState) -> str:
    must = ", to be changed" if code.must_change else ""
    return f"{code.status} with {code.tries_left} of {code.tries_limit} tries{must}"


def _words(verdict: Verdict) -> str:
    return verdict.name.lower().replace("_", " ")


def _value(code: Code, number: int) -> str:
    """One of ten values that a code takes: as many digits as it wants at least."""
    return "".join(islice(cycle(_DIGITS), number % 10, number % 10 + code.length.min))
