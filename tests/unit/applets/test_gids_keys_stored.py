"""A key of GIDS comes to the card: where the law refuses it, in which form it may come, and how it is listed then."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from stuntcard.applets.gids_formats import ContainerRecord
from stuntcard.applets.registry import APPLETS, seen_through
from stuntcard.card.card import Card
from stuntcard.card.keys import generate_rsa
from stuntcard.card.pkcs15 import read_entries
from stuntcard.iso7816 import der, tlv
from stuntcard.policy.events import Verdict
from stuntcard.profile.load import load_profile
from stuntcard.profile.model import Memory

from tests.unit.applets.gids_words import SELECT, THEIR_KEY, bringing, commands, creating
from tests.unit.applets.test_gids import CONTAINER_MAP, GidsClient
from tests.unit.applets.test_gids_containers import with_keys_from_elsewhere
from tests.unit.card.cards import PRKDF

GENERATE = commands("0047 0000", bytes.fromhex("AC06 800107 830181"))


def listed(client: GidsClient) -> list[tuple[bytes, bytes, bytes, bytes, bytes]]:
    """Of each entry: label, identifier, usage, access, reference."""
    found = []
    for entry in read_entries(client.card.files.at(bytes.fromhex(PRKDF)).content) or ():
        common, key = (part.children() for part in entry.children()[:2])
        identifier, usage, access, reference = key
        label = tlv.find(common, der.UTF8_STRING) or b""
        found.append((label, identifier.value, usage.value, access.value, reference.value))
    return found


@pytest.mark.parametrize(
    ("record", "usage"),
    [(ContainerRecord("key", 3, 0, 2048), "0560"), (ContainerRecord("key", 3, 2048, 0), "0520")],
    ids=["signs and deciphers", "signs only"],
)
def test_a_key_is_listed_by_its_containers_name_and_for_what_the_container_is(
    record: ContainerRecord, usage: str
) -> None:
    client = GidsClient()
    client.write(CONTAINER_MAP, record.encode())
    client.send(creating(0x81))
    assert client.send(bringing(0x81)) == "9000"
    fields = bytes.fromhex("B081"), bytes.fromhex(usage), bytes.fromhex("0490"), bytes.fromhex("0081")
    assert listed(client) == [(b"key", *fields)]


def test_a_key_comes_to_the_area_whose_codes_were_given_and_to_no_other() -> None:
    client = GidsClient(area="cc", pin=False)
    client.card.verify("pin", b"12345678")
    client.send(creating(0x81))
    assert [client.send(GENERATE), client.send(bringing(0x81))] == ["6982", "6982"]
    assert not client.card.content.keys
    assert client.card.verify("qpin", b"12345678") is Verdict.DONE
    assert client.send(GENERATE) == "9000"
    assert [item.area for item in client.card.state.items] == ["cc"]


def test_the_file_of_a_key_from_elsewhere_is_none_that_was_made_for_a_key() -> None:
    client = GidsClient(with_keys_from_elsewhere(None, {1: "letters"}))
    assert client.send(commands("0047 0000", bytes.fromhex("AC06 800107 830101"))) == "6A88"
    assert client.send(bringing(0x01)) == "6A88"
    assert client.send(commands("00E4 0000")) == "6985", "and none is selected"


def test_a_key_for_which_the_card_has_no_room_is_refused_and_its_file_waits() -> None:
    memory = Memory(bytes=700, block=250, assumed="A key of 1024 bits fits, and no larger one.")
    profile = seen_through(load_profile("tokenme"), "gids").model_copy(update={"memory": memory})
    client = GidsClient()
    client.card = Card(profile, APPLETS)
    client.send([SELECT])
    assert client.send(commands("0020 0080", b"12345678")) == "9000"
    client.send(creating(0x81))
    assert [client.send(GENERATE), client.send(bringing(0x81))] == ["6A84", "6A84"]
    assert listed(client) == []
    client.send(creating(0x82, 0x06))
    assert client.send(bringing(0x82, generate_rsa(1024))) == "9000"


# RSAPrivateKey (RFC 8017, A.1.2)


def numbers(*, version: int = 0, without: int = 0) -> list[int]:
    """The version, and what makes their key; without the last so many."""
    parts = THEIR_KEY.private_numbers()
    public = parts.public_numbers
    all_of_them = [version, public.n, public.e, parts.d, parts.p, parts.q, parts.dmp1, parts.dmq1, parts.iqmp]
    return all_of_them[: len(all_of_them) - without]


def private(fields: Iterable[int], *, tag: int = der.SEQUENCE, behind: bytes = b"") -> bytes:
    return tlv.encode(tag, b"".join(der.integer(number) for number in fields)) + behind


def brought(client: GidsClient, key: bytes, *, tag: int = 0x87) -> str:
    value = bytes.fromhex("840181") + tlv.encode(0xA5, tlv.encode(tag, key))
    return client.send(commands("00DB3FFF", tlv.encode(0x70, value)))


def test_what_is_no_private_key_in_its_one_form_is_refused() -> None:
    client = GidsClient()
    client.send(creating(0x81))
    forms = {
        "version 1": private(numbers(version=1)),
        "a number short": private(numbers(without=1)),
        "a number more": private([*numbers(), 7]),
        "no number": private([]),
        "a set": private(numbers(), tag=0x31),
        "something behind": private(numbers(), behind=b"\x05\x00"),
    }
    assert {name: brought(client, key) for name, key in forms.items()} == dict.fromkeys(forms, "6A80")
    assert brought(client, private(numbers()), tag=0x88) == "6A80"
    modulus, *others = numbers()[1:]
    assert brought(client, private([0, modulus + 2, *others])) == "6A80", "the parts do not agree"
    assert client.card.state.items == ()
    assert brought(client, private(numbers())) == "9000"
