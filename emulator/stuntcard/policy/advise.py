"""The shortest ways back to a usable card, and what each step costs or risks.

Nothing here knows a card: ways are found by searching in the law breadth first, with moves of people who give the right
codes. What a step risks is found by asking the law as well: the code it takes is given wrongly until it is blocked, and
what can be reached from there is compared with what could be reached before.

Pure, as all of `policy`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Self

from stuntcard.policy import law
from stuntcard.policy.events import (
    ActorActs,
    Change,
    DirectoriesRead,
    Event,
    RemoveFile,
    ResetCode,
    SessionEnd,
    Verdict,
    Verify,
)
from stuntcard.policy.functions import (
    Function,
    Situation,
    code_given,
    codes_given,
    codes_needed,
    codes_set,
    done,
    functions_of,
    working,
)
from stuntcard.policy.moves import HOLDER, Action, Move, code_moves
from stuntcard.policy.state import Item, State, factory_state
from stuntcard.profile.model import CARD, ActionKind, CodeStatus, Profile


class Standing(StrEnum):
    """How a function of the card stands."""

    WORKS = "works"
    WAY_BACK = "way-back"
    GONE = "gone"
    """Gone for good: only a new card has it."""


@dataclass(frozen=True, slots=True)
class Risk:
    """What comes of giving a code wrongly until it is blocked.

    `blocks`: codes blocked by it, itself first. `loses`: parts that are lost by it. `ends`: functions that could
    still be had before, and never after.
    """

    code: str
    tries_left: int
    blocks: tuple[str, ...]
    loses: tuple[str, ...]
    ends: tuple[Function, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a way back.

    `before`: the status of the code that is set. `deleted`: the item that is deleted, as it was. `once`: the law lets
    this be done only once in a card's life. `spent`: codes of no use afterwards. `restores`: functions that work from
    here on. `instead`: other moves with which the rest of the way serves as well.
    """

    who: str
    action: Action
    gives: tuple[str, ...]
    before: CodeStatus | None
    deleted: Item | None
    once: bool
    spent: tuple[str, ...]
    risks: tuple[Risk, ...]
    restores: tuple[Function, ...]
    instead: tuple[Self, ...] = ()


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a function is gone: a code that can't be had again, or a part (or the card) that is lost."""

    part: str | None = None
    code: str | None = None
    status: CodeStatus | None = None
    forgotten: bool = False


@dataclass(frozen=True, slots=True)
class FunctionAdvice:
    """One function: how it stands, the shortest way to have it again, or why there is none."""

    function: Function
    standing: Standing
    way: tuple[Step, ...] = ()
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class Advice:
    """What can be done about a card.

    `plan` is the shortest way to as many functions as can be had together, `left_out` what can be had only without it.
    `beware`: the risks of codes that work now and whose loss would end something for good.
    """

    functions: tuple[FunctionAdvice, ...]
    plan: tuple[Step, ...]
    left_out: tuple[Function, ...]
    beware: tuple[Risk, ...]


def advise(profile: Profile, state: State, forgotten: frozenset[str] = frozenset()) -> Advice:
    """What works, the shortest ways back, and what is gone. `forgotten`: codes that are set and not known any more.

    Only functions are named that a card of this profile can have at all.
    """
    searches = _Searches(profile)
    fresh = searches.start_at(Situation(factory_state(profile))).attainable
    start = Situation(law.step(profile, state, SessionEnd())[0], forgotten)
    search = searches.start_at(start)
    known = [function for function in functions_of(profile) if function in fresh]
    best = search.best
    return Advice(
        functions=tuple(_function_advice(searches, search, function) for function in known),
        plan=_steps(searches, search.path(best)),
        left_out=tuple(f for f in known if f in search.attainable and f not in search.nodes[best].works),
        beware=tuple(_risks_now(searches, start)),
    )


@dataclass(frozen=True, slots=True)
class _Node:
    """A situation that can be reached: by which move, from which other one, and what works in it."""

    situation: Situation
    parent: int
    move: Move | None
    works: frozenset[Function]


@dataclass(frozen=True, slots=True)
class _Passage:
    """One move of a path: where it starts, and where it leads."""

    start: _Node
    move: Move
    end: _Node


