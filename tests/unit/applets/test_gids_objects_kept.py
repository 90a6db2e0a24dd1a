"""Where GIDS keeps what clients write: which file, with how much room, and who else may read it."""

from __future__ import annotations

import pytest
from stuntcard.card.files import FOR_HOLDER, MAX_FILE_SIZE, Condition, Operation, access

from tests.unit.applets.gids_words import creating, master_file
from tests.unit.applets.test_gids import CONTAINER_MAP, MASTER_FILE, GidsClient

APPLICATION = "3F005015"
NOTES = 0xA010, 0xDF30


def kept(client: GidsClient) -> dict[str, int]:
    """The files in which objects are kept, C000 and above, and how long each is."""
    files = client.card.files.files
    paths = [path for path in files if path[:4].hex().upper() == APPLICATION and len(path) == 6 and path[4] >= 0xC0]
    return {path[4:].hex().upper(): len(files[path].content) for path in paths}


@pytest.mark.parametrize(
    ("area", "file", "path"),
    [("general", 0xA000, "C830"), ("general", 0xA010, "C930"), ("general", 0xA011, "CA30"), ("general", 0xA013, "CB30"),
     ("cc", 0xA010, "C130")],
)  # fmt: skip
def test_each_area_and_file_of_objects_has_files_of_its_own(area: str, file: int, path: str) -> None:
    client = GidsClient(area=area)
    client.card.verify("pin", b"12345678")
    assert client.write((file, 0xDF30), b"value") == "9000"
    assert kept(client) == {path: 128}
    content = bytes.fromhex("0005") + b"value"
    assert client.card.files.at(bytes.fromhex(APPLICATION + path)).content == content.ljust(128, b"\0")
    others = {0xA000, 0xA010, 0xA012, 0xA013} - {file}
    assert {client.read((other, 0xDF30)) for other in others} == {None}


@pytest.mark.parametrize(("file", "path"), [(0xA010, "C930"), (0xA011, "CA30"), (0xA013, "CB30")])
def test_what_is_for_the_holder_other_command_sets_show_the_holder_alone(file: int, path: str) -> None:
    client = GidsClient()
    client.write((file, 0xDF30), b"value")
    rights = client.card.files.at(bytes.fromhex(APPLICATION + path)).access
    assert rights == (FOR_HOLDER if file == 0xA010 else access(otherwise=Condition.USER))


def test_a_value_that_fits_is_written_in_its_place_and_a_longer_one_into_the_other_file() -> None:
    client = GidsClient()
    rooms = []
    for length in (126, 127, 254, 1, 255, 382, 383):
        value = bytes([length & 0xFF]) * length
        assert client.write(NOTES, value) == "9000"
        assert client.read(NOTES) == value
        rooms.append(kept(client))
    assert rooms == [{"C930": 128}, {"CD30": 256}, {"CD30": 256}, {"CD30": 256}, {"C930": 384}, {"C930": 384},
                     {"CD30": 512}]  # fmt: skip


def test_an_object_of_the_cards_own_that_is_empty_is_kept_and_another_is_deleted() -> None:
    client = GidsClient()
    assert client.write(NOTES, b"") == "9000", "there is none"
    client.write(MASTER_FILE, master_file("notes"))
    client.write(NOTES, b"value")
    client.write(CONTAINER_MAP, b"")
    assert kept(client) == {"C81F": 128, "C930": 128, "C923": 128}
    assert client.write(NOTES, b"") == "9000"
    assert kept(client) == {"C81F": 128, "C923": 128}
    assert client.read(NOTES) is None


def test_the_longest_value_is_as_long_as_a_file_can_be_in_whole_steps() -> None:
    longest = MAX_FILE_SIZE // 128 * 128 - 2
    client = GidsClient()
    assert client.write(NOTES, bytes(longest + 1)) == "6A84"
    assert kept(client) == {}
    assert client.write(NOTES, bytes(longest)) == "9000"
    assert kept(client) == {"C930": longest + 2}


def test_a_key_file_that_is_to_be_made_by_pin_is_to_be_used_by_pin() -> None:
    client = GidsClient()
    client.send(creating(0x81))
    file = client.card.files.at(bytes.fromhex("3F005015B081"))
    conditions = {operation: file.condition(operation) for operation in (Operation.USE, Operation.DELETE_SELF)}
    assert conditions == {Operation.USE: Condition.USER | 1, Operation.DELETE_SELF: Condition.USER}
    assert file.content == bytes.fromhex("08000000")
