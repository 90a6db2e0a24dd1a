"""The shortest ways back to a usable card, and what each step costs or risks.

Nothing here knows a card: ways are found by searching in the law breadth first, with moves of people who give the right
codes. What a step risks is found by asking the law as well: the code it takes is given wrongly until it is blocked, and
what can be reached from there is compared with what could be reached before.

Pure, as all of `policy`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Self

from stuntcard.policy import law
from stuntcard.policy.events import (
    ActorActs,
    Change,
    Event,
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
from stuntcard.policy.moves import Action, Move
from stuntcard.policy.notices import Notices, notices_of
from stuntcard.policy.search import Node, Passage, Search, Searches
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
    still be had before, and never after. `strands`, of a last try alone: other codes that could still be set, or
    unblocked if they were blocked, and never after.
    """

    code: str
    tries_left: int
    blocks: tuple[str, ...]
    loses: tuple[str, ...]
    ends: tuple[Function, ...]
    strands: tuple[str, ...] = ()

    @property
    def last_try(self) -> bool:
        """Whether a single mistake is enough."""
        return self.tries_left == 1


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
    `beware`: the risks of codes that work now and whose loss would end something for good, or that have one try left.
    `notices`: what is to be seen to, though it works.
    """

    functions: tuple[FunctionAdvice, ...]
    plan: tuple[Step, ...]
    left_out: tuple[Function, ...]
    beware: tuple[Risk, ...]
    notices: Notices


def advise(profile: Profile, state: State, forgotten: frozenset[str] = frozenset()) -> Advice:
    """What works, the shortest ways back, and what is gone. `forgotten`: codes that are set and not known any more.

    Only functions are named that a card of this profile can have at all.
    """
    searches = Searches(profile)
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
        notices=notices_of(profile, start.state),
    )


def steps_along(profile: Profile, start: Situation, way: Sequence[Move]) -> tuple[Step, ...]:
    """What each move of a way costs or risks; the law has to let each of them be done."""
    searches = Searches(profile)
    path: list[Passage] = []
    node = Node(start, -1, None, working(profile, start))
    for move in way:
        situation = done(profile, node.situation, move)
        assert situation is not None, f"the law lets nobody do this: {move.action}"
        end = Node(situation, -1, move, working(profile, situation))
        path.append(Passage(node, move, end))
        node = end
    return tuple(_step(searches, passage) for passage in path)


def _function_advice(searches: Searches, search: Search, function: Function) -> FunctionAdvice:
    nearest = search.nearest(function)
    if nearest is None:
        return FunctionAdvice(function, Standing.GONE, reasons=tuple(_reasons(search, function)))
    if nearest == 0:
        return FunctionAdvice(function, Standing.WORKS)
    return FunctionAdvice(function, Standing.WAY_BACK, _steps(searches, search.path(nearest)))


def _reasons(search: Search, function: Function) -> Iterator[Reason]:
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


def _attainable_code(search: Search, code: str) -> bool:
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


def _steps(searches: Searches, path: tuple[Passage, ...]) -> tuple[Step, ...]:
    return tuple(
        replace(_step(searches, passage), instead=tuple(_instead(searches, path[index:])))
        for index, passage in enumerate(path)
    )


_DELETIONS = {ActionKind.DELETE_KEY, ActionKind.DELETE_CERTIFICATE}


def _step(searches: Searches, passage: Passage) -> Step:
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
        deleted=old.item(number) if number is not None and move.action.kind in _DELETIONS else None,
        once=_only_once(profile, after.situation, move),
        spent=tuple(given for given in gives if new.codes[given].status is CodeStatus.NOT_SET),
        risks=tuple(risk for event in move.events if (risk := _risk(searches, before.situation, event)) is not None),
        restores=tuple(f for f in functions_of(profile) if f in after.works and f not in before.works),
    )


def _instead(searches: Searches, rest: tuple[Passage, ...]) -> Iterator[Step]:
    """Other first moves after which the rest of the way leads to as much."""
    profile, first, goal = searches.profile, rest[0], rest[-1].end.works
    for move, situation in searches.next(first.start.situation):
        if move.action == first.move.action:
            continue
        end: Situation | None = situation
        for passage in rest[1:]:
            end = done(profile, end, passage.move) if end is not None else None
        if end is not None and goal <= working(profile, end):
            after = Node(situation, -1, move, working(profile, situation))
            yield _step(searches, Passage(first.start, move, after))


def _only_once(profile: Profile, after: Situation, move: Move) -> bool:
    """Whether a move that sets codes can't be repeated, be they set as they are now, or blocked."""
    codes = codes_set(profile, move)
    if not codes:
        return False
    state = after.state
    for code in codes:
        state = given_wrongly(profile, state, Verify(code, correct=False))
    return all(done(profile, Situation(again), move) is None for again in (after.state, state))


def _risks_now(searches: Searches, start: Situation) -> Iterator[Risk]:
    """The risks of codes that can be given now: those whose block would end something for good, and of last tries."""
    for code in searches.profile.codes:
        risk = _risk(searches, start, Verify(code, correct=True)) if code not in start.forgotten else None
        if risk is not None and risk.last_try:
            yield replace(risk, strands=tuple(_stranded(searches, start, code)))
        elif risk is not None and risk.ends:
            yield risk


def _stranded(searches: Searches, before: Situation, lost: str) -> Iterator[str]:
    """Codes that could be had again if they were blocked now, and not once another one is blocked."""
    profile = searches.profile
    after = replace(before, state=given_wrongly(profile, before.state, Verify(lost, correct=False)))
    for code in profile.codes:
        if after.state.codes[code].status is CodeStatus.SET:
            then, later = (_blocked(profile, situation, code) for situation in (before, after))
            if _attainable_code(searches.start_at(then), code) and not _attainable_code(searches.start_at(later), code):
                yield code


def _blocked(profile: Profile, situation: Situation, code: str) -> Situation:
    return replace(situation, state=given_wrongly(profile, situation.state, Verify(code, correct=False)))


def _risk(searches: Searches, before: Situation, event: Event) -> Risk | None:
    """What comes of giving the code of an event wrongly until it is blocked; None when it takes no code."""
    profile = searches.profile
    code = code_given(profile, event)
    if code is None or before.state.codes[code].status is not CodeStatus.SET:
        return None
    after = replace(before, state=given_wrongly(profile, before.state, event))
    hope, left = searches.start_at(before).attainable, searches.start_at(after).attainable
    blocks = [c for c in profile.codes if after.state.blocked(c) and not before.state.blocked(c)]
    return Risk(
        code,
        before.state.codes[code].tries_left,
        blocks=tuple(sorted(blocks, key=lambda blocked: blocked != code)),
        loses=tuple(sorted(after.state.lost - before.state.lost)),
        ends=tuple(f for f in functions_of(profile) if f in hope and f not in left),
    )


def given_wrongly(profile: Profile, state: State, event: Event) -> State:
    """The state after an event's code was given wrongly, and again, until it is blocked."""
    if not isinstance(event, Verify | Change | ResetCode | ActorActs):
        return state
    wrong = replace(event, correct=False)
    verdict = Verdict.WRONG_CODE
    while verdict is Verdict.WRONG_CODE:
        state, verdict = law.step(profile, state, wrong)
    return law.step(profile, state, SessionEnd())[0]
