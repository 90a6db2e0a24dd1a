"""The card's own directories of objects (ISO 7816-15), read and written through PC/SC.

Most of the work with keys and certificates goes through PKCS#11. What goes this way can't be had there: a key is
deleted with the code for writing alone, whatever became of the code that guards its use; and a key that no directory
names, left by a making that was cut off, is cleared.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

from asn1crypto.core import BitString, Integer, OctetString, UTF8String

from cardtools.card import codes, tlv
from cardtools.card.errors import CardRefusedError, DirectoryError, NoSuchObjectError
from cardtools.card.pcsc import Connection
from cardtools.card.pinpad import CodeGiven
from cardtools.card.status import MANAGE, CodeStatus, KeyStatus

_EF_ODF = bytes.fromhex("50155031")
_MASTER_FILE = b"\x3f\x00"
_APPLICATION = b"\x50\x15"

_SELECT, _READ_BINARY, _UPDATE_BINARY, _DELETE_FILE = 0xA4, 0xB0, 0xD6, 0xE4
_BY_PATH, _NO_ANSWER = 0x08, 0x0C
_CHUNK = 240
_FILE_NOT_FOUND, _BEHIND_THE_END = 0x6A82, 0x6B00
_IDENTIFIER_LENGTH = 8
"""Of an identifier that nothing else on a card has, for being random."""

_BIT_STRING, _OCTET_STRING, _UTF8_STRING, _SEQUENCE = 0x03, 0x04, 0x0C, 0x30
_TYPE_ATTRIBUTES, _SUBCLASS_ATTRIBUTES = 0xA1, 0xA0
_PIN_REFERENCE = 0x80
_UNBLOCKING = 6
"""The bit of PasswordFlags that says that a code only unblocks others (ISO 7816-15, 8.9.1)."""


class Kind(IntEnum):
    """Kinds of directories, by their tags in the object directory (ISO 7816-15, 8.1)."""

    PRIVATE_KEYS = 0xA0
    PUBLIC_KEYS = 0xA1
    CERTIFICATES = 0xA4
    CODES = 0xA8


@dataclass(frozen=True, slots=True)
class CodeObject:
    """A code as the directory lists it: its label, its reference number, and whether it only unblocks others."""

    label: str
    reference: int
    unblocks: bool


def listed_codes(connection: Connection) -> list[CodeObject]:
    """The codes that the card's directory lists, in its order. Raises DirectoryError and CardError."""
    codes.select(connection)
    return [_code_object(entry) for path in _directories(connection, Kind.CODES)
            for entry in _entries(_read(connection, path))]  # fmt: skip


def listed_identifiers(connection: Connection) -> frozenset[bytes]:
    """Identifiers of all keys and certificates that the card lists. Raises DirectoryError and CardError."""
    codes.select(connection)
    return frozenset(
        found
        for kind in (Kind.PRIVATE_KEYS, Kind.PUBLIC_KEYS, Kind.CERTIFICATES)
        for path in _directories(connection, kind)
        for entry in _entries(_read(connection, path))
        if (found := _identifier(entry)) is not None
    )


def delete_key(connection: Connection, identifier: bytes, guard: CodeStatus, value: CodeGiven) -> None:
    """Deletes the key with this identifier, and its public key, with the code for writing.

    Raises NoSuchObjectError when the holder's directory does not list it, what `codes.verify` raises, DirectoryError,
    and other CardErrors. Cut off in the middle it can be repeated: what is found by goes after what is found.
    """
    codes.verify(connection, guard, value)
    for entry in _listed(connection, Kind.PUBLIC_KEYS, identifier):
        _delete_file(connection, entry)
    public = _unlist(connection, Kind.PUBLIC_KEYS, identifier)
    if not _unlist(connection, Kind.PRIVATE_KEYS, identifier) and not public:
        raise NoSuchObjectError(identifier)
    _end_session(connection)


