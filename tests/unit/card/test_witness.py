"""Who watches a card is told what the law was asked and said, in order, once it is kept."""

from __future__ import annotations

from stuntcard.applets.registry import APPLETS
from stuntcard.card.card import Card
from stuntcard.card.content import Content
from stuntcard.card.keeper import KeepError
from stuntcard.policy.events import Event, SessionEnd, Verdict, Verify

from tests.unit.card.cards import PIN, Client, proid_q

Told = tuple[Event | None, Verdict | None, int]


class Notes:
    """A witness that notes what it was told, with the tries that PIN had then."""

    def __init__(self) -> None:
        self.told: list[Told] = []

    def saw(self, event: Event | None, verdict: Verdict | None, content: Content) -> None:
        self.told.append((event, verdict, content.state.codes["pin"].tries_left))


class Full:
    """A keeper without room."""

    def keep(self, old: Content, new: Content, *, tried: bool = False) -> None:  # noqa: ARG002 - the protocol
        raise KeepError("no room")


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


def test_nobody_is_told_what_could_not_be_kept() -> None:
    client, notes = Client(Card(proid_q(), APPLETS)), Notes()
    client.card.watched_by(notes)
    client.card._keeper = Full()
    assert client.verify_wrong(PIN) == "6581"
    assert notes.told == []
