"""PIV's objects: who may read them by other ways, and what the card tells by itself."""

from __future__ import annotations

from dataclasses import replace

import pytest
from stuntcard.card.files import Condition, FileSystem, Operation, access
from stuntcard.iso7816 import tlv

from tests.unit.applets.piv_client import get, put
from tests.unit.applets.test_piv import CERTIFICATE, PIN, piv, unlocked
from tests.unit.card.cards import OK, Client, new_card

PRINTED, SECURITY, KEY_HISTORY, FIRST_RETIRED, CHUID = "5FC109", "5FC106", "5FC10C", "5FC10D", "5FC102"


@pytest.mark.parametrize(
    ("tag", "read", "answer"), [(PRINTED, Condition.USER, "6982"), (SECURITY, Condition.ALWAYS, OK)]
)
def test_what_is_behind_pin_is_behind_it_for_all_command_sets(tag: str, read: Condition, answer: str) -> None:
    client = unlocked()
    assert put(client, tag, b"about the holder") == OK
    path = "3F005015" + tag[2:]
    assert client.card.files.at(bytes.fromhex(path)).condition(Operation.READ) == read
    other = Client(new_card(content=client.card.content))
    assert other.select(path) == OK
    assert other.fetch("00B0000010")[1] == answer


def test_a_file_that_another_client_closed_is_not_told() -> None:
    before = unlocked()
    assert put(before, SECURITY, b"hashes") == OK
    path, files = bytes.fromhex("3F005015C106"), before.card.files
    closed = FileSystem({**files.files, path: replace(files.at(path), access=access(otherwise=Condition.NEVER))})
    client = piv(before=new_card(before.card.profile, replace(before.card.content, files=closed)))
    assert client.send(f"0020008008{PIN}") == OK
    assert get(client, SECURITY) == (b"", "6982")


def test_the_first_of_the_retired_slots_counts_too() -> None:
    client = unlocked()
    assert get(client, KEY_HISTORY) == (bytes.fromhex("5308 C10100 C20100 FE00"), OK)
    assert put(client, FIRST_RETIRED, tlv.encode(0x70, CERTIFICATE)) == OK
    assert get(client, KEY_HISTORY) == (bytes.fromhex("5308 C10101 C20100 FE00"), OK)


@pytest.mark.parametrize(
    ("area", "number"), [("general", "ffdf6e428a6d80febd3a058e6de21991"), ("cc", "52098a37ff128f95a2ef44423c9db999")]
)
def test_the_number_that_tells_cards_apart_is_a_uuid_of_version_8(area: str, number: str) -> None:
    told, _ = get(piv(applet=f"piv:{area}"), CHUID)
    assert (tlv.find(tlv.parse_one(told)[0].children(), 0x34) or b"").hex() == number
