"""The data objects of GIDS: what is in each, made of what the card has, and what clients write into them.

What they write is kept in the card's files, one an object. Of the map of keys nothing is kept: it says again what the
map of containers says. A certificate goes to the directories of PKCS#15.
"""

from __future__ import annotations

import contextlib
import re
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from operator import is_
from struct import Struct

from stuntcard.applets.answers import RefusalError
from stuntcard.applets.gids_containers import Container, containers
from stuntcard.applets.gids_formats import (
    KEY_MAP_VERSION,
    MASTER_FILE_VERSION,
    ContainerRecord,
    Entry,
    key_map,
    packed_certificate,
    read_containers,
    read_entries,
    unpacked_certificate,
)
from stuntcard.applets.listed_objects import certificate_of, drop_certificate, put_certificate
from stuntcard.applets.shown_area import shown_area
from stuntcard.card import pkcs15
from stuntcard.card.card import Card
from stuntcard.card.files import FOR_HOLDER, MAX_FILE_SIZE, Condition, File, FileError, FileKind, Operation, access
from stuntcard.card.keeper import KeepError
from stuntcard.card.memos import Memo
from stuntcard.iso7816.status import StatusWord

DIRECTORIES, PUBLIC_FILES, CARD_FILES = 0xA000, 0xA010, 0xA012
TAGS = range(0xDF00, 0xE000)
"""Tags of data objects."""


@dataclass(frozen=True, slots=True)
class Place:
    """A file of data objects. `number`: which of those that can be written it is; None: nobody writes it."""

    number: int | None
    read: Condition


PLACES = {
    DIRECTORIES: Place(0, Condition.ALWAYS),
    PUBLIC_FILES: Place(1, Condition.ALWAYS),
    0xA011: Place(2, Condition.NEVER),
    CARD_FILES: Place(None, Condition.ALWAYS),
    0xA013: Place(3, Condition.USER),
    0xA014: Place(None, Condition.NEVER),
}
"""The files that the specification wants, by identifier. What it lets an administrator write, nobody writes here."""

_MASTER_FILE, _KEY_MAP = (DIRECTORIES, 0xDF1F), (DIRECTORIES, 0xDF20)
_CARD_IDENTIFIER = (CARD_FILES, 0xDF20)
_APPLICATIONS, _FRESHNESS, _CONTAINER_MAP = ((PUBLIC_FILES, tag) for tag in (0xDF21, 0xDF22, 0xDF23))
_MINIDRIVER = "mscp"
_AT_FIRST = (
    Entry(_MINIDRIVER, "", 0, DIRECTORIES),
    Entry("", "cardid", 0xDF20, CARD_FILES),
    Entry("", "cardapps", 0xDF21, PUBLIC_FILES),
    Entry("", "cardcf", 0xDF22, PUBLIC_FILES),
    Entry(_MINIDRIVER, "cmapfile", 0xDF23, PUBLIC_FILES),
)
_FIRST_FREE_TAG = 0xDF24
_IDENTIFIER_LENGTH = 16
_FRESHNESS_FORM = Struct("<BBHH")
"""Its version; how fresh codes, containers and files are."""
_STEP = 128
"""Files are made with some room to grow, so that most changes are written in one go."""
_LENGTH_BYTES = 2

_SHOWN: Memo[tuple[tuple[object, ...], tuple[Container, ...]]] = Memo(((), ()))
"""The containers, and what they were made of."""

Object = tuple[int, int]
"""A data object, by its file and tag."""


def read(card: Card, what: Object) -> bytes | None:
    """The value of a data object; None when there is none."""
    made = _MADE.get(what)
    if made is not None:
        return made(card)
    container = _container_of_certificate(card, what)
    if container is not None and container.identifier is not None:
        certificate = certificate_of(card, container.identifier)
        if certificate is not None:
            return packed_certificate(certificate)
    return _written(card, what)


