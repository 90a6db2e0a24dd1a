"""A card's content as rows of the store, and only those rows that a change touches."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
)

from stuntcard.card.content import Content, KeyRecord, with_key_files_read
from stuntcard.card.files import ACCESS_LENGTH, MASTER_FILE, MAX_FILE_SIZE, File, FileKind, FileSystem
from stuntcard.card.keys import Key, PrivateKey, SecretKey, stored_secret_key
from stuntcard.policy.state import CodeState, Item, Origin, State
from stuntcard.profile.model import CARD, CodeStatus, Profile
from stuntcard.store import cells
from stuntcard.store.cells import ContentError

Value = str | bytes | int | None
Statement = tuple[str, tuple[Value, ...]]

_NUMBER_MAX = 0x7FFFFFFF
_CLEAR = ("DELETE FROM law", "DELETE FROM code", "DELETE FROM item", "DELETE FROM key", "DELETE FROM file")


def changes(old: Content | None, new: Content) -> list[Statement]:
    """The statements that make `new` of a file that holds `old`, or of one that holds whatever it may for None.

    What a session gave (`verified`) is no row: a change of that alone gives no statements.
    """
    statements: list[Statement] = [(text, ()) for text in _CLEAR] if old is None else []
    statements += _law_changes(old.state if old else None, new.state)
    if old is None or old.values is not new.values or old.state.codes != new.state.codes:
        statements += _code_changes(old, new)
    if old is None or old.state.items is not new.state.items:
        statements += _item_changes(old.state.items if old else (), new.state.items)
    if old is None or old.keys is not new.keys:
        statements += _key_changes(old.keys if old else {}, new.keys)
    if old is None or old.files.files is not new.files.files:
        statements += _file_changes(old.files.files if old else {}, new.files.files)
    return statements


def written_again(content: Content) -> list[Statement]:
    """Statements that change nothing, and write all the same: SQLite would pass over a row that is only replaced."""
    return [("DELETE FROM law", ()), *_law_changes(None, content.state)]


def _law_changes(old: State | None, new: State) -> Iterator[Statement]:
    if old is None or (old.lost, old.files_size) != (new.lost, new.files_size):
        yield (
            "INSERT OR REPLACE INTO law (only_row, lost, files_size) VALUES (1, ?, ?)",
            (json.dumps(sorted(new.lost)), new.files_size),
        )


def _code_changes(old: Content | None, new: Content) -> Iterator[Statement]:
    for name in new.state.codes:
        row = _code_row(new, name)
        if old is None or name not in old.state.codes or _code_row(old, name) != row:
            yield (
                "INSERT OR REPLACE INTO code (name, status, tries_left, tries_limit, must_change, value, renewals) "
                "VALUES (?, ?, ?, ?, ?, ?, ?)",
                row,
            )


def _code_row(content: Content, name: str) -> tuple[Value, ...]:
    code, value = content.state.codes[name], content.values.get(name)
    renewals = content.renewals.get(name, 0)
    return name, code.status.value, code.tries_left, code.tries_limit, code.must_change, value, renewals


def _item_changes(old: tuple[Item, ...], new: tuple[Item, ...]) -> Iterator[Statement]:
    """An item's rights have no column: its key's file has them."""
    before, after = ({item.number: item for item in items} for items in (old, new))
    for number in before.keys() - after.keys():
        yield "DELETE FROM item WHERE number = ?", (number,)
    for number, item in after.items():
        if before.get(number) != item:
            origin = item.key.value if item.key is not None else None
            yield (
                "INSERT OR REPLACE INTO item (number, area, origin, listed, certificate, size) "
                "VALUES (?, ?, ?, ?, ?, ?)",
                (number, item.area, origin, item.listed, item.certificate, item.size),
            )


def _key_changes(old: Mapping[int, KeyRecord], new: Mapping[int, KeyRecord]) -> Iterator[Statement]:
    for number in old.keys() - new.keys():
        yield "DELETE FROM key WHERE number = ?", (number,)
    for number, record in new.items():
        if old.get(number) != record:
            private = to_der(record.private) if record.private is not None else None
            yield (
                "INSERT OR REPLACE INTO key (number, private, reference, identifier) VALUES (?, ?, ?, ?)",
                (number, private, record.reference, record.identifier),
            )


def _file_changes(old: Mapping[bytes, File], new: Mapping[bytes, File]) -> Iterator[Statement]:
    """A file that is written to keeps its place: files are looked for by name in the order they were made in."""
    for path in old.keys() - new.keys():
        yield "DELETE FROM file WHERE path = ?", (path,)
    for path, file in new.items():
        before = old.get(path)
        if before is not file and before != file:
            yield (
                "INSERT INTO file (path, kind, access, content, name) VALUES (?, ?, ?, ?, ?) ON CONFLICT (path) DO "
                "UPDATE SET kind = excluded.kind, access = excluded.access, content = excluded.content, "
                "name = excluded.name",
                (path, file.kind.name, file.access, file.content, file.name),
            )


def read_content(connection: sqlite3.Connection, profile: Profile) -> Content:
    """The content that a file holds, with a fresh session. Raises ContentError, or sqlite3.Error."""
    codes, values, renewals = _read_codes(connection)
    items, keys, files = _read_items(connection), _read_keys(connection), _read_files(connection)
    rows = connection.execute("SELECT lost, files_size FROM law").fetchall()
    if len(rows) != 1:
        raise ContentError("the row of the law's state is missing")
    lost, files_size = rows[0]
    state = State(codes, items, cells.names(lost), files_size=cells.number(files_size))
    content = Content(state, values, FileSystem(files), keys, renewals)
    check_content(profile, content)
    return with_key_files_read(profile, content)


def _read_codes(connection: sqlite3.Connection) -> tuple[dict[str, CodeState], dict[str, bytes], dict[str, int]]:
    codes, values, counts = {}, {}, {}
    for name, status, left, limit, must_change, value, renewals in connection.execute(
        "SELECT name, status, tries_left, tries_limit, must_change, value, renewals FROM code"
    ):
        known = cells.one_of(CodeStatus, status)
        codes[cells.text(name)] = CodeState(known, cells.number(left), cells.number(limit), cells.flag(must_change))
        if value is not None:
            values[name] = cells.octets(value)
        if renewals:
            counts[name] = cells.number(renewals)
    return codes, values, counts


def _read_items(connection: sqlite3.Connection) -> tuple[Item, ...]:
    return tuple(
        Item(
            cells.number(number),
            cells.text(area),
            cells.perhaps(_origin, origin),
            cells.flag(listed),
            cells.flag(certificate),
            cells.number(size),
        )
        for number, area, origin, listed, certificate, size in connection.execute(
            "SELECT number, area, origin, listed, certificate, size FROM item ORDER BY number"
        )
    )


def _origin(cell: object) -> Origin:
    return cells.one_of(Origin, cell)


def _read_keys(connection: sqlite3.Connection) -> dict[int, KeyRecord]:
    return {
        cells.number(number): KeyRecord(
            cells.perhaps(_private_key, private),
            cells.perhaps(cells.number, reference),
            cells.perhaps(cells.octets, identifier),
        )
        for number, private, reference, identifier in connection.execute(
            "SELECT number, private, reference, identifier FROM key ORDER BY number"
        )
    }


def _private_key(cell: object) -> Key:
    try:
        return from_der(cells.octets(cell))
    except ContentError:
        raise
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise ContentError("a private key can't be read") from None


def _read_files(connection: sqlite3.Connection) -> dict[bytes, File]:
    files = {}
    for path, kind, access, content, name in connection.execute(
        "SELECT path, kind, access, content, name FROM file ORDER BY place"
    ):
        known = FileKind.__members__.get(cells.text(kind))
        if known is None:
            raise ContentError(
                f"there is another text where a kind of file should be: {', '.join(FileKind.__members__)}"
            )
        files[cells.octets(path)] = File(path, known, cells.octets(access), cells.octets(content), cells.octets(name))
    return files


def check_content(profile: Profile, content: Content) -> None:
    """Raises ContentError, with the reason, for content that no card of this profile can have."""
    state = content.state
    if state.codes.keys() != profile.codes.keys() or not content.values.keys() <= profile.codes.keys():
        raise ContentError("its codes are not those of its profile")
    for name, code in state.codes.items():
        if not 0 <= code.tries_left <= code.tries_limit <= profile.codes[name].tries.max:
            raise ContentError(f"the tries of {name} are not such as its profile allows")
    if not all(item.area in profile.areas for item in state.items):
        raise ContentError("it has keys in areas that its profile has not")
    if not state.lost <= {CARD, *profile.parts}:
        raise ContentError("it has lost parts that its profile has not")
    numbers = [item.number for item in state.items]
    if set(numbers) != content.keys.keys() or len(numbers) != len(content.keys):
        raise ContentError("its keys and the places that they take do not belong together")
    counts = content.renewals
    if not counts.keys() <= profile.codes.keys() or not all(0 <= one <= _NUMBER_MAX for one in counts.values()):
        raise ContentError("how often its codes were set is told in numbers that can't be")
    references = [record.reference for record in content.keys.values() if record.reference is not None]
    if not all(0 <= one <= _NUMBER_MAX for one in (*numbers, *references, state.files_size, state.memory_used)) or any(
        item.size < 0 for item in state.items
    ):
        raise ContentError(
            "numbers of its keys, or what these and its files take of the memory, are not such as can be"
        )
    files = content.files.files
    if MASTER_FILE not in files or not all(path == MASTER_FILE or path[:-2] in files for path in files):
        raise ContentError("its files hang in the air: a directory is missing")
    if not all(len(file.access) == ACCESS_LENGTH and len(file.content) <= MAX_FILE_SIZE for file in files.values()):
        raise ContentError("a file is too long, or has no conditions of access")


def to_der(key: Key) -> bytes:
    """A private key as PKCS #8, in DER; a secret key in our own form."""
    if isinstance(key, SecretKey):
        return key.encode()
    return key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


def from_der(encoded: bytes) -> Key:
    """The key that `to_der` wrote. Raises ValueError or TypeError."""
    secret = stored_secret_key(encoded)
    if secret is not None:
        return secret
    # Its parts were checked when it came to the card; checking an RSA key takes a third of a second.
    return as_card_key(load_der_private_key(encoded, None, unsafe_skip_rsa_key_validation=True))


def as_card_key(key: object) -> PrivateKey:
    """The same key, if it is one of the kinds that cards hold. Raises ContentError."""
    if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise ContentError("a private key is neither RSA nor on an elliptic curve")
    return key
