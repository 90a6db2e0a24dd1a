"""Keys and certificates in the card's PKCS#15 directories, for command sets whose clients know nothing of these.

So what is made through one command set is seen through the others, and the law counts it as it counts theirs. All is
written as a client would write it, by the right of the codes that were given: what is not allowed raises FileError.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from cryptography.hazmat.primitives.asymmetric import rsa

from stuntcard.card import pkcs15, pkcs15_objects
from stuntcard.card.card import Card
from stuntcard.card.files import MASTER_FILE, Condition, File, FileError, FileKind, Operation, access
from stuntcard.card.key_files import file_of
from stuntcard.iso7816 import der, tlv
from stuntcard.iso7816.status import StatusWord

SIGN, DECRYPT, UNWRAP, DERIVE = 2, 1, 5, 8
"""Bits of KeyUsageFlags (ISO 7816-15, 8.2.11)."""
_SENSITIVE, _NEVER_EXTRACTABLE = 0, 3
"""Bits of KeyAccessFlags."""

_CERTIFICATE_FILES = 0x43
"""The first byte of identifiers of certificates' files, as OpenSC's own profiles have it."""
_TYPE_ATTRIBUTES = 0xA1


def write_file(card: Card, path: bytes, content: bytes, *, read: int = Condition.ALWAYS) -> None:
    """Makes an EF with this content, in place of one that may be there; the holder writes it."""
    there = card.files.files.get(path)
    if there is not None and len(there.content) == len(content) and there.condition(Operation.READ) == read:
        card.update_file(there, 0, content)
        return
    if there is not None:
        card.delete_file(there)
    rights = access(otherwise=Condition.USER, read=read)
    card.create_file(File(path, FileKind.EF, rights, content))


# Certificates


def certificate_of(card: Card, identifier: bytes) -> bytes | None:
    """The certificate listed with this identifier (iD), in DER, where it may be read."""
    file = _certificate_file(card, identifier)
    if file is None or not card.allowed(file, Operation.READ):
        return None
    try:
        return tlv.parse_one(file.content)[0].encode()
    except tlv.TlvError:
        return None


def put_certificate(card: Card, identifier: bytes, label: str, encoded: bytes) -> None:
    """Stores and lists a certificate, in place of the one with this identifier, which is there until then."""
    there = _certificate_file(card, identifier)
    path = _free_certificate_path(card, identifier[-1])
    card.create_file(File(path, FileKind.EF, access(otherwise=Condition.USER, read=Condition.ALWAYS), encoded))
    entry = pkcs15_objects.certificate(label, identifier, path)
    try:
        _rewrite(card, pkcs15.CERTIFICATES, lambda item: _identifier(item) != identifier, (entry,))
    except FileError:
        card.delete_file(card.files.at(path))
        raise
    if there is not None:
        card.delete_file(there)


def drop_certificate(card: Card, identifier: bytes) -> None:
    """Deletes a certificate with its entry; where there is none, nothing is to be done."""
    there = _certificate_file(card, identifier)
    if there is not None:
        _rewrite(card, pkcs15.CERTIFICATES, lambda item: _identifier(item) != identifier)
        card.delete_file(there)


def _certificate_file(card: Card, identifier: bytes) -> File | None:
    for directory in pkcs15.directory_files(card.files, pkcs15.CERTIFICATES):
        for item in pkcs15.read_entries(directory.content) or ():
            file = card.files.files.get(_path_in(item)) if _identifier(item) == identifier else None
            if file is not None and file.kind is FileKind.EF:
                return file
    return None


def _free_certificate_path(card: Card, wished: int) -> bytes:
    for number in (wished, *range(0x100)):
        path = pkcs15.APPLICATION + bytes((_CERTIFICATE_FILES, number))
        if path not in card.files.files:
            return path
    raise FileError(StatusWord.NOT_ENOUGH_MEMORY)


def _identifier(item: tlv.Tlv) -> bytes | None:
    """The identifier (iD) in an entry, of a certificate or a key."""
    parts = _parts(item)
    return tlv.find(_parts(parts[1]), der.OCTET_STRING) if len(parts) > 1 else None


def _path_in(item: tlv.Tlv) -> bytes:
    """The path that an entry gives, from the master file on; empty when it gives none."""
    value = tlv.find(_parts(item), _TYPE_ATTRIBUTES) or b""
    attributes = _parts(tlv.Tlv(_TYPE_ATTRIBUTES, value))
    place = _parts(attributes[0])[:1] if attributes else ()
    path = tlv.find(_parts(place[0]) if place else (), der.OCTET_STRING) or b""
    return path if path.startswith(MASTER_FILE) or not path else pkcs15.APPLICATION + path


def _parts(item: tlv.Tlv) -> tuple[tlv.Tlv, ...]:
    try:
        return item.children()
    except tlv.TlvError:
        return ()


# Keys


def list_key(card: Card, reference: int, identifier: bytes, label: str, area: str, *usage: int) -> None:
    """Lists a key that was just made, by the reference that the card knows it by; an entry for that reference goes.

    Where there is no room in the directory, the key goes as well.
    """
    public, file = card.public_key(reference), file_of(card.files, reference)
    assert public is not None, "it was just made"
    assert file is not None, "the card makes a file for each key"
    attributes = (
        der.octet_string(identifier)
        + der.named_bits(*usage)
        + der.named_bits(_SENSITIVE, _NEVER_EXTRACTABLE)
        + der.integer(reference)
    )
    entry = pkcs15_objects.entry(
        der.SEQUENCE if isinstance(public, rsa.RSAPublicKey) else pkcs15_objects.EC_PRIVATE_KEY,
        pkcs15_objects.common_to_guarded(card.profile, area, label, pkcs15_objects.PRIVATE),
        attributes,
        der.sequence(pkcs15_objects.path_to(file.path) + der.integer(public.key_size)),
    )
    try:
        _rewrite(card, pkcs15.PRIVATE_KEYS, lambda item: not _is_of(item, reference), (entry,))
    except FileError:
        card.delete_file(file)
        raise


def drop_key(card: Card, reference: int) -> None:
    """Deletes a key with its entry; where there is none, nothing is to be done."""
    file = file_of(card.files, reference)
    if file is not None:
        card.delete_file(file)
    _rewrite(card, pkcs15.PRIVATE_KEYS, lambda item: not _is_of(item, reference))


def _is_of(item: tlv.Tlv, reference: int) -> bool:
    entry = pkcs15.key_entry(item)
    return entry is not None and entry.reference == reference


# Directories


def _rewrite(card: Card, kind: int, stays: Callable[[tlv.Tlv], bool], added: Sequence[bytes] = ()) -> None:
    """Writes the directories of a kind with the entries that stay, and those that are added.

    Raises FileError: there is no room (6A84), or no directory that can be read as a whole (6985).
    """
    directories = pkcs15.directory_files(card.files, kind)
    if added and not directories:
        raise FileError(StatusWord.CONDITIONS_NOT_SATISFIED)
    for directory in directories:
        entries = pkcs15.read_entries(directory.content)
        if entries is None:
            raise FileError(StatusWord.CONDITIONS_NOT_SATISFIED)
        content = b"".join((*(item.encode() for item in entries if stays(item)), *added))
        if len(content) > len(directory.content):
            raise FileError(StatusWord.NOT_ENOUGH_MEMORY)
        added, content = (), content.ljust(len(directory.content), b"\0")
        if content != directory.content:
            card.update_file(directory, 0, content)