def write(card: Card, what: Object, value: bytes) -> None:
    """Writes a data object; an empty value of a certificate or a file of a client's own deletes it.

    Raises RefusalError and FileError, also when the codes given do not allow it (6982).
    """
    if PLACES[what[0]].number is None or not card.allowed(card.files.at(pkcs15.APPLICATION), Operation.CREATE_EF):
        raise RefusalError(StatusWord.SECURITY_STATUS_NOT_SATISFIED)
    if what == _MASTER_FILE and not value.startswith(MASTER_FILE_VERSION):
        raise RefusalError(StatusWord.INCORRECT_DATA)
    if what == _KEY_MAP:
        if not value.startswith(KEY_MAP_VERSION):
            raise RefusalError(StatusWord.INCORRECT_DATA)
        return
    container = _container_of_certificate(card, what)
    if container is not None and container.identifier is not None:
        certificate = unpacked_certificate(value)
        if certificate is not None:
            put_certificate(card, container.identifier, container.record.name, certificate)
            return
        if not value:
            drop_certificate(card, container.identifier)
    _keep(card, what, _moved(value, _marks(card), -1) if what == _FRESHNESS else value)


def tags_in(card: Card, file: int) -> list[int]:
    """The tags of the objects that a file has now."""
    made = [tag for place, tag in _MADE if place == file]
    named = [entry.tag for entry in _entries(card) if entry.file == file and entry.tag]
    return [tag for tag in dict.fromkeys((*made, *named)) if read(card, (file, tag)) is not None]


def shown_containers(card: Card) -> tuple[Container, ...]:
    """The containers, as the map shows them. Each signature asks for them, and they are what they were, mostly."""
    made_of = (card.files, card.content.keys, card.state.items)
    then, shown = card.memos.read(_SHOWN)
    if len(then) != len(made_of) or not all(map(is_, then, made_of)):
        shown = containers(card, _records_written(card))
        card.memos.note(_SHOWN, (made_of, shown))
    return shown


# What is made of what the card has


def _records_written(card: Card) -> tuple[ContainerRecord, ...]:
    return read_containers(_written(card, _CONTAINER_MAP) or b"")


def _container_map(card: Card) -> bytes:
    return b"".join(container.record.encode() for container in shown_containers(card))


def _key_map(card: Card) -> bytes | None:
    records = [container.record for container in shown_containers(card)]
    return key_map(records) if records else None


def _entries(card: Card) -> tuple[Entry, ...]:
    """The lines of the master file: those that were written, and one for each certificate that has none among them."""
    written = _written(card, _MASTER_FILE)
    entries = list(_AT_FIRST if written is None else read_entries(written))
    named = {entry.name.lower() for entry in entries if entry.directory == _MINIDRIVER}
    taken = {entry.tag for entry in entries if entry.file == PUBLIC_FILES}
    free = (tag for tag in range(_FIRST_FREE_TAG, TAGS.stop) if tag not in taken)
    for number, container in enumerate(shown_containers(card)):
        names = [f"{kind}{number:02X}" for kind in ("kxc", "ksc")]
        identifier = container.identifier
        if not named.isdisjoint(name.lower() for name in names) or identifier is None:
            continue
        if certificate_of(card, identifier) is not None:
            entries.append(Entry(_MINIDRIVER, names[container.record.signs_only], next(free), PUBLIC_FILES))
    return tuple(entries)


def _master_file(card: Card) -> bytes:
    return _encoded(_entries(card))


def _encoded(entries: Iterable[Entry]) -> bytes:
    return MASTER_FILE_VERSION + b"".join(entry.encode() for entry in entries)


def _card_identifier(card: Card) -> bytes:
    """By this clients keep copies of what they read: which area is shown, and the card's serial number.

    The number stands last, where PKCS#11 programs that have no more room than for half of it find it.
    """
    half = _IDENTIFIER_LENGTH // 2
    serial = bytes.fromhex(card.profile.token.serial)[-half:].rjust(half, b"\0")
    return shown_area(card).encode()[:half].ljust(half, b"\0") + serial


def _applications(card: Card) -> bytes:
    return _written(card, _APPLICATIONS) or _MINIDRIVER.encode().ljust(8, b"\0")


def _freshness(card: Card) -> bytes:
    """By this clients know whether their copies are old: what they wrote, and other numbers after others' changes."""
    kept = _written(card, _FRESHNESS)
    return _moved(bytes(_FRESHNESS_FORM.size) if kept is None else kept, _marks(card), 1)


def _marks(card: Card) -> tuple[int, int, int]:
    """Of the code, the containers and the files that clients see: others after each change of these."""
    certificates = (
        certificate_of(card, one.identifier) for one in shown_containers(card) if one.identifier is not None
    )
    files = _master_file(card) + b"".join(one for one in certificates if one is not None)
    renewals = card.content.renewals.get(card.profile.areas[shown_area(card)].guard, 0)
    return renewals, _mark(_container_map(card), b""), _mark(files, _encoded(_AT_FIRST))


