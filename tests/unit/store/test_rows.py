from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable
from dataclasses import fields, replace

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from stuntcard.applets.registry import APPLETS
from stuntcard.card.card import Card
from stuntcard.card.content import Content, KeyRecord, factory_content
from stuntcard.card.curves import DOMAINS
from stuntcard.card.files import MASTER_FILE, File, FileKind, FileSystem
from stuntcard.card.keys import SecretKey
from stuntcard.policy.state import CodeState, Item, State
from stuntcard.profile.load import load_profile, shipped_names
from stuntcard.store.cells import ContentError
from stuntcard.store.rows import (
    Statement,
    as_card_key,
    changes,
    check_content,
    from_der,
    read_content,
    to_der,
)
from stuntcard.store.schema import migrate

from tests.unit.card.cards import CDF, PIN, PRKDF, PUK, QPIN, Client, logged_in, proid_q
from tests.unit.store.cards import RSA_KEY, live_a_little
from tests.unit.store.workload import Driver, comparable

PROFILE = proid_q()
FACTORY = factory_content(PROFILE)


def applied(*batches: Iterable[Statement]) -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    migrate(connection)
    for batch in batches:
        for text, values in batch:
            connection.execute(text, values)
    return connection


def tables(statements: Iterable[Statement]) -> list[tuple[str, str]]:
    """What is done to which table."""
    words = [text.split() for text, _ in statements]
    return [("DELETE", word[2]) if word[0] == "DELETE" else ("WRITE", word[word.index("INTO") + 1]) for word in words]


def lived() -> Content:
    client = Client()
    live_a_little(client)
    return client.card.content


@pytest.mark.parametrize("profile", shipped_names())
def test_a_card_from_the_factory_is_read_as_it_was_written(profile: str) -> None:
    content = factory_content(load_profile(profile))
    connection = applied(changes(None, content))
    assert comparable(read_content(connection, load_profile(profile))) == comparable(content)


def test_a_card_that_has_lived_is_read_as_it_was_written_but_for_its_session() -> None:
    content = lived()
    content = replace(content, state=replace(content.state, verified=frozenset({"pin"})))
    read = read_content(applied(changes(None, content)), PROFILE)
    assert comparable(read) == comparable(content)
    assert read.state == replace(content.state, verified=frozenset())
    assert len(read.keys) == 3


def test_all_that_there_is_to_a_card_is_stored() -> None:
    """Whoever adds a field here must store it: in rows.py, with a migration in schema.py, and in portable.py.

    An item's rights are not stored: its key's file has them, and the law reads it anew.
    """
    names = {
        kind: [field.name for field in fields(kind)] for kind in (Content, State, CodeState, Item, KeyRecord, File)
    }
    assert names == {
        Content: ["state", "values", "files", "keys", "renewals"],
        State: ["codes", "items", "lost", "verified", "files_size"],
        CodeState: ["status", "tries_left", "tries_limit", "must_change"],
        Item: ["number", "area", "key", "listed", "certificate", "size", "rights"],
        KeyRecord: ["private", "reference", "identifier"],
        File: ["path", "kind", "access", "content", "name"],
    }


# Only what changed is written


def changed_by(client: Client) -> list[list[tuple[str, str]]]:
    """Has each change of a client's card noted from now on."""
    noted: list[list[tuple[str, str]]] = []

    class Noting:
        def keep(self, old: Content, new: Content, *, tried: bool = False) -> None:  # noqa: ARG002 - the protocol of keepers
            if statements := changes(old, new):
                noted.append(tables(statements))

    client.card._keeper = Noting()
    return noted


def test_a_session_writes_nothing() -> None:
    client = logged_in(PIN)
    noted = changed_by(client)
    client.verify(QPIN)
    client.verify(PIN)
    client.read(PRKDF)
    client.card.reset()
    assert noted == []


def test_a_wrong_code_writes_one_row() -> None:
    client = Client()
    noted = changed_by(client)
    client.verify(PIN, "wrong value")
    assert noted == [[("WRITE", "code")]]


def test_a_new_value_of_a_code_writes_one_row() -> None:
    client = Client()
    noted = changed_by(client)
    client.change(PUK, "87654321", "13572468")
    assert noted == [[("WRITE", "code")]]


def test_a_key_writes_a_key_its_place_and_its_file_and_a_directory_one_file() -> None:
    client = logged_in(PIN)
    noted = changed_by(client)
    client.make_key(1)
    client.verify(PIN)
    client.write(CDF, b"\x01")
    assert noted == [[("WRITE", "item"), ("WRITE", "key"), ("WRITE", "file")], [("WRITE", "file")]]


def test_a_file_made_and_deleted_writes_itself_and_the_memory_it_takes() -> None:
    client = logged_in(PIN)
    client.select("3F005015")
    noted = changed_by(client)
    client.send("00E00000176F158102002A82010183023101" + "8608FF90909090909000")
    client.send("00E40000")
    assert noted == [[("WRITE", "law"), ("WRITE", "file")], [("WRITE", "law"), ("DELETE", "file")]]


@settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow])
@given(st.randoms(use_true_random=False), st.integers(1, 40))
def test_changes_one_after_the_other_give_what_all_at_once_gives(random: object, steps: int) -> None:
    batches = [changes(None, FACTORY)]

    class Collecting:
        def keep(self, old: Content, new: Content, *, tried: bool = False) -> None:  # noqa: ARG002 - the protocol of keepers
            batches.append(changes(old, new))

    card = Card(PROFILE, APPLETS, FACTORY, Collecting())
    driver = Driver(card, card.transmit, random)  # type: ignore[arg-type]
    for _, _ in zip(range(steps), driver.drive(), strict=False):
        pass
    assert comparable(read_content(applied(*batches), PROFILE)) == comparable(card.content)


