"""The PKCS#15 application (ISO 7816-15): its files as personalised, and its directories read back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from stuntcard.card.files import MASTER_FILE, Condition, File, FileKind, FileSystem, access, code_condition
from stuntcard.card.pkcs15_objects import EC_PRIVATE_KEY, authentication_objects, path_to
from stuntcard.iso7816 import der, tlv
from stuntcard.profile.model import FactoryKey, Profile

APPLICATION_NAME = b"\xa0\x00\x00\x00\x63PKCS-15"
APPLICATION = MASTER_FILE + b"\x50\x15"
FACTORY = MASTER_FILE + b"\x50\x20"
"""The DF of the keys and certificates that the card leaves the factory with; its number is ours."""
EF_DIR = MASTER_FILE + b"\x2f\x00"
EF_ODF = APPLICATION + b"\x50\x31"
EF_TOKEN_INFO = APPLICATION + b"\x50\x32"
EF_UNUSED_SPACE = APPLICATION + b"\x50\x33"

PRIVATE_KEYS = 0xA0
PUBLIC_KEYS = 0xA1
SECRET_KEYS = 0xA3
CERTIFICATES = 0xA4
DATA_OBJECTS = 0xA7
AUTHENTICATION_OBJECTS = 0xA8

# File identifiers and order are those of OpenSC's own profile for the IsoApplet; sizes are larger.
_DIRECTORIES = {
    PRIVATE_KEYS: (b"\x44\x02", 2048),
    PUBLIC_KEYS: (b"\x44\x03", 2048),
    CERTIFICATES: (b"\x44\x04", 2048),
    DATA_OBJECTS: (b"\x44\x05", 1024),
    AUTHENTICATION_OBJECTS: (b"\x44\x01", 1024),
}

FIXED = access(otherwise=Condition.NEVER, read=Condition.ALWAYS)
"""What anybody can read and nobody can write."""

_RANDOM_NUMBERS = 2
"""A bit of TokenFlags (ISO 7816-15, 8.10): the card makes random numbers."""
_KEY_KINDS = {
    PRIVATE_KEYS: frozenset({der.SEQUENCE, EC_PRIVATE_KEY, 0xA1, 0xA2, 0xA3}),
    SECRET_KEYS: frozenset({der.SEQUENCE, *range(0xA0, 0xB0)}),
}
"""RSA, EC, DH, DSA, KEA (ISO 7816-15, 8.3); a generic key, or one of a certain cipher (8.5)."""


@dataclass(frozen=True, slots=True)
class KeyEntry:
    """What an entry of the directory of private keys says that the card needs to know."""

    reference: int
    identifier: bytes


def personalise(profile: Profile) -> FileSystem:
    """The file system of a card as it leaves the factory; two directories and nothing else on one that is open then."""
    if profile.open_while is not None:
        return _empty(profile)
    writing = Condition.NEVER if profile.files.guard is None else Condition.USER
    open_to_holder = access(otherwise=writing, read=Condition.ALWAYS)
    contents = {
        EF_DIR: (_directory_record(profile).ljust(128, b"\0"), FIXED),
        EF_ODF: (_object_directory().ljust(256, b"\0"), open_to_holder),
        EF_TOKEN_INFO: (_token_info(profile).ljust(192, b"\0"), open_to_holder),
        EF_UNUSED_SPACE: (bytes(128), open_to_holder),
    }
    for kind, (identifier, size) in _DIRECTORIES.items():
        rights = FIXED if kind == AUTHENTICATION_OBJECTS else open_to_holder
        contents[APPLICATION + identifier] = (bytes(size), rights)
    directory = access(
        otherwise=Condition.NEVER,
        create_ef=Condition.USER,
        create_df=Condition.USER,
        delete_child=Condition.USER,
    )
    root = access(otherwise=Condition.NEVER)
    files = [
        File(MASTER_FILE, FileKind.DF, root),
        File(APPLICATION, FileKind.DF, directory, name=APPLICATION_NAME),
    ]
    files += [File(path, FileKind.EF, rights, content) for path, (content, rights) in contents.items()]
    return FileSystem({file.path: file for file in files})


def _empty(profile: Profile) -> FileSystem:
    """Two directories, with the access that OpenSC gives them when it empties such a card."""
    reference = None if profile.emptied_with is None else profile.codes[profile.emptied_with].reference
    making = {"create_df": Condition.USER, "create_ef": Condition.USER}
    emptying = Condition.NEVER if reference is None else code_condition(reference)
    root = access(otherwise=Condition.NEVER, delete_self=emptying, **making)
    application = access(otherwise=Condition.NEVER, delete_self=Condition.USER, **making)
    directories = (
        File(MASTER_FILE, FileKind.DF, root),
        File(APPLICATION, FileKind.DF, application, name=APPLICATION_NAME),
    )
    return FileSystem({file.path: file for file in directories})


def with_authentication_objects(profile: Profile, files: FileSystem, not_set: frozenset[str]) -> FileSystem:
    """The files with a directory of authentication objects that shows these codes as not set yet."""
    identifier, size = _DIRECTORIES[AUTHENTICATION_OBJECTS]
    path = APPLICATION + identifier
    if path not in files.files:
        return files
    content = authentication_objects(profile, not_set).ljust(size, b"\0")
    return FileSystem({**files.files, path: replace(files.files[path], content=content)})


def with_entries(files: FileSystem, kind: int, entries: tuple[bytes, ...]) -> FileSystem:
    """The files with these entries in the directories of a kind; those that are in none stand in front in the first.

    They take the place of others for the same keys, by reference, or for certificates of the same identifiers. A
    directory that can't be read as a whole, or that has no room left, stays as it is.
    """
    directories = directory_files(files, kind)
    found = [read_entries(directory.content) for directory in directories]
    listed = [item for objects in found for item in objects or ()]
    names = {_name(kind, tlv.parse_one(entry)[0]) for entry in entries}
    if None in found or not directories or set(entries) <= {item.encode() for item in listed}:
        return files
    others = [item.encode() for item in found[0] or () if _name(kind, item) not in names]
    first, content = directories[0], b"".join((*entries, *others))
    if len(content) > len(first.content):
        return files
    return FileSystem({**files.files, first.path: replace(first, content=content.ljust(len(first.content), b"\0"))})


def _name(kind: int, item: tlv.Tlv) -> int | bytes | None:
    """By what an entry is told from the others of its directory."""
    if kind in _KEY_KINDS:
        entry = key_entry(item)
        return None if entry is None else entry.reference
    return tlv.find(_class_attributes(item) or (), der.OCTET_STRING)


def factory_certificate(key: FactoryKey) -> bytes:
    """The path of the certificate of a key from the factory."""
    return FACTORY + bytes.fromhex(key.certificate.eop_file or f"43{key.id}")


def directory_files(files: FileSystem, kind: int) -> tuple[File, ...]:
    """The directories of a kind (PRIVATE_KEYS, CERTIFICATES …) that the object directory names and that are there."""
    objects = read_entries(files.at(EF_ODF).content) if EF_ODF in files.files else None
    found = []
    for entry in objects or ():
        if entry.tag == kind:
            path = _path(entry.value)
            file = files.files.get(path) if path is not None else None
            if file is not None and file.kind is FileKind.EF:
                found.append(file)
    return tuple(found)


def read_keys(kind: int, contents: Iterable[bytes]) -> tuple[KeyEntry, ...] | None:
    """The entries of the directories of private or secret keys, or None when one of them can't be read as a whole.

    A directory that is being rewritten passes through states that are half old and half new. Such a one has an entry
    that does not parse, something behind the last entry, or the same key twice; then nothing is said of it.
    """
    entries: list[KeyEntry] = []
    for content in contents:
        objects = read_entries(content)
        if objects is None:
            return None
        for item in objects:
            entry = key_entry(item) if item.tag in _KEY_KINDS[kind] else None
            if entry is None:
                return None
            entries.append(entry)
    if len({entry.reference for entry in entries}) != len(entries):
        return None
    return tuple(entries)


def read_certificates(contents: Iterable[bytes]) -> frozenset[bytes] | None:
    """The identifiers of the certificates listed, or None when a directory can't be read as a whole."""
    identifiers = set()
    for content in contents:
        objects = read_entries(content)
        if objects is None:
            return None
        if len(set(objects)) != len(objects):
            return None
        for item in objects:
            attributes = _class_attributes(item)
            identifier = tlv.find(attributes or (), der.OCTET_STRING)
            if identifier is None:
                return None
            identifiers.add(identifier)
    return frozenset(identifiers)


