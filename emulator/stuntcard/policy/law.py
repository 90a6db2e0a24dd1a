"""The law of a card.

`step` is the one function that changes a state; the live card and everything that reasons about cards call it. Each
event has one rule, in the table at the end. What can befall a code is the table of `code_life`.

The last try spent blocks a code, which may block others with it (`blocks`) and may end a part of the card, or all of it
(`ends`). Codes of a part that is lost are blocked with it, and nothing and nobody sets them again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from itertools import zip_longest
from typing import Any

from stuntcard.policy.code_life import LOGGED_IN_AFTER, Turn, refusal, turn_of_value, turned
from stuntcard.policy.events import (
    ActorActs,
    Change,
    DirectoriesRead,
    Erase,
    Event,
    KeyFilesRead,
    LogOut,
    RemoveFile,
    RemoveKey,
    ResetCode,
    SessionEnd,
    StoreFile,
    StoreKey,
    UseKey,
    Verdict,
    Verify,
)
from stuntcard.policy.state import NOTHING_MORE, Item, KeyRights, State, factory_state
from stuntcard.profile.model import CARD, CodeStatus, Lasts, Memory, Profile

Outcome = tuple[State, Verdict]

AMPLE_MEMORY = Memory.model_construct(bytes=1_000_000, block=250)  # which need not be checked, and starts faster
"""The memory of a card whose profile gives none: never short in use, and still no way to fill up a computer's."""
MOST_KEYS = 64
"""Each key can be named by a reference of one byte."""
CLIENT_REFERENCES = range(16)
"""References that a client can give new keys by number alone; those of keys from the factory come after them."""


def step(profile: Profile, state: State, event: Event) -> Outcome:
    """What an event makes of a state, and what the law says to it."""
    if state.dead:
        return state, Verdict.CARD_DEAD
    return _RULES[type(event)](profile, state, event)


def permits(state: State, *codes: str) -> bool:
    """Whether these codes were given and hold."""
    return state.verified.issuperset(codes) and not state.dead


def is_open(profile: Profile, state: State) -> bool:
    """Whether nobody is asked for a code: so a card is that its first client has yet to make up."""
    return profile.open_while is not None and profile.open_while not in state.lost and not state.dead


def area_of_new_key(profile: Profile, state: State) -> str | None:
    """The area that a key stored now would go to: the first whose codes have all been given."""
    asked = not is_open(profile, state)
    for name, area in profile.areas.items():
        if area.create_with and not (asked and not permits(state, *area.create_with)):
            return name
    return None


def takes_key_numbered(reference: int) -> Verdict:
    """Whether a client that names keys by number alone can make one of this number."""
    return Verdict.DONE if reference in CLIENT_REFERENCES else Verdict.NO_SUCH_KEY


def unblocking_code(profile: Profile, code: str) -> str | None:
    """The code with which RESET RETRY COUNTER sets another one."""
    resets = profile.codes[code].reset_by
    return resets[0].code if resets else None


def set_off_card(profile: Profile, code: str) -> frozenset[CodeStatus]:
    """The states in which somebody off the card sets a code, whatever becomes of the others that are set with it."""
    found = set[CodeStatus]()
    for actor in profile.actors.values():
        for act in actor.acts.values():
            if code in act.sets and act.only_while is None:
                found |= set(act.from_ if act.sets[0] == code else CodeStatus)
    return frozenset(found)


def codes_to_use(profile: Profile, item: Item) -> tuple[str, ...]:
    """The codes that must have been given for a use of a key: its area's guard, and the one that its file asks for."""
    guard = profile.areas[item.area].guard
    return (guard,) if item.rights.code is None else (guard, item.rights.code)


def vouches_for(profile: Profile, state: State, number: int) -> Verdict:
    """Whether the card can tell where a key comes from. That takes no code, but the key, and its part not lost."""
    item = state.item(number)
    if item is None or item.key is None:
        return Verdict.NO_SUCH_KEY
    lost = any(item.area in profile.parts[part].areas for part in state.lost if part != CARD)
    return Verdict.PART_LOST if lost else Verdict.DONE


def _verify(profile: Profile, state: State, event: Verify) -> Outcome:
    state, verdict = _given(profile, state, event.code, event.correct)
    if verdict is not Verdict.DONE:
        return state, verdict
    return replace(state, verified=state.verified | {event.code}), Verdict.DONE


def _change(profile: Profile, state: State, event: Change) -> Outcome:
    if not profile.codes[event.code].change.allowed:
        return state, Verdict.ACT_NOT_ALLOWED
    state, verdict = _given(profile, state, event.code, event.correct, event.acceptable)
    return (_turn(state, event.code, Turn.SET) if verdict is Verdict.DONE else state), verdict


