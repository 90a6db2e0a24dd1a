"""What a card does with its files, whichever command set asks for it: rights, room, and the files of keys."""

from __future__ import annotations

from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from stuntcard.card.card import Card
from stuntcard.card.content import Content, factory_content
from stuntcard.card.files import MASTER_FILE, Condition, File, FileError, FileKind, FileSystem, access, code_condition
from stuntcard.card.key_files import Attribute, Header
from stuntcard.card.keys import ec_size, generate_ec
from stuntcard.iso7816.status import StatusWord
from stuntcard.policy.events import Verdict
from stuntcard.policy.state import KeyRights, Origin
from stuntcard.profile.load import load_profile
from stuntcard.profile.model import Memory

from tests.unit.card.cards import PRKDF, logged_in, new_card, proid_q
from tests.unit.store.cards import Recorder

APPLICATION = bytes.fromhex("3F005015")
KEY = generate_ec(ec.SECP256R1())
OWN = access(otherwise=Condition.USER)


def test_a_card_that_never_is_empty_is_not_emptied_whatever_its_files_allow() -> None:
    content = factory_content(proid_q())
    anybody = replace(content.files.at(MASTER_FILE), access=access(otherwise=Condition.ALWAYS))
    card = new_card(content=replace(content, files=FileSystem({**content.files.files, MASTER_FILE: anybody})))
    before = card.content
    with pytest.raises(FileError) as refused:
        card.erase(bytes(8), bytes(8))
    assert refused.value.sw is StatusWord.CONDITIONS_NOT_SATISFIED
    assert card.content == before


def test_the_current_directory_is_the_file_selected_or_the_one_that_it_lies_in() -> None:
    card = new_card()
    directories = []
    for path in ("3F00", "3F002F00", "3F005015", PRKDF):
        card.select_file(card.files.at(bytes.fromhex(path)))
        directories.append(card.current_df.hex().upper())
    assert directories == ["3F00", "3F00", "3F005015", "3F005015"]


def with_files(content: Content, *files: File) -> Content:
    return replace(content, files=FileSystem({**content.files.files, **{file.path: file for file in files}}))


def key_file(number: int, *, first: int = 0x4B, attributes: int = 0, rights: bytes = OWN) -> File:
    return File(APPLICATION + bytes([first, number]), FileKind.EC_KEY, rights, Header(256, attributes).encode())


def store(card: Card, reference: int) -> None:
    assert card.store_key(reference, Origin.MADE, ec_size(256), lambda: KEY) is Verdict.DONE


# Rights


@pytest.mark.parametrize(
    ("rights", "answers"),
    [
        (access(otherwise=Condition.NEVER, create_df=Condition.USER), ["done", "6982"]),
        (access(otherwise=Condition.NEVER, create_ef=Condition.USER), ["6982", "done"]),
    ],
    ids=["DFs", "EFs"],
)
def test_a_directory_says_of_dfs_and_of_efs_who_may_create_them(rights: bytes, answers: list[str]) -> None:
    one = logged_in(1).card
    directory = APPLICATION + b"\x60\x01"
    card = new_card(content=with_files(one.content, File(directory, FileKind.DF, rights)))
    assert card.verify("pin", b"12345678") is Verdict.DONE
    got = []
    for number, kind in enumerate((FileKind.DF, FileKind.EF)):
        try:
            card.create_file(File(directory + bytes((0x61, number)), kind))
            got.append("done")
        except FileError as refused:
            got.append(f"{refused.sw:04X}")
    assert got == answers


def test_a_file_that_its_directory_gives_up_is_deleted_whatever_it_says_itself() -> None:
    card = logged_in(1).card
    card.create_file(File(APPLICATION + b"\x60\x01", FileKind.EF, access(otherwise=Condition.NEVER), b"0"))
    file = card.files.at(APPLICATION + b"\x60\x01")
    with pytest.raises(FileError) as refused:
        card.delete_file(file, by_its_parent=False)
    assert refused.value.sw is StatusWord.SECURITY_STATUS_NOT_SATISFIED
    card.delete_file(file)
    assert file.path not in card.files.files


# Files of keys


