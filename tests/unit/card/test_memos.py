from __future__ import annotations

from stuntcard.card.memos import Memo, Memos

LASTING = Memo("nothing", outlives_reset=True)
FLEETING: Memo[tuple[int, ...]] = Memo(())


def test_a_memo_is_what_it_was_at_first_until_something_is_noted() -> None:
    memos = Memos()
    assert (memos.read(LASTING), memos.read(FLEETING)) == ("nothing", ())
    memos.note(LASTING, "something")
    memos.note(FLEETING, (1, 2))
    assert (memos.read(LASTING), memos.read(FLEETING)) == ("something", (1, 2))


def test_a_reset_is_outlived_by_what_is_meant_to() -> None:
    memos = Memos()
    memos.note(LASTING, "something")
    memos.note(FLEETING, (1, 2))
    memos.reset()
    assert (memos.read(LASTING), memos.read(FLEETING)) == ("something", ())


def test_two_memos_alike_are_two() -> None:
    memos = Memos()
    memos.note(Memo("nothing", outlives_reset=True), "something")
    assert memos.read(LASTING) == "nothing"
    assert Memos().read(LASTING) == "nothing"
