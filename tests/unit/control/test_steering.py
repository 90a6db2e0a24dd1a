"""A running card brought to another state: by the law as far as it leads, and by force only when asked."""

from __future__ import annotations

import pytest
from stuntcard.card.card import Card
from stuntcard.control.steering import ForceNeededError, Steered, steer
from stuntcard.policy.described import CodeIs, PartIs
from stuntcard.policy.route import Wanted
from stuntcard.profile.load import load_profile
from stuntcard.profile.model import CodeStatus

from tests.unit.card.cards import BLOCKED, FACTORY, OK, PIN, PUK, QPIN, Client, new_card

SET, NOT_SET, IS_BLOCKED = CodeStatus.SET, CodeStatus.NOT_SET, CodeStatus.BLOCKED


def steered(card: Card, *wanted: Wanted, force: bool = False) -> Steered:
    return steer(card, wanted, force=force)


def test_tries_are_spent_as_by_a_holder_who_errs() -> None:
    client = Client()
    done = steered(client.card, CodeIs("pin", IS_BLOCKED), CodeIs("puk", SET, 2))
    assert [(stage.move.action.code, stage.move.right, stage.times) for stage in done.route.stages if stage.move] == [
        ("pin", False, 3),
        ("puk", False, 3),
    ]
    assert (done.route.forced, done.given, done.changed_too) == ((), {}, ())
    assert client.verify(PIN) == BLOCKED
    assert client.reset_code(PIN, "wrong", "12345678") == "63C1"
    assert client.reset_code(PIN, FACTORY[PUK], "12345678") == OK


def test_codes_keep_their_values_when_they_are_unblocked() -> None:
    client = Client()
    client.change(PIN, FACTORY[PIN], "my own one")
    client.block(PIN)
    done = steered(client.card, CodeIs("pin", SET))
    assert done.route.forced == ()
    assert client.verify(PIN, "my own one") == OK


def test_tries_come_back_by_the_right_code() -> None:
    client = Client()
    client.verify(PUK, "wrong")
    client.verify(PUK, "wrong")
    steered(client.card, CodeIs("puk", SET, 4))
    assert client.query(PUK) == "63C4"


def test_what_nobody_spoke_of_stays_as_it_was() -> None:
    client = Client()
    client.verify(PUK, "wrong")
    client.verify(QPIN, "wrong")
    client.block(PIN)
    done = steered(client.card, CodeIs("pin", SET, 1))
    assert done.changed_too == ()
    codes = client.card.state.codes
    assert [codes[name].tries_left for name in ("pin", "puk", "qpin")] == [1, 4, 2]


def test_nobody_stays_logged_in() -> None:
    client = Client()
    client.verify(PIN)
    steered(client.card, CodeIs("puk", SET, 1))
    assert client.card.state.verified == frozenset()


def test_the_card_dies_by_the_law() -> None:
    client = Client()
    done = steered(client.card, *(CodeIs(code, IS_BLOCKED) for code in ("pin", "puk", "qpin")))
    assert done.route.forced == ()
    assert client.card.state.dead


def test_what_the_law_has_no_way_to_is_refused_and_nothing_changed() -> None:
    client = Client()
    client.verify(PIN, "wrong")
    before = client.card.content
    with pytest.raises(ForceNeededError) as error:
        steered(client.card, CodeIs("pin", SET, 1), CodeIs("puk", NOT_SET))
    assert error.value.forced == (CodeIs("puk", NOT_SET),)
    assert client.card.content == before


def test_force_is_used_for_nothing_else() -> None:
    client = Client()
    done = steered(client.card, CodeIs("pin", SET, 1), CodeIs("puk", NOT_SET), force=True)
    assert done.route.forced == (CodeIs("puk", NOT_SET),)
    codes = client.card.state.codes
    assert (codes["pin"].tries_left, codes["puk"].status, codes["qpin"].tries_left) == (1, NOT_SET, 3)
    assert len(done.route.stages) == 1


def test_a_dead_card_is_brought_back_by_force_and_works() -> None:
    client = Client()
    for code in (PIN, PUK, QPIN):
        client.block(code)
    whole = PartIs("card", lost=False)
    done = steered(client.card, CodeIs("pin", SET, 3), CodeIs("puk", SET, 5), whole, force=True)
    assert done.route.forced == (whole, CodeIs("pin", SET, 3), CodeIs("puk", SET, 5))
    assert client.verify(PIN) == OK
    assert client.reset_code(QPIN, FACTORY[PUK], FACTORY[QPIN]) == OK


def test_once_a_part_is_forced_the_law_does_the_rest() -> None:
    client = Client()
    client.block(PIN)
    client.block(QPIN)
    client.block(PUK)
    done = steered(client.card, PartIs("card", lost=False), CodeIs("puk", SET), CodeIs("pin", SET), force=True)
    assert done.route.forced == (PartIs("card", lost=False), CodeIs("puk", SET)), "PUK unblocks PIN"
    assert client.verify(PIN) == OK


def test_codes_without_a_value_get_one_that_they_take() -> None:
    card = new_card(load_profile("eobcanka"))
    done = steered(card, CodeIs("pin", SET))
    assert done.route.forced == ()
    assert set(done.given) == {"dok", "iok", "pin", "puk"}, (
        "the office sets DOK and IOK, IOK sets PUK, and PUK sets PIN"
    )
    for code, value in done.given.items():
        assert card.profile.codes[code].accepts(value.encode())
        assert card.content.values[code] == value.encode()
    assert {trait.code for trait in done.changed_too} == {"dok", "iok", "puk"}


def test_nothing_to_do() -> None:
    card = new_card()
    done = steered(card, CodeIs("pin", SET, 3), PartIs("card", lost=False))
    assert (done.route.stages, done.route.forced) == ((), ())


@pytest.mark.parametrize("profile", ["proid-q", "tokenme", "eobcanka", "zzzs-pk"])
def test_every_status_of_every_code_can_be_had_and_only_not_set_takes_force(profile: str) -> None:
    for code in load_profile(profile).codes:
        for status in CodeStatus:
            card = new_card(load_profile(profile))
            done = steered(card, CodeIs(code, status), force=True)
            assert card.state.codes[code].status is status
            assert done.route.forced in ((), (CodeIs(code, NOT_SET),))
