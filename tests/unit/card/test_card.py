from __future__ import annotations

import logging
import threading
from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from stuntcard.applets.registry import APPLETS
from stuntcard.card.card import Card
from stuntcard.card.keys import Key, KeyRefusedError, generate_ec
from stuntcard.iso7816.apdu import Command, Response
from stuntcard.iso7816.transport import Protocol
from stuntcard.policy.events import Verdict
from stuntcard.policy.state import Origin
from stuntcard.profile.load import load_profile

from tests.unit.card.cards import (
    ISOAPPLET,
    MANAGE,
    PIN,
    PUK,
    QPIN,
    Client,
    logged_in,
    new_card,
    proid_q,
)

ATR = bytes.fromhex("3B7E9400008025A00000002856801012000114")
KEY = generate_ec(ec.SECP256R1())
SIZE = 96


def dead_card(dead_answer: str = "6F00") -> Card:
    client = Client(new_card(proid_q(dead_answer=dead_answer)))
    client.verify(PIN)
    client.make_key(1)
    for reference in (PIN, QPIN, PUK):
        client.block(reference)
    return client.card


# Power


def test_the_vendors_atr_on_every_reset() -> None:
    card = new_card()
    assert card.atr == ATR
    assert card.power_on() == ATR
    assert card.reset() == ATR


@pytest.mark.parametrize(("name", "protocol"), [("proid-q", 0), ("tokenme", 1), ("eobcanka", 0), ("zzzs-pk", 0)])
def test_the_protocol_of_each_card(name: str, protocol: int) -> None:
    assert new_card(load_profile(name)).transport_protocol is Protocol(protocol)


def test_a_reset_forgets_file_environment_and_what_was_not_fetched() -> None:
    client = logged_in(PIN)
    client.select("3F005015")
    client.environment(0x00, 0xEC, 1)
    assert client.send("00CA0101") == "6103"
    client.card.reset()
    assert client.send("00C0000003") == "6985"
    assert client.send("0046000000") == "6985"
    assert client.card.current_file.path == bytes.fromhex("3F00")


# Applets


# Faults of ours


@pytest.mark.parametrize("head", ["00A4000C", "80A4040C", "00B0040C"], ids=["P1", "CLA", "INS"])
def test_an_applications_name_selects_it_in_select_by_name_alone(head: str) -> None:
    client = Client()
    client.send(MANAGE)
    assert client.send(f"{head}{ISOAPPLET[8:]}") in ("6D00", "6E00")
    assert client.query(PIN) == "6D00", "still the same application"


class Broken:
    """An applet with a bug."""

    name = b"broken"

    def select(self, card: Card, command: Command) -> Response:
        raise ZeroDivisionError(card, command)

    def handle(self, card: Card, command: Command) -> Response:
        raise ZeroDivisionError(card, command)

    def codes_concerned(self, card: Card, command: Command) -> frozenset[str]:
        raise ZeroDivisionError(card, command)


def test_a_bug_looks_like_a_fault_of_the_card_and_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    card = Card(proid_q(), {**APPLETS, "isoapplet": (Broken(),)})
    with caplog.at_level(logging.ERROR, "stuntcard.card.card"):
        assert card.transmit(bytes.fromhex("00B0000000")) == bytes.fromhex("6F00")
    assert caplog.messages == ["a command could not be answered; the client gets 6F00"]
    assert card.transmit(bytes.fromhex(MANAGE))[-2:-1] == b"\x61"


# The protocol

BOTH = "3B80800101"
SELECTIONS = {
    "isoapplet": ("isoapplet", "00A40000023F00", ISOAPPLET),
    "myeid": ("myeid", "00A40000023F00", "00A404000BA000000063504B43532D3135"),
    "manage": ("isoapplet", MANAGE, MANAGE),
}


def card_of_both(applet: str, atr: str = BOTH) -> Client:
    profile = load_profile("proid-q")
    applets = tuple(dict.fromkeys((applet, *profile.applets)))
    given = profile.atr.model_copy(update={"value": atr})
    return Client(new_card(profile.model_copy(update={"atr": given, "applets": applets})))


@pytest.mark.parametrize("case", SELECTIONS)
def test_a_card_of_both_protocols_speaks_the_one_chosen(case: str) -> None:
    applet, command, first = SELECTIONS[case]
    client = card_of_both(applet)
    client.card.power_on()
    client.send(first + "00")
    assert client.send(command)[:2] == "61"
    client.card.choose_protocol(1)
    client.send(first + "00")
    assert client.send(command) == "9000"  # without Le, no data is expected (ISO 7816-3, 12.1.2)
    client.card.choose_protocol(0)
    client.send(first + "00")
    assert client.send(command)[:2] == "61"