def clear_unlisted_key(connection: Connection, key: KeyStatus, guard: CodeStatus, value: CodeGiven) -> None:
    """Deletes a key that no directory names: lists it, and unlists it again, which is how a card deletes a key.

    Raises ValueError when the key is listed or has no reference, what `codes.verify` raises, DirectoryError, and other
    CardErrors. Cut off in the middle it leaves a key that is listed, as an empty container.
    """
    if key.listed or key.reference is None:
        raise ValueError("only a key that is there and not listed can be cleared")
    codes.verify(connection, guard, value)
    path = _own_directory(connection, Kind.PRIVATE_KEYS)
    content = _read(connection, path)
    entries = _entries(content)
    identifier = secrets.token_bytes(_IDENTIFIER_LENGTH)
    _write(connection, path, content, [*entries, _private_key_entry(identifier, key.reference, guard)])
    # The card looks at its directories when a session ends.
    _end_session(connection)
    codes.verify(connection, guard, value)
    _unlist(connection, Kind.PRIVATE_KEYS, identifier)
    _end_session(connection)


def _end_session(connection: Connection) -> None:
    connection.select_application(MANAGE)


def _listed(connection: Connection, kind: Kind, identifier: bytes) -> list[bytes]:
    """The entries with an identifier in the holder's directory."""
    content = _read(connection, _own_directory(connection, kind))
    return [entry for entry in _entries(content) if _identifier(entry) == identifier]


def _unlist(connection: Connection, kind: Kind, identifier: bytes) -> bool:
    """Takes the entries with an identifier out of the holder's directory; whether there were any."""
    path = _own_directory(connection, kind)
    content = _read(connection, path)
    entries = _entries(content)
    kept = [entry for entry in entries if _identifier(entry) != identifier]
    _write(connection, path, content, kept)
    return kept != entries


# Files


def _directories(connection: Connection, kind: Kind) -> list[bytes]:
    """Paths of the directories of a kind; the holder's own comes first, a factory's behind it."""
    found = []
    for entry in _entries(_read(connection, _EF_ODF)):
        [(tag, value)] = _parse(entry)
        path = _path_in(value) if tag == kind else None
        if path is not None:
            found.append(path)
    return found


def _own_directory(connection: Connection, kind: Kind) -> bytes:
    paths = _directories(connection, kind)
    if not paths:
        raise DirectoryError(f"the card has no directory of the kind {kind:X}")
    return paths[0]


def _read(connection: Connection, path: bytes) -> bytes:
    _select_file(connection, path)
    content = b""
    while True:
        answer = connection.transmit(0x00, _READ_BINARY, len(content) >> 8, len(content) & 0xFF, le=_CHUNK)
        if content and answer.sw == _BEHIND_THE_END:  # the last part was as long as one can be
            return content
        part = answer.require("READ BINARY")
        content += part
        if len(part) < _CHUNK:
            return content


def _write(connection: Connection, path: bytes, old: bytes, entries: Sequence[bytes]) -> None:
    """Makes these entries the directory's content, zeros behind them, and sees that it is so."""
    new = b"".join(entries)
    if len(new) > len(old):
        raise DirectoryError("no room in the directory")
    new = new.ljust(len(old), b"\0")
    changed = [position for position in range(len(old)) if old[position] != new[position]]
    if not changed:
        return
    _select_file(connection, path)
    end = changed[-1] + 1
    for start in range(changed[0], end, _CHUNK):
        part = new[start : min(start + _CHUNK, end)]
        connection.transmit(0x00, _UPDATE_BINARY, start >> 8, start & 0xFF, part).require("UPDATE BINARY")
    if _read(connection, path) != new:
        raise DirectoryError("the directory is not as it was written")


def _delete_file(connection: Connection, entry: bytes) -> None:
    """Deletes the file that an entry's object lies in, if it lies in one of its own and is not gone already."""
    path = _object_path(entry)
    if path is None:
        return
    try:
        _select_file(connection, path)
    except CardRefusedError as error:
        if error.sw == _FILE_NOT_FOUND:
            return
        raise
    connection.transmit(0x00, _DELETE_FILE, 0x00, 0x00).require("DELETE FILE")


