"""The card's files: a tree of DFs, transparent EFs (ISO 7816-4, 7.2) and key files, immutable as a whole.

A file's path is its file identifiers from 3F00 down, joined: `3F00 5015 4402` is six bytes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import Enum, IntEnum

from stuntcard.iso7816 import tlv
from stuntcard.iso7816.status import StatusWord
from stuntcard.profile.areas import LAST_GUARD_REFERENCE

MASTER_FILE = b"\x3f\x00"
CURRENT_DF = b"\x3f\xff"
MAX_FILE_SIZE = 0x7FFF
"""READ BINARY and UPDATE BINARY reach 15 bits far (ISO 7816-4, 11.3.3)."""


class FileKind(Enum):
    """The kinds of file there are, by their file descriptor byte. What a key file holds, `key_files` says."""

    DF = 0x38
    EF = 0x01
    RSA_KEY = 0x11
    DES_KEY = 0x19
    EC_KEY = 0x22
    AES_KEY = 0x29
    GENERIC_SECRET = 0x41

    @property
    def is_key(self) -> bool:
        """Whether such a file is the place of a key, which nobody can read or write as bytes."""
        return self not in (FileKind.DF, FileKind.EF)


class Operation(IntEnum):
    """What access is given to; the value is the place of its security condition byte (ISO 7816-4, tables 16 to 19).

    USE and GENERATE are those of key files, for which the standard has no places.
    """

    DELETE_SELF = 1
    CREATE_DF = 5
    CREATE_EF = 6
    DELETE_CHILD = 7
    UPDATE = 6
    READ = 7
    GENERATE = 5
    USE = 7


class Condition(IntEnum):
    """Security condition bytes of the compact format (ISO 7816-4, table 20)."""

    ALWAYS = 0x00
    USER = 0x90
    """The code that guards the files was given."""
    NEVER = 0xFF


LAST_CODE_IN_CONDITION = LAST_GUARD_REFERENCE


def code_condition(reference: int) -> int:
    """The condition that the code of this reference (1 to 14) was given."""
    return Condition.USER | reference


def code_of_condition(condition: int) -> int | None:
    """The reference of the code that a condition asks for; None for one that names no code."""
    reference = condition & 0x0F
    named = condition & 0xF0 == Condition.USER and 1 <= reference <= LAST_CODE_IN_CONDITION
    return reference if named else None


CREATION, ACTIVATED = 0x01, 0x05
"""Life cycle status bytes (ISO 7816-4, table 15)."""

ACCESS_LENGTH = 8
"""An access mode byte FF, then seven condition bytes."""


def access(*, otherwise: int, **given: int) -> bytes:
    """The eight access bytes with these conditions, by the operation's name in lower case."""
    conditions = [otherwise] * (ACCESS_LENGTH - 1)
    for name, condition in given.items():
        conditions[Operation[name.upper()] - 1] = condition
    return bytes((0xFF, *conditions))


OPEN = access(otherwise=Condition.ALWAYS)
FOR_HOLDER = access(otherwise=Condition.USER, read=Condition.ALWAYS)
"""The rights of a file that was created without any: everybody reads it, the holder does the rest."""
ERASED = b"\xff"
"""What a new file is full of: it tells a directory that was created and not yet written from an empty one."""


class FileError(Exception):
    """What the file system can't do; `sw` is the status word that says so."""

    def __init__(self, sw: StatusWord) -> None:
        self.sw = sw
        super().__init__(sw.name)


@dataclass(frozen=True, slots=True)
class File:
    """A DF, an EF or a key file. `content` is empty for a DF, as long as the file for an EF, a key file's header."""

    path: bytes
    kind: FileKind
    access: bytes = OPEN
    content: bytes = b""
    name: bytes = b""

    @property
    def identifier(self) -> bytes:
        """The file identifier, two bytes."""
        return self.path[-2:]

    def condition(self, operation: Operation) -> int:
        """The security condition byte for an operation."""
        return self.access[operation]

    def condition_named(self, operation: str) -> int:
        """The same by the operation's name in lower case."""
        return self.condition(Operation[operation.upper()])

    def control_parameters(self) -> bytes:
        """What the tags of an FCP or FCI say of the file (ISO 7816-4, table 12), access in the compact format.

        Life cycle 05, activated: OpenSC takes a file in creation (01) as open and never asks for a code.
        """
        return self.description(ACTIVATED) + tlv.encode(0x86, self.access)

    def description(self, life_cycle: int) -> bytes:
        """The same without access, for whoever has a format of its own for that."""
        size = len(self.content).to_bytes(2, "big")
        fields = [(0x80, size), (0x81, size)] if self.kind is FileKind.EF else []
        if self.kind.is_key:
            fields.append((0x81, self.content[:2]))
        fields += [(0x82, bytes([self.kind.value])), (0x83, self.identifier)]
        if self.name:
            fields.append((0x84, self.name))
        fields.append((0x8A, bytes([life_cycle])))
        return b"".join(tlv.encode(tag, value) for tag, value in fields)


@dataclass(frozen=True, slots=True)
class FileSystem:
    """All files of a card, by path."""

    files: Mapping[bytes, File]

    def at(self, path: bytes) -> File:
        """The file at a path. Raises FileError (6A82)."""
        try:
            return self.files[path]
        except KeyError:
            raise FileError(StatusWord.FILE_NOT_FOUND) from None

    def by_name(self, name: bytes) -> File:
        """The DF whose name starts so (ISO 7816-4, 11.2.2). Raises FileError (6A82)."""
        for file in self.files.values():
            if name and file.name.startswith(name):
                return file
        raise FileError(StatusWord.FILE_NOT_FOUND)

    def below(self, path: bytes) -> Iterator[File]:
        """A file, and all files that lie below it."""
        return (file for file in self.files.values() if file.path.startswith(path))

    def created(self, file: File) -> FileSystem:
        """With a new file. Raises FileError: no parent DF (6A82), there is one already (6A89), name taken (6A8A)."""
        if file.path in self.files:
            raise FileError(StatusWord.FILE_EXISTS)
        parent = self.at(file.path[:-2])
        if parent.kind is not FileKind.DF:
            raise FileError(StatusWord.COMMAND_INCOMPATIBLE)
        if file.name and any(other.name == file.name for other in self.files.values()):
            raise FileError(StatusWord.DF_NAME_EXISTS)
        return FileSystem({**self.files, file.path: file})

    def deleted(self, path: bytes) -> FileSystem:
        """Without a file and all that lies below it. Raises FileError: the master file stays (6985)."""
        self.at(path)
        if path == MASTER_FILE:
            raise FileError(StatusWord.CONDITIONS_NOT_SATISFIED)
        return FileSystem({at: file for at, file in self.files.items() if not at.startswith(path)})

    def updated(self, path: bytes, offset: int, data: bytes) -> FileSystem:
        """With bytes of an EF written anew. Raises FileError: not an EF (6981), beyond its end (6B00, 6A84)."""
        file = self.at(path)
        if file.kind is not FileKind.EF:
            raise FileError(StatusWord.COMMAND_INCOMPATIBLE)
        if offset >= len(file.content):
            raise FileError(StatusWord.WRONG_OFFSET)
        if offset + len(data) > len(file.content):
            raise FileError(StatusWord.NOT_ENOUGH_MEMORY)
        content = file.content[:offset] + data + file.content[offset + len(data) :]
        return FileSystem({**self.files, path: replace(file, content=content)})
