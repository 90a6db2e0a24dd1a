"""Moves that a search for a way out may take, beside the law's own."""

from __future__ import annotations

from stuntcard.policy.described import KeysAre, state_described
from stuntcard.policy.events import DirectoriesRead, RemoveFile, SessionEnd, Verify
from stuntcard.policy.moves import HOLDER, Action, Move, perform
from stuntcard.policy.search import deletion
from stuntcard.profile.load import load_profile
from stuntcard.profile.model import ActionKind

PIN = Verify("pin", correct=True)


def test_a_key_is_deleted_with_its_certificate_and_its_files() -> None:
    profile = load_profile("tokenme")
    card = state_described(profile, (KeysAre("general", 2),))
    move = deletion(profile, card, card.items[0], "pin")
    assert profile.memory is not None
    file_gone = RemoveFile(profile.memory.block)
    both, second = frozenset({1, 2}), frozenset({2})
    events = (PIN, DirectoriesRead(both, None), file_gone, file_gone, DirectoriesRead(second, second), SessionEnd())
    assert move == Move(HOLDER, Action(ActionKind.DELETE_KEY, area="general", number=1), True, events)
    after, _ = perform(profile, card, move)
    assert [item.number for item in after.items] == [2]
    assert card.files_size - after.files_size == 2 * profile.memory.block


def test_where_memory_has_no_bound_no_file_has_to_go() -> None:
    profile = load_profile("proid-q")
    card = state_described(profile, (KeysAre("cc", 0, 1),))
    move = deletion(profile, card, card.items[0], "pin")
    one = frozenset({1})
    events = (PIN, DirectoriesRead(one, None), DirectoriesRead(frozenset(), frozenset()), SessionEnd())
    assert move.events == events
