"""Who watches a card is told what the law was asked and said, in order, once it is kept."""

from __future__ import annotations

from stuntcard.applets.registry import APPLETS
from stuntcard.card.card import Card
from stuntcard.card.content import Content
from stuntcard.card.keys import ec_size
from stuntcard.policy.events import Event, SessionEnd, StoreKey, UseKey, Verdict, Verify
from stuntcard.policy.state import Origin
from stuntcard.profile.load import load_profile

from tests.unit.card.cards import OK, PIN, Client, logged_in, proid_q
from tests.unit.store.cards import Recorder

Told = tuple[Event | None, Verdict | None, int]


class Notes:
    """A witness that notes what it was told, with the tries that PIN had then."""

    def __init__(self) -> None:
        self.told: list[Told] = []

    def saw(self, event: Event | None, verdict: Verdict | None, content: Content) -> None:
        self.told.append((event, verdict, content.state.codes["pin"].tries_left))


class Tries:
    """A keeper that notes what it was given."""

    def __init__(self) -> None:
        self.old: list[Content] = []
        self.new: list[Content] = []
        self.tried: list[bool] = []

    def keep(self, old: Content, new: Content, *, tried: bool = False) -> None:
        self.old.append(old)
        self.new.append(new)
        self.tried.append(tried)


def test_each_witness_is_told_all_from_when_it_came() -> None:
    client = Client()
    first, second = Notes(), Notes()
    client.card.watched_by(first)
    client.verify_wrong(PIN)
    client.card.watched_by(second)
    client.verify(PIN)
    client.card.reset()
    later: list[Told] = [(Verify("pin", correct=True), Verdict.DONE, 3), (SessionEnd(), Verdict.DONE, 3)]
    assert first.told == [(Verify("pin", correct=False), Verdict.WRONG_CODE, 2), *later]
    assert second.told == later


def test_of_a_key_they_are_told_that_it_was_made_and_used() -> None:
    client, notes = logged_in(PIN), Notes()
    assert client.make_key(1) == OK
    assert client.make_key(2) == OK
    client.card.watched_by(notes)
    size = StoreKey(Origin.MADE, ec_size(256))
    assert client.make_key(3) == OK
    assert client.sign(1)[1] == OK
    assert notes.told == [(size, Verdict.DONE, 3), (UseKey(1), Verdict.DONE, 3)]


def test_a_keeper_is_told_where_a_codes_value_was_compared_and_what_came_of_it() -> None:
    """There something has to be kept in any case, or a right value could be told from a wrong one for nothing."""
    keeper = Tries()
    card = Card(load_profile("eobcanka"), APPLETS, keeper=keeper)
    verdicts = [
        card.act("office", "set-bok", {"bok": b"123456"}),
        card.act("register", "check-bok", {"bok": b"999999"}),
        card.act("register", "check-bok", {"bok": b"123456"}),
        card.act("office", "set-identification", {"dok": b"1111", "iok": b"2222"}),
        card.verify("dok", b"1111"),
        card.change("dok", b"1111", b"3333"),
        card.reset_code("iok", "dok", b"3333", b"4444"),
    ]
    wrong = verdicts.index(Verdict.WRONG_CODE)
    assert (wrong, {*verdicts[:wrong], *verdicts[wrong + 1 :]}) == (1, {Verdict.DONE})
    card.log_out("dok")
    card.verify("iok", b"4444")
    assert card.use_key(0x10, lambda _: b"done") == (Verdict.DONE, b"done")
    assert card.content.renewals == {"bok": 1, "dok": 2, "iok": 2}, "to compare a value is not to give one"
    assert keeper.tried == [False, True, True, False, True, True, True, False, True, False]
    assert [old is then for old, then in zip(keeper.old[1:], keeper.new, strict=False)] == [True] * 9
    assert keeper.new[-1] is card.content


def test_nobody_is_told_what_could_not_be_kept() -> None:
    client, notes = Client(Card(proid_q(), APPLETS)), Notes()
    client.card.watched_by(notes)
    client.card._keeper = keeper = Recorder()
    keeper.fails = True
    assert client.verify_wrong(PIN) == "6581"
    assert notes.told == []
