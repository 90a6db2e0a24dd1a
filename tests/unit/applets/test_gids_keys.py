"""Files of GIDS's keys: made, selected, and gone."""

from __future__ import annotations

from stuntcard.applets.gids_formats import ContainerRecord
from stuntcard.applets.registry import APPLETS, seen_through
from stuntcard.card.card import Card
from stuntcard.iso7816 import tlv
from stuntcard.iso7816.transport import Protocol

from tests.unit.applets.gids_words import SELECT, bringing, commands, creating
from tests.unit.applets.test_gids import CONTAINER_MAP, PROID_Q, GidsClient
from tests.unit.applets.test_gids_containers import with_keys_from_elsewhere

SELECT_FIRST, DELETE = commands("00A4 000C", bytes.fromhex("B081")), commands("00E4 0000")
GENERATE = commands("0047 0000", bytes.fromhex("AC06 800107 830181"))


def test_a_file_is_selected_and_deleted_before_its_key_is_made_too() -> None:
    client = GidsClient()
    assert client.send(creating(0x81)) == "9000"
    assert bytes.fromhex("3F005015B081") in client.card.files.files
    for le in (b"", b"\0"):
        assert client.card.transmit(SELECT_FIRST[0] + le) == b"\x90\x00", "no answer was wanted"
    assert client.send(DELETE) == "9000"
    assert client.send(SELECT_FIRST) == "6A82"
    assert client.send(bringing(0x81)) == "6A88"


def test_the_file_that_was_made_last_is_selected() -> None:
    client = GidsClient()
    for make in (creating(0x81)[:1], creating(0x82)):
        assert client.send(make) == "9000"
        assert client.send(DELETE) == "9000"
        assert client.send(DELETE) == "6985"
    assert client.send(SELECT_FIRST) == "6A82"


def test_a_selected_file_that_is_another_containers_by_now_is_not_deleted() -> None:
    client = GidsClient(with_keys_from_elsewhere(None, {0: "letters"}))
    assert client.send(creating(0x81)[:1]) == "6A89", "the first place is taken"
    assert client.send(SELECT_FIRST) == "9000"
    moved = ContainerRecord("reserved"), ContainerRecord("letters", 3, 0, 2048)
    client.write(CONTAINER_MAP, b"".join(record.encode() for record in moved))
    assert client.names() == ["reserved", "letters"]
    assert client.send(DELETE) == "6A82"
    assert client.names() == ["reserved", "letters"]


def test_a_file_that_says_that_it_is_none_of_a_key_is_not_made() -> None:
    client = GidsClient()
    create, _ = creating(0x81)
    assert client.send([create.replace(bytes.fromhex("820118"), bytes.fromhex("820108"))]) == "6A80"
    assert client.send(commands("00E00000", tlv.encode(0x62, bytes.fromhex("820118 8302B081")))) == "6A80"
    others = b"\x64" + create[6:], create[5:] + b"\x80\0"
    assert [client.send(commands("00E00000", fields)) for fields in others] == ["6A80", "6A80"]


def test_by_t_0_nothing_waits_where_no_public_key_was_asked_for() -> None:
    client = GidsClient()
    client.card = Card(seen_through(PROID_Q, "gids:general").model_copy(update={"atr": PROID_Q.atr}), APPLETS)
    assert client.card.transport_protocol is Protocol.T0
    assert client.send([SELECT]) == "9000"
    assert client.send(commands("0020 0080", b"12345678")) == "9000"
    assert client.send(creating(0x81)) == "9000"
    assert client.answer(GENERATE) == b"\x90\x00"
