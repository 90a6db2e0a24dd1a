"""Which containers GIDS shows, and where: keys of its own, keys from elsewhere, and what a client wrote of either."""

from __future__ import annotations

from stuntcard.applets.gids_formats import NO_CONTAINER, ContainerRecord, read_containers
from stuntcard.card import pkcs15
from stuntcard.card.content import Content
from stuntcard.policy.events import Verdict

from tests.unit.applets.gids_words import THEIR_KEY, bringing, creating
from tests.unit.applets.test_gids import CONTAINER_MAP, PROID_Q, GidsClient
from tests.unit.card.cards import PRKDF, Client, key_entry, new_card

MINE = ContainerRecord("mine", 3, 0, 2048)


def with_keys_from_elsewhere(content: Content | None, labels: dict[int, str]) -> Content:
    """With keys brought in through the IsoApplet; those with a label are listed."""
    client = Client(new_card(PROID_Q, content))
    client.verify("pin")
    for reference in labels:
        assert client.import_key(reference, THEIR_KEY) == "9000"
    there = tuple(entry.encode() for entry in pkcs15.read_entries(client.read(PRKDF)) or ())
    client.list_keys(
        *there,
        *(
            key_entry(number, bytes([0x10 + number]), label=label, kind=0x30)
            for number, label in labels.items()
            if label
        ),
    )
    return client.card.content


def shown(client: GidsClient) -> tuple[ContainerRecord, ...]:
    return read_containers(client.read(CONTAINER_MAP) or b"")


def test_keys_from_elsewhere_come_into_the_first_free_places_and_then_behind_all() -> None:
    client = GidsClient()
    client.write(CONTAINER_MAP, NO_CONTAINER.encode() * 2 + MINE.encode())
    assert client.send(creating(0x83)) == "9000"
    assert client.send(bringing(0x83)) == "9000"
    assert client.names() == ["", "", "mine"]
    labels = {0: "letters", 1: "", 2: "more"}
    client = GidsClient(with_keys_from_elsewhere(client.card.content, labels))
    assert client.names() == ["letters", "01", "mine", "more"], "what has no label goes by its reference"


def test_there_are_64_places_and_no_more() -> None:
    content = with_keys_from_elsewhere(None, {0: "letters"})
    client = GidsClient(content)
    reserved = [f"reserved {number}" for number in range(64)]
    assert client.write(CONTAINER_MAP, b"".join(ContainerRecord(name).encode() for name in reserved[:63])) == "9000"
    assert client.names() == [*reserved[:63], "letters"]
    assert client.write(CONTAINER_MAP, b"".join(ContainerRecord(name).encode() for name in reserved)) == "9000"
    assert client.names() == reserved


def test_a_client_says_which_key_is_the_first_choice_also_of_those_from_elsewhere() -> None:
    client = GidsClient(with_keys_from_elsewhere(None, {0: "letters", 1: "more"}))
    assert shown(client) == (ContainerRecord("letters", 3, 0, 2048), ContainerRecord("more", 1, 0, 2048))
    other_way_round = ContainerRecord("more", 2, 0, 2048), ContainerRecord("letters", 0, 0, 2048)
    client.write(CONTAINER_MAP, b"".join(record.encode() for record in other_way_round))
    assert shown(client) == (ContainerRecord("more", 3, 0, 2048), ContainerRecord("letters", 1, 0, 2048))


def test_a_key_of_the_other_area_is_not_shown_where_a_client_wrote_a_record_for_its_reference() -> None:
    qualified = GidsClient(area="cc", pin=False)
    for code in ("pin", "qpin"):
        assert qualified.card.verify(code, b"12345678") is Verdict.DONE
    assert qualified.send(creating(0x81)) == "9000"
    assert qualified.send(bringing(0x81)) == "9000"
    client = GidsClient(qualified.card.content)
    assert client.write(CONTAINER_MAP, MINE.encode()) == "9000"
    assert shown(client) == (NO_CONTAINER,)
    assert client.write(CONTAINER_MAP, ContainerRecord("mine").encode()) == "9000"
    assert shown(client) == (ContainerRecord("mine"),)


def test_a_key_of_which_the_map_says_nothing_is_named_after_its_file() -> None:
    client = GidsClient()
    assert client.send(creating(0x8A)) == "9000"
    assert client.send(bringing(0x8A)) == "9000"
    assert shown(client) == (NO_CONTAINER,) * 9 + (ContainerRecord("B08A", 1, 0, 2048),)


def test_a_label_that_two_keys_have_is_cut_so_that_the_reference_fits_behind_it() -> None:
    client = GidsClient(with_keys_from_elsewhere(None, {0: "l" * 50, 1: "l" * 50, 2: "m" * 50}))
    assert client.names() == ["l" * 36 + " 00", "l" * 36 + " 01", "m" * 39]


def test_labels_may_be_empty_or_no_utf_8() -> None:
    iso = Client(new_card(PROID_Q))
    iso.verify("pin")
    for reference in (0, 1):
        assert iso.import_key(reference, THEIR_KEY) == "9000"
    empty, latin_1 = key_entry(0, b"\x10", label="", kind=0x30), key_entry(1, b"\x11", label="caf?", kind=0x30)
    iso.list_keys(empty, latin_1.replace(b"?", b"\xe9"))
    assert GidsClient(iso.card.content).names() == ["00", "caf\ufffd"]