class _Search:
    """All situations that right moves lead to, in the order of their distance."""

    def __init__(self, searches: _Searches, start: Situation) -> None:
        self.profile = searches.profile
        self.nodes = [_Node(start, -1, None, working(self.profile, start))]
        seen = {_key(start)}
        queue = deque([0])
        while queue:
            number = queue.popleft()
            for move, situation in searches.next(self.nodes[number].situation):
                if _key(situation) not in seen:
                    seen.add(_key(situation))
                    queue.append(len(self.nodes))
                    self.nodes.append(_Node(situation, number, move, working(self.profile, situation)))

    @property
    def attainable(self) -> frozenset[Function]:
        """All functions that some way leads to."""
        return frozenset[Function]().union(*(node.works for node in self.nodes))

    @property
    def best(self) -> int:
        """The nearest node where the most functions work together."""
        return max(range(len(self.nodes)), key=lambda number: (len(self.nodes[number].works), -number))

    def nearest(self, function: Function) -> int | None:
        """The nearest node where a function works."""
        return next((number for number, node in enumerate(self.nodes) if function in node.works), None)

    def path(self, number: int) -> tuple[_Passage, ...]:
        """The shortest way to a node."""
        passages: list[_Passage] = []
        while (move := self.nodes[number].move) is not None:
            parent = self.nodes[number].parent
            passages.insert(0, _Passage(self.nodes[parent], move, self.nodes[number]))
            number = parent
        return tuple(passages)


def _key(situation: Situation) -> tuple[object, ...]:
    state = situation.state
    return (tuple(state.codes.values()), state.items, state.files_size, state.lost, situation.forgotten)


class _Searches:
    """Searches in the law of one profile, each done only once."""

    def __init__(self, profile: Profile) -> None:
        self.profile = profile
        self._done: dict[tuple[object, ...], _Search] = {}
        # The other moves fill the card, or change no more than tries.
        kinds = {ActionKind.SET, ActionKind.ACT}
        self._moves = [move for move in code_moves(profile) if move.right and move.action.kind in kinds]

    def start_at(self, start: Situation) -> _Search:
        """All that can be reached from a situation."""
        key = _key(start)
        if key not in self._done:
            self._done[key] = _Search(self, start)
        return self._done[key]

    def next(self, situation: Situation) -> Iterator[tuple[Move, Situation]]:
        """The moves that may help, and what they lead to."""
        for move in (*self._moves, *self._deletions(situation.state)):
            after = done(self.profile, situation, move)
            if after is not None:
                yield move, after

    def _deletions(self, state: State) -> Iterator[Move]:
        if self.profile.files.guard is not None:
            # What has no certificate is missed the least.
            for item in sorted(state.items, key=lambda item: item.certificate):
                if not self.profile.areas[item.area].create_with:
                    continue  # what a closed area has, stays
                yield _deletion(self.profile, state, item, self.profile.files.guard)


def _deletion(profile: Profile, state: State, item: Item, guard: str) -> Move:
    """A key and its certificate deleted together, as people do it.

    A key that no directory lists has to be listed first, for only so can the law see it go (PQ-14, PQ-16).
    """
    listed = frozenset(other.number for other in state.items if other.listed)
    certified = frozenset(other.number for other in state.items if other.certificate)
    freed = RemoveFile(profile.memory.block) if profile.memory is not None else None
    events: tuple[Event, ...] = (
        Verify(guard, correct=True),
        DirectoriesRead(listed | {item.number}, None),
        *(freed for file_is_there in (item.listed, item.certificate) if file_is_there and freed is not None),
        DirectoriesRead(listed - {item.number}, certified - {item.number}),
        SessionEnd(),
    )
    return Move(HOLDER, Action(ActionKind.DELETE_KEY, area=item.area, number=item.number), True, events)


def _function_advice(searches: _Searches, search: _Search, function: Function) -> FunctionAdvice:
    nearest = search.nearest(function)
    if nearest is None:
        return FunctionAdvice(function, Standing.GONE, reasons=tuple(_reasons(search, function)))
    if nearest == 0:
        return FunctionAdvice(function, Standing.WORKS)
    return FunctionAdvice(function, Standing.WAY_BACK, _steps(searches, search.path(nearest)))


def _reasons(search: _Search, function: Function) -> Iterator[Reason]:
    """The lost part that a function belongs to, or else the codes that it needs and that can't be had any more."""
    profile, start = search.profile, search.nodes[0].situation
    if start.state.dead:
        yield Reason(part=CARD)
        return
    hopeless = [code for code in codes_needed(profile, start.state, function) if not _attainable_code(search, code)]
    parts = {part for part in (profile.part_of(code) for code in hopeless) if part in start.state.lost}
    if parts:
        yield from (Reason(part=part) for part in sorted(part for part in parts if part is not None))
        return
    for code in _with_setters(profile, hopeless):
        if not _attainable_code(search, code):
            yield Reason(code=code, status=start.state.codes[code].status, forgotten=code in start.forgotten)


