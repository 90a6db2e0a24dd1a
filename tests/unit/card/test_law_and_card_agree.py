"""What key files and factory files are to the law of a card: the same for the card, the explorer and the advisor."""

from __future__ import annotations

import json
from dataclasses import asdict, replace

import pytest
from stuntcard.card.files import File, FileKind
from stuntcard.card.from_view import SeenCardError, read_view, state_of
from stuntcard.card.key_files import Header, file_of
from stuntcard.card.view import view
from stuntcard.policy.advise import Standing, advise
from stuntcard.policy.events import Verdict
from stuntcard.policy.functions import Function, Use
from stuntcard.policy.moves import content_moves, perform
from stuntcard.policy.state import KeyRights
from stuntcard.profile.load import load_profile
from stuntcard.profile.model import ActionKind

from tests.unit.applets.myeid_client import EC, OK, MyEidClient
from tests.unit.card.cards import PIN, logged_in, new_card

PROID_Q, TOKENME = load_profile("proid-q"), load_profile("tokenme")
DIGEST = bytes(range(32))
NOT_ALLOWED = "6982"
USE_GENERAL = Function(Use.USE_KEYS, "general")


def client_with_key(access: str, attributes: str) -> MyEidClient:
    client = MyEidClient()
    assert client.verify(1, "12345678") == OK
    assert client.create("4B01", EC, 256, access, attributes) == OK
    assert client.fetch("00460000")[1] == OK
    return client


@pytest.mark.parametrize(
    ("access", "attributes", "rights"),
    [
        ("1111FF", "0000", KeyRights()),
        ("0111FF", "0000", KeyRights()),
        ("1111FF", "1000", KeyRights(consent="pin")),
        ("3111FF", "3000", KeyRights(code="qpin", consent="qpin")),
        ("F111FF", "0000", KeyRights(never=True)),
        ("E111FF", "E000", KeyRights(never=True)),
    ],
    ids=["guard", "everybody", "consent", "other-code", "nobody", "no-such-code"],
)
def test_the_law_knows_what_a_key_file_asks_for(access: str, attributes: str, rights: KeyRights) -> None:
    client = client_with_key(access, attributes)
    assert [item.rights for item in client.card.state.items] == [rights]
    seen = read_view(json.loads(json.dumps(asdict(view(client.card.profile, client.card.content)))))
    assert [key.rights for key in seen.keys] == [rights]
    client.card.power_off()
    assert state_of(PROID_Q, seen).items[0].rights == rights


def test_the_card_and_the_explorer_ask_for_the_same_codes() -> None:
    client = client_with_key("3111FF", "0000")
    while client.verify(3, "wrong") != "6983":
        pass
    state = replace(client.card.state, verified=frozenset())
    [use] = [move for move in content_moves(PROID_Q, state) if move.action.kind is ActionKind.USE_KEY]
    assert perform(PROID_Q, state, use)[1] is Verdict.CODE_BLOCKED
    assert client.sign("4B01", DIGEST)[1] == NOT_ALLOWED
    advice = advise(PROID_Q, state)
    [found] = [function for function in advice.functions if function.function == USE_GENERAL]
    assert found.standing is Standing.WAY_BACK


def test_a_key_without_a_file_asks_for_what_the_file_says_that_it_is_given_later() -> None:
    client = logged_in(PIN)
    client.make_key(3)
    card = client.card
    made = file_of(card.files, 3)
    assert made is not None
    without = replace(card.files, files={path: file for path, file in card.files.files.items() if path != made.path})
    card.change_content(lambda content: replace(content, files=without))
    client.verify(PIN)
    assert card.use_key(3, lambda _: b"done") == (Verdict.DONE, b"done")
    header = Header(256, attributes=0x1000).encode()
    card.create_file(File(made.path, FileKind.EC_KEY, made.access, header))
    assert card.state.items[0].rights == KeyRights(consent="pin")
    assert card.use_key(3, lambda _: b"done") == (Verdict.DONE, b"done")
    assert card.use_key(3, lambda _: b"done") == (Verdict.NOT_AUTHORISED, b"")


def test_a_key_that_gives_up_its_reference_keeps_what_its_file_asks_for() -> None:
    client = client_with_key("1111FF", "1000")
    assert client.fetch("00460000")[1] == OK, "the first key was never listed, and moves aside"
    assert [item.rights for item in client.card.state.items] == [KeyRights(consent="pin")] * 2


def test_a_view_of_earlier_days_says_nothing_of_rights() -> None:
    client = client_with_key("1111FF", "1000")
    shown = json.loads(json.dumps(asdict(view(client.card.profile, client.card.content))))
    del shown["keys"][0]["rights"]
    assert read_view(shown).keys[0].rights == KeyRights()


@pytest.mark.parametrize("what", ["code", "consent"])
def test_a_view_whose_keys_ask_for_no_code_of_the_card_is_refused(what: str) -> None:
    client = client_with_key("1111FF", "1000")
    shown = json.loads(json.dumps(asdict(view(client.card.profile, client.card.content))))
    shown["keys"][0]["rights"][what] = "moon"
    with pytest.raises(SeenCardError, match="keys: moon <> "):
        state_of(PROID_Q, read_view(shown))


# Files


PRIVATE_KEY_DIRECTORY = bytes.fromhex("3F0050154402")


@pytest.mark.parametrize(("beyond", "blocks"), [(-1, 0), (0, 0), (1, 1), (2048, 1), (2049, 2)])
def test_a_factory_file_made_anew_takes_what_goes_beyond_its_reserve(beyond: int, blocks: int) -> None:
    card = new_card(TOKENME)
    assert card.verify("pin", card.content.values["pin"]) is Verdict.DONE
    old = card.files.at(PRIVATE_KEY_DIRECTORY)
    card.delete_file(old)
    assert card.state.files_size == 0
    card.create_file(replace(old, content=bytes(len(old.content) + beyond)))
    assert card.state.files_size == blocks * 2048
    card.delete_file(card.files.at(PRIVATE_KEY_DIRECTORY))
    assert card.state.files_size == 0