def _reset(profile: Profile, state: State, event: ResetCode) -> Outcome:
    status = state.codes[event.code].status
    rule = next((rule for rule in profile.codes[event.code].reset_by if rule.code == event.by), None)
    if profile.part_of(event.code) in state.lost:
        return state, Verdict.PART_LOST
    if rule is None or status not in rule.from_:
        return state, Verdict.ACT_NOT_ALLOWED
    state, verdict = _given(profile, state, event.by, event.correct, event.acceptable)
    if verdict is not Verdict.DONE:
        return state, verdict
    state = _turn(state, event.code, Turn.SET)
    return (_turn(state, event.by, Turn.SPENT) if rule.uses_up else state), Verdict.DONE


def _store_key(profile: Profile, state: State, event: StoreKey) -> Outcome:
    name = area_of_new_key(profile, state)
    if name is None:
        return state, Verdict.NOT_AUTHORISED
    area = profile.areas[name]
    if area.places is not None and state.used(name) >= area.places.count:
        return state, Verdict.NO_PLACE
    if len(state.items) >= MOST_KEYS or not _fits(profile, state, event.size):
        return state, Verdict.NO_SPACE
    item = Item(next_number(state), name, event.origin, size=_cost(profile, event.size))
    state = replace(state, items=(*state.items, item))
    return _no_more_given(state, _used_up(profile, area.create_with)), Verdict.DONE


def _use_key(profile: Profile, state: State, event: UseKey) -> Outcome:
    item = state.item(event.number)
    if item is None or item.key is None:
        return state, Verdict.NO_SUCH_KEY
    codes = codes_to_use(profile, item)
    given = not item.rights.never and permits(state, *codes)
    if not (given or is_open(profile, state)):
        return state, Verdict.NOT_AUTHORISED
    return _no_more_given(state, (*_used_up(profile, codes[:1]), item.rights.consent)), Verdict.DONE


def _remove_key(profile: Profile, state: State, event: RemoveKey) -> Outcome:
    """Its certificate, if it has one, keeps the place."""
    item = state.item(event.number)
    if item is None or item.key is None:
        return state, Verdict.NO_SUCH_KEY
    if not profile.areas[item.area].create_with:
        return state, Verdict.NOT_AUTHORISED
    left = (item.without_key(),) if item.certificate else ()
    others = tuple(other for other in state.items if other is not item)
    return replace(state, items=tuple(sorted((*others, *left), key=lambda one: one.number))), Verdict.DONE


def _store_file(profile: Profile, state: State, event: StoreFile) -> Outcome:
    size = _file_size(event)
    if size and not _fits(profile, state, size):
        return state, Verdict.NO_SPACE
    return replace(state, files_size=state.files_size + _cost(profile, size)), Verdict.DONE


def _remove_file(profile: Profile, state: State, event: RemoveFile) -> Outcome:
    # Nothing frees what the card left the factory with.
    return replace(state, files_size=max(0, state.files_size - _cost(profile, _file_size(event)))), Verdict.DONE


def _file_size(event: StoreFile | RemoveFile) -> int:
    """What a file takes of the memory that all share; where nothing is reserved, even an empty one: its entry."""
    return max(event.size, 1) if event.reserved is None else max(event.size - event.reserved, 0)


def _actor_acts(profile: Profile, state: State, event: ActorActs) -> Outcome:
    actor = profile.actors.get(event.actor)
    act = actor.acts.get(event.act) if actor is not None else None
    if act is None or act.only_while in state.lost:
        return state, Verdict.ACT_NOT_ALLOWED
    if act.checks is not None:
        # Told to somebody off the card, it spends tries as any other code, and opens nothing on the card.
        return _given(profile, state, act.checks, event.correct)
    if act.loses is not None:
        if act.loses in state.lost:
            return state, Verdict.PART_LOST
        return _end_what_ends(profile, _lose(profile, state, act.loses)), Verdict.DONE
    if any(profile.part_of(code) in state.lost for code in act.sets):
        return state, Verdict.PART_LOST
    if any(state.codes[code].status not in act.from_ for code in act.sets[:1]):
        return state, Verdict.ACT_NOT_ALLOWED
    if not event.acceptable:
        return state, Verdict.VALUE_REFUSED
    for code, limit in zip_longest(act.sets, event.limits):
        state = _turn(_limited(profile, state, code, limit), code, Turn.SET)
    return state, Verdict.DONE


def _limited(profile: Profile, state: State, name: str, limit: int | None) -> State:
    """With another number of tries for a code, if one is given: from one to the most that the profile lets be set."""
    if limit is None:
        return state
    limit = min(max(limit, 1), profile.codes[name].tries.max)
    return state.with_code(name, replace(state.codes[name], tries_limit=limit))


def _erase(profile: Profile, state: State, event: Erase) -> Outcome:  # noqa: ARG001
    """Only a card that leaves the factory empty can become empty again."""
    if profile.open_while is None:
        return state, Verdict.ACT_NOT_ALLOWED
    return factory_state(profile), Verdict.DONE


