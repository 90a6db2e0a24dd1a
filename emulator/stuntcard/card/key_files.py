"""Key files: each names a key by its place among the files, and says who may use it, and what for.

A key file's header is what its `content` holds: the size of its key in bits, and proprietary attributes, two bytes
each. The key itself is in nobody's reach, among the card's keys. The last byte of a key file's identifier is the
key's reference, as OpenSC has it in the directories that it writes; a secret key's counts from `SECRET` on, because
files 4B01 and 4D01 lie side by side.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import IntFlag

from cryptography.hazmat.primitives.asymmetric import rsa

from stuntcard.card.files import (
    Condition,
    File,
    FileKind,
    FileSystem,
    Operation,
    access,
    code_condition,
    code_of_condition,
)
from stuntcard.card.keys import Key, SecretKey
from stuntcard.policy.state import KeyRights
from stuntcard.profile.model import Profile

SECRET = 0x100
PRIVATE_KEY_FILES, SECRET_KEY_FILES = 0x4B, 0x4D
"""The first byte of a key file's identifier."""
BLOCK_LENGTHS = {FileKind.AES_KEY: 16, FileKind.DES_KEY: 8, FileKind.GENERIC_SECRET: 0}
"""The kinds of files of secret keys, and the length of their cipher's block."""


class Attribute(IntFlag):
    """Proprietary attributes of a key file; the highest four bits are the reference of a code (`consent`)."""

    SESSION = 0x0001
    """The file goes with the next reset."""
    EXTRACTABLE = 0x0008
    """The key may be wrapped with another key."""
    TRUSTED = 0x0400
    WRAP_WITH_TRUSTED = 0x0800
    """Only a trusted key may wrap it."""


@dataclass(frozen=True, slots=True)
class Header:
    """What a key file says of its key before there is one."""

    bits: int
    attributes: int = 0

    @property
    def consent(self) -> int | None:
        """The reference of the code that one use of the key uses up."""
        return self.attributes >> 12 or None

    def asking(self, code: int) -> Header:
        """The same that asks for the code of this reference, of 1 to 15, for each use."""
        return replace(self, attributes=self.attributes & 0x0FFF | code << 12)

    def has(self, attribute: Attribute) -> bool:
        """Whether an attribute is set."""
        return self.attributes & attribute != 0

    def encode(self) -> bytes:
        """The header as a file's content."""
        return self.bits.to_bytes(2) + self.attributes.to_bytes(2)


def header(file: File) -> Header:
    """The header of a key file."""
    return Header(int.from_bytes(file.content[:2]), int.from_bytes(file.content[2:]))


def reference_of(file: File) -> int:
    """The reference of the key that a key file is for."""
    return file.path[-1] | SECRET if file.kind in BLOCK_LENGTHS else file.path[-1]


def file_of(files: FileSystem, reference: int) -> File | None:
    """The key file of a reference."""
    found = (file for file in files.files.values() if file.kind.is_key and reference_of(file) == reference)
    return next(found, None)


def code_of_reference(profile: Profile, reference: int | None) -> str | None:
    """The code of the chip with this reference."""
    if reference is None:
        return None
    return next((name for name, code in profile.codes.items() if code.reference == reference), None)


def code_asked_for(profile: Profile, condition: int) -> str | None:
    """The code that a condition byte asks for; None for one that names none of this card's."""
    if condition == Condition.USER:
        return profile.files.guard
    return code_of_reference(profile, code_of_condition(condition))


def rights_in(profile: Profile, file: File) -> KeyRights:
    """What a key file asks for each use of its key."""
    condition = file.condition(Operation.USE)
    code = code_asked_for(profile, condition)
    consent = code_of_reference(profile, header(file).consent)
    return KeyRights(code, never=code is None and condition != Condition.ALWAYS, consent=consent)


def kind_of(key: Key) -> FileKind:
    """The kind of file that a key lies in."""
    if isinstance(key, SecretKey):
        return next(kind for kind, length in BLOCK_LENGTHS.items() if length == key.block_length)
    return FileKind.RSA_KEY if isinstance(key, rsa.RSAPrivateKey) else FileKind.EC_KEY


def path_of(directory: bytes, reference: int) -> bytes:
    """The path of a key's file in the DF at `directory`, when the card itself makes it."""
    first = SECRET_KEY_FILES if reference & SECRET else PRIVATE_KEY_FILES
    return directory + bytes([first, reference & 0xFF])


def key_file_access(profile: Profile, guard: str, *, deletable: bool) -> bytes:
    """Access to the file of a key that this code guards: it opens the key, and the files' guard deletes it."""
    code = profile.codes[guard].reference
    use = Condition.NEVER if code is None else code_condition(code)
    delete = Condition.USER if deletable and profile.files.guard is not None else Condition.NEVER
    return access(otherwise=Condition.NEVER, use=use, delete_self=delete)


def with_file_for(files: FileSystem, directory: bytes, reference: int, key: Key, rights: bytes) -> FileSystem:
    """The files with one for this key: the one that there is, if it fits, else a new one with these rights."""
    there = file_of(files, reference)
    if there is not None and there.kind is kind_of(key) and header(there).bits == key.key_size:
        return files
    path = there.path if there is not None else path_of(directory, reference)
    if path[:-2] not in files.files or (there is None and path in files.files):
        return files
    return FileSystem({**files.files, path: File(path, kind_of(key), rights, Header(key.key_size).encode())})


def with_same_file_for(files: FileSystem, reference: int, other: int) -> FileSystem:
    """The files with one more, like that of a reference, for the key that has another one from now on."""
    file = file_of(files, reference)
    if file is None:
        return files
    path = path_of(file.path[:-2], other)
    return FileSystem({**files.files, path: replace(file, path=path)})


def without_files_of(files: FileSystem, references: Iterable[int]) -> FileSystem:
    """The files without those of keys that are gone."""
    gone = frozenset(references)
    if not gone:
        return files
    kept = {path: file for path, file in files.files.items() if not (file.kind.is_key and reference_of(file) in gone)}
    return files if len(kept) == len(files.files) else replace(files, files=kept)
