"""Consent to each use of a key, as the directories of private keys tell it (userConsent; ISO 7816-15, 8.2.9).

A key in an area whose guard holds for one use is told so, whoever wrote its entry: clients that know it ask their user
each time, and do not give a code again that they remember. A key elsewhere whose entry asks for consent gets what key
files of MyEID have: one use of the key uses the guard up.
"""

from __future__ import annotations

from dataclasses import replace

from stuntcard.card import pkcs15
from stuntcard.card.content import Content, with_key_files_read
from stuntcard.card.files import File, FileSystem
from stuntcard.card.key_files import file_of, header
from stuntcard.iso7816 import der, tlv
from stuntcard.profile.model import Lasts, Profile

_BEFORE_CONSENT = frozenset({der.UTF8_STRING, der.BIT_STRING, der.OCTET_STRING})
"""Label, flags and authId, which stand in front of it."""


def with_consent_kept(profile: Profile, content: Content) -> Content:
    """With the files of keys asking for the consent that the keys' entries tell of."""
    files = content.files
    for directory in pkcs15.directory_files(files, pkcs15.PRIVATE_KEYS):
        for entry in pkcs15.read_entries(directory.content) or ():
            files = _with_rights_as_told(profile, content, files, entry)
    return content if files is content.files else with_key_files_read(profile, replace(content, files=files))


def with_consent_told(profile: Profile, content: Content) -> Content:
    """With the entries of keys telling of the consent that the keys' guards ask for."""
    files = content.files
    for directory in pkcs15.directory_files(files, pkcs15.PRIVATE_KEYS):
        told = [_told(profile, content, entry) for entry in pkcs15.read_entries(directory.content) or ()]
        files = _with_entries(files, directory, b"".join(entry.encode() for entry in told))
    return replace(content, files=files)


def _told(profile: Profile, content: Content, entry: tlv.Tlv) -> tlv.Tlv:
    """An entry that tells of consent where the key's guard holds for one use."""
    guard = _guard(profile, content, entry)
    if guard is None or profile.codes[guard].holds.for_ is not Lasts.ONE_USE or _asks(entry):
        return entry
    common, *others = entry.children()
    fields = [field for field in common.children() if field.tag != der.INTEGER]
    place = sum(field.tag in _BEFORE_CONSENT for field in fields)
    encoded = [field.encode() for field in fields]
    encoded.insert(place, der.integer(1))
    return tlv.Tlv(entry.tag, der.sequence(*encoded) + b"".join(other.encode() for other in others))


def _with_entries(files: FileSystem, directory: File, entries: bytes) -> FileSystem:
    """With these in a directory, if they are others than it has, and there is room."""
    content = entries.ljust(len(directory.content), b"\0")
    if content == directory.content or len(content) > len(directory.content) or not entries:
        return files
    return FileSystem({**files.files, directory.path: replace(directory, content=content)})


def _with_rights_as_told(profile: Profile, content: Content, files: FileSystem, entry: tlv.Tlv) -> FileSystem:
    """With the key's file asking for what its entry tells of; what it has asked for once, it goes on to ask for."""
    guard, known = _guard(profile, content, entry), pkcs15.key_entry(entry)
    if guard is None or known is None or not _asks(entry) or profile.codes[guard].holds.for_ is Lasts.ONE_USE:
        return files
    file, reference = file_of(files, known.reference), profile.codes[guard].reference
    if file is None or reference is None or header(file).consent is not None:
        return files
    asking = replace(file, content=header(file).asking(reference).encode())
    return FileSystem({**files.files, file.path: asking})


def _asks(entry: tlv.Tlv) -> bool:
    """Whether an entry tells of consent."""
    return any(tlv.find(entry.children()[0].children(), der.INTEGER) or b"")


def _guard(profile: Profile, content: Content, entry: tlv.Tlv) -> str | None:
    """The code that guards the key of an entry; None where there is no such key."""
    known = pkcs15.key_entry(entry)
    number = None if known is None else content.number_of(known.reference)
    item = None if number is None else content.state.item(number)
    return None if item is None else profile.areas[item.area].guard