def _directories_read(profile: Profile, state: State, event: DirectoriesRead) -> Outcome:
    """An area that nothing can be made in is closed: what it holds stays, whatever the directories say of it."""
    items = tuple(_read(item, event) if profile.areas[item.area].create_with else item for item in state.items)
    return replace(state, items=tuple(item for item in items if item.key or item.certificate)), Verdict.DONE


def _key_files_read(profile: Profile, state: State, event: KeyFilesRead) -> Outcome:
    items = tuple(replace(item, rights=_beside_guard(profile, item, event.rights)) for item in state.items)
    return (state if items == state.items else replace(state, items=items)), Verdict.DONE


def _beside_guard(profile: Profile, item: Item, rights: Mapping[int, KeyRights]) -> KeyRights:
    """What a key's file asks for; that it asks for the area's guard, as the law does, is nothing more."""
    asked = rights.get(item.number, NOTHING_MORE)
    return replace(asked, code=None) if asked.code == profile.areas[item.area].guard else asked


def _log_out(_: Profile, state: State, event: LogOut) -> Outcome:
    return _no_more_given(state, event.codes), Verdict.DONE


def _session_end(_: Profile, state: State, event: SessionEnd) -> Outcome:  # noqa: ARG001
    return replace(state, verified=frozenset()), Verdict.DONE


def next_number(state: State) -> int:
    """The number that the next stored key gets."""
    return max((item.number for item in state.items), default=0) + 1


def _read(item: Item, event: DirectoriesRead) -> Item:
    if event.listed is not None:
        item = _seen(item, item.number in event.listed)
    return item if event.certified is None else replace(item, certificate=item.number in event.certified)


def _seen(item: Item, listed: bool) -> Item:
    """A key that was listed and is listed no more is gone; one that was never listed stays (PQ-14)."""
    return item.without_key() if item.listed and not listed else replace(item, listed=listed)


def _given(profile: Profile, state: State, code: str, correct: bool, acceptable: bool = True) -> Outcome:
    """A value of a code was given: the one place where a try is spent, or all come back.

    `acceptable`: the new value that came with it, if one did, fits its rule; one that does not costs no try.
    """
    turn = turn_of_value(state.codes[code], correct)
    refused = refusal(state.codes[code], turn)
    if refused is not None:
        return state, refused
    if not acceptable:
        return state, Verdict.VALUE_REFUSED
    if turn is Turn.LAST_WRONG:
        state = _end_what_ends(profile, _block(profile, state, (code,), turn))
    else:
        state = _turn(state, code, turn)
    return state, Verdict.DONE if correct else Verdict.WRONG_CODE


def _turn(state: State, name: str, turn: Turn) -> State:
    state = state.with_code(name, turned(state.codes[name], turn))
    return state if turn in LOGGED_IN_AFTER else _no_more_given(state, (name,))


def _block(profile: Profile, state: State, names: tuple[str, ...], turn: Turn = Turn.BLOCKED_TOO) -> State:
    """Codes blocked that were not, and with each those that it blocks."""
    for name in names:
        if not state.blocked(name):
            state = _turn(state, name, turn)
            cascade = profile.codes[name].blocks
            state = _block(profile, state, cascade.codes if cascade is not None else ())
    return state


def _end_what_ends(profile: Profile, state: State) -> State:
    for end in profile.ends:
        if end.part not in state.lost and all(state.blocked(code) for code in end.when_blocked):
            state = _lose(profile, state, end.part)
    return state


def _lose(profile: Profile, state: State, part: str) -> State:
    state = replace(state, lost=state.lost | {part})
    if part == CARD:
        return replace(state, verified=frozenset())
    return _block(profile, state, profile.parts[part].codes)


def _memory(profile: Profile) -> Memory:
    return profile.memory if profile.memory is not None else AMPLE_MEMORY


def _cost(profile: Profile, size: int) -> int:
    return _memory(profile).cost(size)


def _fits(profile: Profile, state: State, size: int) -> bool:
    return state.memory_used + _cost(profile, size) <= _memory(profile).bytes


def _used_up(profile: Profile, codes: tuple[str, ...]) -> list[str]:
    """Those of the codes that one use uses up."""
    return [code for code in codes if profile.codes[code].holds.for_ is Lasts.ONE_USE]


def _no_more_given(state: State, codes: Iterable[str | None]) -> State:
    """Without some of the codes given; the same state where none of them was."""
    left = state.verified.difference(codes)
    return state if len(left) == len(state.verified) else replace(state, verified=left)


# Each rule takes its own kind of event; the table's key is what makes the call right.
_RULES: dict[type, Callable[[Profile, State, Any], Outcome]] = {
    Verify: _verify,
    Change: _change,
    ResetCode: _reset,
    StoreKey: _store_key,
    UseKey: _use_key,
    RemoveKey: _remove_key,
    DirectoriesRead: _directories_read,
    KeyFilesRead: _key_files_read,
    LogOut: _log_out,
    Erase: _erase,
    SessionEnd: _session_end,
    StoreFile: _store_file,
    RemoveFile: _remove_file,
    ActorActs: _actor_acts,
}