def _select_file(connection: Connection, path: bytes) -> None:
    relative = path.removeprefix(_MASTER_FILE)
    connection.transmit(0x00, _SELECT, _BY_PATH, _NO_ANSWER, relative).require("SELECT of a file")


# Entries


def _parse(raw: bytes) -> list[tuple[int, bytes]]:
    try:
        return tlv.parse(raw)
    except tlv.TlvError as error:
        raise DirectoryError(f"the directory can't be read: {error}") from error


def _entries(content: bytes) -> list[bytes]:
    """The entries of a directory, whole; behind the last one are zeros."""
    used = content
    entries = []
    while used and used[0]:
        try:
            first, used = tlv.split(used)
        except tlv.TlvError as error:
            raise DirectoryError(f"the directory can't be read: {error}") from error
        entries.append(first)
    if any(used):
        raise DirectoryError("there is something behind the directory's last entry")
    return entries


def _attributes(entry: bytes) -> list[tuple[int, bytes]]:
    """An object's groups of attributes: common, of its class, and so on (ISO 7816-15, 8.2.1)."""
    [(_, value)] = _parse(entry)
    return _parse(value)


def _identifier(entry: bytes) -> bytes | None:
    groups = _attributes(entry)
    if len(groups) < 2:
        return None
    return next((value for tag, value in _parse(groups[1][1]) if tag == _OCTET_STRING), None)


def _object_path(entry: bytes) -> bytes | None:
    """The path of the file with an object's value, or None when the value stands in the entry itself."""
    for tag, value in _attributes(entry):
        if tag == _TYPE_ATTRIBUTES:
            for inner_tag, inner in _parse(value):
                if inner_tag == _SEQUENCE:
                    return _path_in(inner)
    return None


def _path_in(value: bytes) -> bytes | None:
    """The path in the first SEQUENCE of a value (ISO 7816-15, 8.2.5), from the master file."""
    for tag, inner in _parse(value)[:1]:
        if tag == _SEQUENCE:
            path = next((octets for kind, octets in _parse(inner) if kind == _OCTET_STRING), None)
            if path is not None:
                return path if path.startswith(_MASTER_FILE) else _MASTER_FILE + _APPLICATION + path
    return None


def _code_object(entry: bytes) -> CodeObject:
    groups = _attributes(entry)
    common = _parse(groups[0][1]) if groups else []
    label = next((value for tag, value in common if tag == _UTF8_STRING), b"")
    for tag, value in groups:
        if tag == _TYPE_ATTRIBUTES:
            fields = dict(reversed([field for _, body in _parse(value)[:1] for field in _parse(body)]))
            flags, reference = fields.get(_BIT_STRING, b"\0"), fields.get(_PIN_REFERENCE)
            if reference is not None:
                return CodeObject(label.decode("utf-8", "replace"), int.from_bytes(reference), _bit(flags, _UNBLOCKING))
    raise DirectoryError("a code without a reference")


def _bit(value: bytes, number: int) -> bool:
    """A bit of a BIT STRING's value; those behind its end are not set."""
    try:
        bits = BitString(contents=value).native
    except (ValueError, IndexError) as error:
        raise DirectoryError(f"the directory can't be read: {error}") from error
    return number < len(bits) and bool(bits[number])


def _private_key_entry(identifier: bytes, reference: int, guard: CodeStatus) -> bytes:
    """An entry as of an RSA key (ISO 7816-15, 8.4), of which the card reads identifier and reference only."""
    auth_id = OctetString((guard.reference or 0).to_bytes(1))
    common = UTF8String("to be deleted").dump() + auth_id.dump()
    usage = BitString((0, 0, 1)).dump()  # sign
    of_class = OctetString(identifier).dump() + usage + Integer(reference).dump()
    path = tlv.encode(_SEQUENCE, OctetString(_MASTER_FILE + _APPLICATION).dump())
    of_type = tlv.encode(_SEQUENCE, path + Integer(2048).dump())
    groups = (tlv.encode(_SEQUENCE, common), tlv.encode(_SEQUENCE, of_class), tlv.encode(_TYPE_ATTRIBUTES, of_type))
    return tlv.encode(_SEQUENCE, b"".join(groups))