def _mark(now: bytes, at_first: bytes) -> int:
    return 0 if now == at_first else zlib.crc32(now) % 0xFFFF + 1


def _moved(freshness: bytes, marks: tuple[int, int, int], by: int) -> bytes:
    """With the marks times `by` upon its numbers; what is no such value, as it is."""
    if len(freshness) != _FRESHNESS_FORM.size:
        return freshness
    version, *numbers = _FRESHNESS_FORM.unpack(freshness)
    code, *others = (number + by * mark for number, mark in zip(numbers, marks, strict=True))
    return _FRESHNESS_FORM.pack(version, code & 0xFF, *(other & 0xFFFF for other in others))


@contextlib.contextmanager
def own_change(card: Card) -> Iterator[None]:
    """What a client of this kind changes meanwhile it counts itself, and its copies stay fresh."""
    before = _marks(card)
    yield
    after, kept = _marks(card), _written(card, _FRESHNESS)
    if kept is not None and after != before:
        with contextlib.suppress(FileError, KeepError):  # then it reads anew what it has just written
            _keep(card, _FRESHNESS, _moved(_moved(kept, before, 1), after, -1))


_MADE: dict[Object, Callable[[Card], bytes | None]] = {
    _MASTER_FILE: _master_file,
    _KEY_MAP: _key_map,
    _CARD_IDENTIFIER: _card_identifier,
    _APPLICATIONS: _applications,
    _FRESHNESS: _freshness,
    _CONTAINER_MAP: _container_map,
}


def _container_of_certificate(card: Card, what: Object) -> Container | None:
    """The container whose certificate an object is, by its name in the master file."""
    if what[0] != PUBLIC_FILES or what in _MADE:
        return None
    for entry in _entries(card):
        named = re.fullmatch(r"k[xs]c([0-9a-f]{2})", entry.name, re.IGNORECASE)
        if (entry.file, entry.tag) == what and entry.directory == _MINIDRIVER and named:
            shown, number = shown_containers(card), int(named[1], 16)
            return shown[number] if number < len(shown) else None
    return None


# What clients write


def _path(card: Card, what: Object, other: bool) -> bytes:
    """Where an object is kept: its area, which of the two files that it may be in, its own file, its tag."""
    area = list(card.profile.areas).index(shown_area(card)) & 0x07
    number = PLACES[what[0]].number or 0
    return pkcs15.APPLICATION + (0xC000 | area << 11 | other << 10 | number << 8 | what[1] & 0xFF).to_bytes(2)


def _file(card: Card, what: Object) -> File | None:
    found = (card.files.files.get(_path(card, what, other)) for other in (False, True))
    return next((file for file in found if file is not None), None)


def _written(card: Card, what: Object) -> bytes | None:
    """What a client wrote into an object, if one did."""
    file = None if PLACES[what[0]].number is None else _file(card, what)
    if file is None:
        return None
    length = int.from_bytes(file.content[:_LENGTH_BYTES])
    return file.content[_LENGTH_BYTES : _LENGTH_BYTES + length]


def _keep(card: Card, what: Object, value: bytes) -> None:
    """Keeps what was written: in the file that there is, or in a new one in its place, but never half of it."""
    file = _file(card, what)
    if not value and what not in _MADE:
        if file is not None:
            card.delete_file(file)
        return
    content = len(value).to_bytes(_LENGTH_BYTES) + value
    size = -(-len(content) // _STEP) * _STEP
    if size > MAX_FILE_SIZE:
        raise RefusalError(StatusWord.NOT_ENOUGH_MEMORY)
    if file is not None and len(content) <= len(file.content):
        card.update_file(file, 0, content)
        return
    path = _path(card, what, other=file is not None and file.path == _path(card, what, other=False))
    if path in card.files.files:
        card.delete_file(card.files.at(path))
    rights = FOR_HOLDER if PLACES[what[0]].read is Condition.ALWAYS else access(otherwise=Condition.USER)
    card.create_file(File(path, FileKind.EF, rights, content.ljust(size, b"\0")))
    if file is not None:
        card.delete_file(file)