def read_entries(content: bytes) -> tuple[tlv.Tlv, ...] | None:
    """The objects of a file, followed by nothing but zeros; None when it is not so."""
    objects = []
    rest = content
    try:
        while rest and rest[0] != 0:
            item, rest = tlv.parse_one(rest)
            objects.append(item)
    except tlv.TlvError:
        return None
    return tuple(objects) if not any(rest) else None


def _class_attributes(item: tlv.Tlv) -> tuple[tlv.Tlv, ...] | None:
    """The second part of a PKCS#15 object, common to its class (ISO 7816-15, 8.2.1)."""
    try:
        parts = item.children()
        if len(parts) < 3 or parts[0].tag != der.SEQUENCE or parts[1].tag != der.SEQUENCE:
            return None
        parts[0].children()
        return parts[1].children()
    except tlv.TlvError:
        return None


def key_entry(item: tlv.Tlv) -> KeyEntry | None:
    """What the card needs to know of a key's entry; None when it does not say all of that."""
    attributes = _class_attributes(item) or ()
    identifier, reference = tlv.find(attributes, der.OCTET_STRING), tlv.find(attributes, der.INTEGER)
    if identifier is None or not reference:
        return None
    return KeyEntry(int.from_bytes(reference), identifier)


def _path(value: bytes) -> bytes | None:
    try:
        sequence, _ = tlv.parse_one(value)
        path = tlv.find(sequence.children(), der.OCTET_STRING)
    except tlv.TlvError:
        return None
    if path is None:
        return None
    return path if path.startswith(MASTER_FILE) else APPLICATION + path


def _directory_record(profile: Profile) -> bytes:
    """EF.DIR's application template (ISO 7816-4, 12.2.3)."""
    label = profile.token.label.encode("utf-8")
    return tlv.encode(
        0x61, tlv.encode(0x4F, APPLICATION_NAME) + tlv.encode(0x50, label) + tlv.encode(0x51, APPLICATION)
    )


def _object_directory() -> bytes:
    entries = []
    for kind, (identifier, _) in _DIRECTORIES.items():
        entries.append(tlv.encode(kind, path_to(APPLICATION + identifier)))
    return b"".join(entries)


def _token_info(profile: Profile) -> bytes:
    token = profile.token
    return der.sequence(
        der.integer(0),
        der.octet_string(bytes.fromhex(token.serial)),
        der.utf8_string(token.manufacturer),
        tlv.encode(0x80, token.label.encode("utf-8")),
        der.named_bits(_RANDOM_NUMBERS),
    )
