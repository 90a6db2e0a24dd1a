from __future__ import annotations

import logging

import pytest
from stuntcard.applets.registry import APPLETS
from stuntcard.card.card import Card
from stuntcard.card.content import factory_content
from stuntcard.control.actors import perform
from stuntcard.control.errors import ActRefusedError
from stuntcard.control.requests import ActRequest
from stuntcard.profile.load import load_profile

from tests.unit.card.cards import (
    ISOAPPLET,
    OK,
    PIN,
    PRKDF,
    QPIN,
    Client,
    directory,
    key_entry,
    logged_in,
    new_card,
    proid_q,
    unchanged,
)
from tests.unit.store.cards import Recorder

FAILED = "6581"


def client_with(keeper: Recorder) -> Client:
    profile = proid_q()
    return Client(Card(profile, APPLETS, factory_content(profile), keeper))


def test_new_content_is_kept_before_the_answer_and_follows_what_was_kept_before() -> None:
    keeper = Recorder()
    client = client_with(keeper)
    assert client.verify(PIN, "wrong value") == "63C2"
    assert keeper.kept[-1][1] is client.card.content
    assert all(new is old for (_, new), (old, _) in zip(keeper.kept, keeper.kept[1:], strict=False))


def test_what_can_not_be_kept_is_answered_with_memory_failure_and_did_not_happen(
    caplog: pytest.LogCaptureFixture,
) -> None:
    keeper = Recorder()
    client = client_with(keeper)
    keeper.fails = True

    with caplog.at_level(logging.ERROR), unchanged(client):
        assert client.verify(PIN, "wrong value") == FAILED
        assert client.change(PIN, "12345678", "24681357") == FAILED
        assert client.reset_code(PIN, "87654321", "24681357") == FAILED
    full = "the disk is full; make room and try again"
    assert caplog.messages == [f"a change could not be stored, and the client gets 6581: {full}"] * 3
    assert "Traceback" not in caplog.text

    keeper.fails = False
    assert client.verify(PIN, "wrong value") == "63C2"


def test_where_nothing_can_be_kept_a_right_code_is_not_told_from_a_wrong_one() -> None:
    keeper = Recorder()
    client = client_with(keeper)
    keeper.fails = True
    with unchanged(client):
        for value in ("wrong value", "12345678", "wrong value", "12345678"):
            assert client.verify(PIN, value) == FAILED
            assert client.change(PIN, value, value) == FAILED
            assert client.reset_code(PIN, value, "24681357") == FAILED
    keeper.fails = False
    assert client.query(PIN) == "63C3"
    assert client.verify(PIN, "12345678") == OK


def test_files_and_keys_that_can_not_be_kept_are_not_there() -> None:
    keeper = Recorder()
    client = client_with(keeper)
    client.verify(PIN)
    client.select("3F0050155033")
    keeper.fails = True

    with unchanged(client):
        assert client.send("00D600000101") == FAILED
        client.environment(0x00, 0xEC, 1)
        assert client.make_key(1) == FAILED


def test_a_reset_ends_the_session_even_when_what_it_judges_can_not_be_kept() -> None:
    keeper = Recorder()
    client = client_with(keeper)
    client.verify(PIN)
    assert client.make_key(1) == OK
    client.verify(PIN)
    client.list_keys(key_entry(1, b"\x01"))
    keeper.fails = True
    client.card.reset()
    keeper.fails = False
    client.send(ISOAPPLET)
    assert client.query(PIN) == "63C3"
    # It was judged at the next occasion: the key is listed now.
    assert [item.listed for item in client.items] == [True]


def test_a_card_that_lost_power_while_its_directory_was_written_is_judged_at_the_next_start() -> None:
    client = logged_in(PIN, QPIN)
    assert client.make_key(1) == OK
    client.verify(PIN)
    client.write(PRKDF, directory([key_entry(1, b"\x01")]))
    restarted = new_card(content=client.card.content)
    assert not restarted.state.items[0].listed
    restarted.power_on()
    assert restarted.state.items[0].listed


def test_an_act_that_can_not_be_kept_is_told_to_who_asked_for_it() -> None:
    profile, keeper = load_profile("eobcanka"), Recorder()
    card = Card(profile, APPLETS, factory_content(profile), keeper)
    keeper.fails = True
    request = ActRequest("office", "set-identification", {"dok": "1111", "iok": "2222"})
    with pytest.raises(ActRefusedError, match="could not do it: the disk is full; make room and try again"):
        perform(card, request)


def test_what_the_power_went_at_did_not_happen_and_the_session_is_over() -> None:
    keeper = Recorder()
    client = client_with(keeper)
    assert client.verify(PIN, "12345678") == OK
    kept, commands = list(keeper.kept), client.card.commands
    client.card.lose_power()
    assert (keeper.kept, client.card.commands) == (kept, commands + 1)
    assert client.send("00A4040C0CF276A288BCFBA69D34F31001") == OK
    assert client.send("00200001") == "63C3"
    assert client.verify(PIN, "wrong value") == "63C2"