def _attainable_code(search: _Search, code: str) -> bool:
    return any(
        node.situation.state.codes[code].status is CodeStatus.SET and code not in node.situation.forgotten
        for node in search.nodes
    )


def _with_setters(profile: Profile, codes: list[str]) -> tuple[str, ...]:
    """These codes, and those by which they could have been set, and so on."""
    found = dict.fromkeys(codes)
    queue = deque(codes)
    while queue:
        for reset in profile.codes[queue.popleft()].reset_by:
            if reset.code not in found:
                found[reset.code] = None
                queue.append(reset.code)
    return tuple(found)


def _steps(searches: _Searches, path: tuple[_Passage, ...]) -> tuple[Step, ...]:
    return tuple(
        replace(_step(searches, passage), instead=tuple(_instead(searches, path[index:])))
        for index, passage in enumerate(path)
    )


def _step(searches: _Searches, passage: _Passage) -> Step:
    profile = searches.profile
    before, move, after = passage.start, passage.move, passage.end
    old, new = before.situation.state, after.situation.state
    number, code = move.action.number, move.action.code
    gives = codes_given(profile, move)
    return Step(
        who=move.who,
        action=move.action,
        gives=gives,
        before=old.codes[code].status if code is not None else None,
        deleted=old.item(number) if number is not None else None,
        once=_only_once(profile, after.situation, move),
        spent=tuple(given for given in gives if new.codes[given].status is CodeStatus.NOT_SET),
        risks=tuple(risk for event in move.events if (risk := _risk(searches, before.situation, event)) is not None),
        restores=tuple(f for f in functions_of(profile) if f in after.works and f not in before.works),
    )


def _instead(searches: _Searches, rest: tuple[_Passage, ...]) -> Iterator[Step]:
    """Other first moves after which the rest of the way leads to as much."""
    profile, first, goal = searches.profile, rest[0], rest[-1].end.works
    for move, situation in searches.next(first.start.situation):
        if move.action == first.move.action:
            continue
        end: Situation | None = situation
        for passage in rest[1:]:
            end = done(profile, end, passage.move) if end is not None else None
        if end is not None and goal <= working(profile, end):
            after = _Node(situation, -1, move, working(profile, situation))
            yield _step(searches, _Passage(first.start, move, after))


def _only_once(profile: Profile, after: Situation, move: Move) -> bool:
    """Whether a move that sets codes can't be repeated, be they set as they are now, or blocked."""
    codes = codes_set(profile, move)
    if not codes:
        return False
    state = after.state
    for code in codes:
        state = _given_wrongly(profile, state, Verify(code, correct=False))
    return all(done(profile, Situation(again), move) is None for again in (after.state, state))


def _risks_now(searches: _Searches, start: Situation) -> Iterator[Risk]:
    """The risks of codes that can be given now and whose block would end something for good."""
    for code in searches.profile.codes:
        risk = _risk(searches, start, Verify(code, correct=True)) if code not in start.forgotten else None
        if risk is not None and risk.ends:
            yield risk


def _risk(searches: _Searches, before: Situation, event: Event) -> Risk | None:
    """What comes of giving the code of an event wrongly until it is blocked; None when it takes no code."""
    profile = searches.profile
    code = code_given(profile, event)
    if code is None or before.state.codes[code].status is not CodeStatus.SET:
        return None
    after = replace(before, state=_given_wrongly(profile, before.state, event))
    hope, left = searches.start_at(before).attainable, searches.start_at(after).attainable
    blocks = [c for c in profile.codes if after.state.blocked(c) and not before.state.blocked(c)]
    return Risk(
        code,
        before.state.codes[code].tries_left,
        blocks=tuple(sorted(blocks, key=lambda blocked: blocked != code)),
        loses=tuple(sorted(after.state.lost - before.state.lost)),
        ends=tuple(f for f in functions_of(profile) if f in hope and f not in left),
    )


def _given_wrongly(profile: Profile, state: State, event: Event) -> State:
    """The state after an event's code was given wrongly, and again, until it is blocked."""
    if not isinstance(event, Verify | Change | ResetCode | ActorActs):
        return state
    wrong = replace(event, correct=False)
    verdict = Verdict.WRONG_CODE
    while verdict is Verdict.WRONG_CODE:
        state, verdict = law.step(profile, state, wrong)
    return law.step(profile, state, SessionEnd())[0]