def test_a_file_keeps_its_place_among_the_others_when_it_is_written_to() -> None:
    client = logged_in(PIN)
    before = client.card.content
    client.write(PRKDF, b"\x01")
    connection = applied(changes(None, before), changes(before, client.card.content))
    assert list(read_content(connection, PROFILE).files.files) == list(before.files.files)


def test_what_is_written_without_knowing_what_was_there_replaces_all_of_it() -> None:
    connection = applied(changes(None, lived()), changes(None, FACTORY))
    assert comparable(read_content(connection, PROFILE)) == comparable(FACTORY)


# Keys


@pytest.mark.parametrize("domain", DOMAINS, ids=lambda domain: domain.curve().name)
def test_keys_of_every_curve_that_cards_know_are_kept(domain: object) -> None:
    key = ec.generate_private_key(domain.curve())  # type: ignore[attr-defined]
    back = from_der(to_der(key))
    assert isinstance(back, ec.EllipticCurvePrivateKey)
    assert back.private_numbers() == key.private_numbers()


def test_rsa_keys_are_kept() -> None:
    back = from_der(to_der(RSA_KEY))
    assert isinstance(back, rsa.RSAPrivateKey)
    assert back.private_numbers() == RSA_KEY.private_numbers()


@pytest.mark.parametrize("key", [SecretKey(bytes(32), 16), SecretKey(bytes(24), 8), SecretKey(b"any", 0)])
def test_secret_keys_are_kept(key: SecretKey) -> None:
    assert from_der(to_der(key)) == key


def test_a_key_of_another_kind_is_no_card_key() -> None:
    with pytest.raises(ContentError, match="neither RSA nor on an elliptic curve"):
        as_card_key(ed25519.Ed25519PrivateKey.generate())
    assert isinstance(as_card_key(RSA_KEY), rsa.RSAPrivateKey)


# Content that no card can have


def with_tries(left: int, limit: int) -> Content:
    code = replace(FACTORY.state.codes["pin"], tries_left=left, tries_limit=limit)
    return replace(FACTORY, state=FACTORY.state.with_code("pin", code))


def with_file(path: bytes, **more: bytes) -> Content:
    file = File(path, FileKind.EF, **more)
    return replace(FACTORY, files=FileSystem({**FACTORY.files.files, path: file}))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (with_tries(4, 4), "the tries of pin"),
        (with_tries(3, 2), "the tries of pin"),
        (with_tries(-1, 3), "the tries of pin"),
        (replace(FACTORY, values={"nonsense": b"1"}), "codes are not those of its profile"),
        (replace(FACTORY, state=replace(FACTORY.state, codes={})), "codes are not those of its profile"),
        (replace(FACTORY, state=replace(FACTORY.state, lost=frozenset({"moon"}))), "lost parts"),
        (replace(FACTORY, state=replace(FACTORY.state, items=(Item(1, "moon", None),))), "keys in areas"),
        (replace(FACTORY, keys={99: KeyRecord(None, None)}), "places that they take"),
        (replace(FACTORY, files=FileSystem({})), "a directory is missing"),
        (replace(FACTORY, renewals={"pin": -1}), "how often its codes were set"),
        (replace(FACTORY, renewals={"pin": 2**31}), "how often its codes were set"),
        (replace(FACTORY, renewals={"moon": 1}), "how often its codes were set"),
        (with_file(MASTER_FILE + b"\x77\x77\x01\x01"), "a directory is missing"),
        (with_file(MASTER_FILE + b"\x77\x77", access=b"\xff"), "conditions of access"),
        (with_file(MASTER_FILE + b"\x77\x77", content=bytes(0x8000)), "too long"),
    ],
)
def test_content_that_no_card_can_have_is_refused_with_the_reason(content: Content, reason: str) -> None:
    check_content(PROFILE, FACTORY)
    with pytest.raises(ContentError, match=reason):
        check_content(PROFILE, content)


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        ("DELETE FROM law", "the row of the law's state is missing"),
        ("UPDATE code SET status = 'asleep'", "there is another text where one of these should be: "),
        ("UPDATE code SET tries_left = 'many'", "there is another text where a whole number should be"),
        ("UPDATE code SET tries_left = 2.5", "there is another number where a whole number should be"),
        ("UPDATE code SET must_change = 2", "there is another number where 0 or 1 should be"),
        ("UPDATE code SET renewals = -1", "how often its codes were set is told in numbers that can't be"),
        ("UPDATE code SET value = 5", "there is another number where bytes should be"),
        ("UPDATE code SET value = '12345678'", "there is another text where bytes should be"),
        ("UPDATE law SET lost = 'no JSON'", "there is another text where a list of names should be"),
        ("UPDATE law SET lost = '{}'", "there is another text where a list of names should be"),
        ("UPDATE law SET lost = '[1]'", "there is another number where a text should be"),
        ("UPDATE law SET files_size = -1", "are not such as can be"),
        ("UPDATE law SET files_size = x'00'", "there is a row of bytes where a whole number should be"),
        ("UPDATE file SET kind = 'XF'", "there is another text where a kind of file should be: DF, EF, "),
        ("UPDATE file SET content = 'text'", "there is another text where bytes should be"),
        ("INSERT INTO item VALUES (1, 'user', 'stolen', 1, 0, 1)", "should be: made, imported, factory"),
        ("INSERT INTO key VALUES (1, x'3000', 1, NULL)", "a private key can't be read"),
    ],
)
def test_rows_that_can_not_be_read_are_refused_in_our_words(damage: str, reason: str) -> None:
    connection = applied(changes(None, FACTORY), [(damage, ())])
    with pytest.raises(ContentError, match=re.escape(reason)):
        read_content(connection, PROFILE)