@pytest.mark.parametrize("restart", [Card.reset, Card.power_on, Card.power_off])
def test_a_reset_ends_what_was_chosen(restart: Callable[[Card], object]) -> None:
    client = card_of_both("isoapplet")
    client.card.choose_protocol(1)
    restart(client.card)
    assert client.card.transport_protocol is Protocol.T0
    assert client.send("00A40000023F00")[:2] == "61"


@pytest.mark.parametrize(
    ("atr", "spoken"),
    [
        ("3B00", Protocol.T0),
        ("3B800181", Protocol.T1),
        ("3B8090000111", Protocol.T0),  # specific mode: TA2 leaves no choice
        ("3B8090010110", Protocol.T1),
    ],
)
def test_what_the_atr_does_not_offer_is_not_spoken(atr: str, spoken: Protocol) -> None:
    client = card_of_both("isoapplet", atr)
    for number in (0, 1, 14):
        client.card.choose_protocol(number)
        assert client.card.transport_protocol is spoken


# Several threads


def test_tries_are_counted_right_when_several_ask_at_once() -> None:
    card = new_card()
    wrong = bytes.fromhex("00200002") + b"\x10" + b"wrong puk".ljust(16, b"\xff")
    start = threading.Barrier(4)
    answers: list[bytes] = []

    def guess() -> None:
        start.wait()
        answers.append(card.transmit(wrong))

    threads = [threading.Thread(target=guess) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answer.hex().upper() for answer in answers) == ["63C1", "63C2", "63C3", "63C4"]
    assert card.commands == 4


# Keys


def test_a_key_is_made_only_when_the_law_lets_it_in() -> None:
    client = Client()
    made: list[Key] = []

    def supply() -> Key:
        made.append(KEY)
        return KEY

    assert client.card.store_key(1, Origin.MADE, SIZE, supply) is Verdict.NOT_AUTHORISED
    assert made == []
    client.verify(PIN)
    assert client.card.store_key(1, Origin.MADE, SIZE, supply) is Verdict.DONE
    assert made == [KEY]


def test_a_key_that_could_not_be_made_takes_no_place_and_uses_no_qpin_up() -> None:
    client = logged_in(PIN, QPIN)
    before = client.card.content

    def supply() -> Key:
        raise KeyRefusedError("no luck")

    with pytest.raises(KeyRefusedError):
        client.card.store_key(1, Origin.MADE, SIZE, supply)
    assert client.card.content == before


def test_an_operation_that_fails_uses_nothing_up() -> None:
    client = logged_in(PIN, QPIN)
    client.make_key(1)
    client.verify(QPIN)

    def operation(_: Key) -> bytes:
        raise KeyRefusedError("no luck")

    with pytest.raises(KeyRefusedError):
        client.card.use_key(1, operation)
    assert client.card.use_key(1, lambda _: b"done") == (Verdict.DONE, b"done")
    assert client.card.use_key(1, lambda _: b"done") == (Verdict.NOT_AUTHORISED, b"")


# Death


@pytest.mark.fact("PQ-06")
def test_a_dead_card_shows_its_atr_and_answers_every_command_alike() -> None:
    card = dead_card()
    assert card.state.dead
    for _ in range(2):
        for raw in (
            *(ISOAPPLET, MANAGE, "00200001", "00CA00E100", "00C0000000", "", "00", "FFFFFFFF", "0CA4040C"),
            *("00B0000000", "0084000008", "00200001083132333435363738"),
            "002C000120" + b"87654321".ljust(16, b"\xff").hex() + b"new value".ljust(16, b"\xff").hex(),
        ):
            assert card.transmit(bytes.fromhex(raw)).hex().upper() == "6F00"
        assert card.reset() == ATR
        assert card.power_on() == ATR


def test_a_dead_card_answers_what_its_profile_names() -> None:
    assert dead_card("6A81").transmit(bytes.fromhex(ISOAPPLET)).hex().upper() == "6A81"


def test_a_dead_card_may_be_mute() -> None:
    card = dead_card("mute")
    assert card.transmit(bytes.fromhex(ISOAPPLET)) == b""
    assert card.power_on() == ATR
    assert card.transmit(b"") == b""