def test_a_key_has_one_file_wherever_it_lies() -> None:
    card = logged_in(1).card
    store(card, 1)
    with pytest.raises(FileError) as refused:
        card.create_file(key_file(1, first=0x48))
    assert refused.value.sw is StatusWord.FILE_EXISTS
    card.create_file(key_file(2, first=0x48))
    assert card.files.files.keys() >= {APPLICATION + b"\x4b\x01", APPLICATION + b"\x48\x02"}


def test_a_file_made_later_than_its_key_says_who_uses_it() -> None:
    """The file that the card would have made had no place: something else lay there."""
    card = logged_in(1).card
    card.create_file(File(APPLICATION + b"\x4b\x01", FileKind.EF, OWN, b"0"))
    store(card, 1)
    assert [item.rights for item in card.state.items] == [KeyRights()]
    card.create_file(key_file(1, first=0x48, rights=access(otherwise=Condition.NEVER, use=code_condition(3))))
    assert [item.rights for item in card.state.items] == [KeyRights("qpin")]


def test_a_key_that_the_law_lets_nobody_remove_stays_though_its_file_gives_itself_up() -> None:
    """ZZZS-PK's areas take no keys, and give none."""
    profile = load_profile("zzzs-pk")
    content = factory_content(profile)
    path = bytes.fromhex("3F0050204B10")
    anybody = replace(content.files.at(path), access=access(otherwise=Condition.ALWAYS))
    card = new_card(profile, with_files(content, anybody))
    before = card.content
    with pytest.raises(FileError) as refused:
        card.delete_file(anybody)
    assert refused.value.sw is StatusWord.SECURITY_STATUS_NOT_SATISFIED
    assert card.content == before
    for_one_session = replace(anybody, content=Header(2048, Attribute.SESSION).encode())
    card = new_card(profile, with_files(content, for_one_session))
    card.reset()
    assert card.content.keys.keys() == content.keys.keys()
    assert card.files.at(path) == for_one_session


def test_a_key_for_one_session_goes_at_the_first_reset_at_which_that_can_be_kept() -> None:
    card, keeper = logged_in(1).card, Recorder()
    card.create_file(key_file(1, attributes=Attribute.SESSION))
    card.create_file(key_file(2))
    card.create_file(key_file(3, attributes=Attribute.SESSION))
    for reference in (1, 2):
        store(card, reference)
    card._keeper = keeper
    keeper.fails = True
    card.reset()
    assert [item.number for item in card.state.items] == [1, 2]
    keeper.fails = False
    card.reset()
    assert [item.number for item in card.state.items] == [2]
    assert [path[-1] for path in card.files.files if path.startswith(APPLICATION + b"\x4b")] == [2], "3 had no key yet"


# Room


def test_room_for_what_the_factory_made_and_for_key_files_is_kept_and_no_other() -> None:
    card = logged_in(1).card
    directory = card.files.at(bytes.fromhex(PRKDF))
    file = File(APPLICATION + b"\x60\x01", FileKind.EF, OWN, bytes(4000))
    card.create_file(file)
    used = [card.state.files_size]
    card.delete_file(directory)
    used.append(card.state.files_size)
    card.create_file(directory)
    used.append(card.state.files_size)
    card.create_file(key_file(1))
    used.append(card.state.files_size)
    card.delete_file(card.files.at(APPLICATION + b"\x4b\x01"))
    used.append(card.state.files_size)
    assert used == used[:1] * 5
    assert used[0] >= len(file.content)
    card.delete_file(file)
    assert card.state.files_size == 0


def test_a_file_beyond_the_cards_memory_is_refused() -> None:
    memory = Memory(bytes=700, block=250, assumed="Two files of 250 bytes fit.")
    card = new_card(load_profile("tokenme").model_copy(update={"memory": memory}))
    assert card.verify("pin", b"12345678") is Verdict.DONE
    files = [File(APPLICATION + bytes((0x60, number)), FileKind.EF, OWN, bytes(250)) for number in range(3)]
    for file in files[:2]:
        card.create_file(file)
    before = card.content
    with pytest.raises(FileError) as refused:
        card.create_file(files[2])
    assert refused.value.sw is StatusWord.NOT_ENOUGH_MEMORY
    assert card.content == before
