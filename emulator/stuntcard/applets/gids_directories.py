"""What is done through GIDS, told in the directories of PKCS#15, so that the other command sets see the same card.

A certificate has one place, there; as a file of GIDS it is made of that.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from stuntcard.applets.answers import RefusalError
from stuntcard.applets.gids_codes import shown_area
from stuntcard.card import pkcs15, pkcs15_objects
from stuntcard.card.card import Card
from stuntcard.card.files import FOR_HOLDER, MASTER_FILE, File, FileKind
from stuntcard.card.key_files import file_of
from stuntcard.iso7816 import der, tlv
from stuntcard.iso7816.status import StatusWord

_CERTIFICATES = (b"\xb1", b"\xb2")
"""The first byte of the file of a certificate; it is replaced by one in the other file, and so never half written."""
_TYPE_ATTRIBUTES = 0xA1
_DECRYPT, _SIGN = 1, 2
"""Bits of KeyUsageFlags, and of KeyAccessFlags (ISO 7816-15, 8.2.11)."""
_SENSITIVE = 0


def certificate_of(card: Card, identifier: bytes) -> bytes | None:
    """The certificate, in DER, that the directories have by this identifier."""
    file = _certificate_file(card, identifier)
    if file is None:
        return None
    try:
        _, rest = tlv.parse_one(file.content)
    except tlv.TlvError:
        return None
    return file.content[: len(file.content) - len(rest)]


def store_certificate(card: Card, identifier: bytes, label: str, certificate: bytes) -> None:
    """Puts a certificate in a file and in its directory, in place of one that was there. Raises FileError."""
    old = _certificate_file(card, identifier)
    paths = [pkcs15.APPLICATION + first + identifier[-1:] for first in _CERTIFICATES]
    if old is not None and old.path in paths:
        paths.remove(old.path)
    if paths[0] in card.files.files:
        card.delete_file(card.files.at(paths[0]))
    card.create_file(File(paths[0], FileKind.EF, FOR_HOLDER, certificate))
    _rewrite(
        card, pkcs15.CERTIFICATES, _others(card, identifier), pkcs15_objects.certificate(label, identifier, paths[0])
    )
    if old is not None:
        card.delete_file(old)


def remove_certificate(card: Card, identifier: bytes) -> None:
    """Takes a certificate out of its directory, and its file away. Raises FileError."""
    file = _certificate_file(card, identifier)
    if file is not None:
        _rewrite(card, pkcs15.CERTIFICATES, _others(card, identifier))
        card.delete_file(file)


def list_key(card: Card, reference: int, identifier: bytes, label: str, *, signs_only: bool) -> None:
    """Tells of a key that was made. Raises FileError."""
    file = file_of(card.files, reference)
    assert file is not None, "it was made before"
    common = pkcs15_objects.common_to_guarded(card.profile, shown_area(card), label, pkcs15_objects.PRIVATE)
    of_class = (
        der.octet_string(identifier)
        + der.named_bits(*((_SIGN,) if signs_only else (_DECRYPT, _SIGN)))
        + der.named_bits(_SENSITIVE)
        + der.integer(reference)
    )
    bits = int.from_bytes(file.content[:2])
    of_type = der.sequence(pkcs15_objects.path_to(file.path) + der.integer(bits))
    entry = pkcs15_objects.entry(der.SEQUENCE, common, of_class, of_type)
    _rewrite(card, pkcs15.PRIVATE_KEYS, _other_keys(card, reference), entry)


def unlist_key(card: Card, reference: int) -> None:
    """Tells no more of a key. Raises FileError."""
    _rewrite(card, pkcs15.PRIVATE_KEYS, _other_keys(card, reference))


def _entries(card: Card, kind: int) -> Iterator[tlv.Tlv]:
    for directory in pkcs15.directory_files(card.files, kind):
        yield from pkcs15.read_entries(directory.content) or ()


def _others(card: Card, identifier: bytes) -> list[bytes]:
    """The entries of the other certificates."""
    return [entry.encode() for entry in _entries(card, pkcs15.CERTIFICATES) if _identifier(entry) != identifier]


def _other_keys(card: Card, reference: int) -> list[bytes]:
    """The entries of the other private keys."""
    found = []
    for entry in _entries(card, pkcs15.PRIVATE_KEYS):
        known = pkcs15.key_entry(entry)
        if known is None or known.reference != reference:
            found.append(entry.encode())
    return found


def _rewrite(card: Card, kind: int, entries: Sequence[bytes], *more: bytes) -> None:
    """Writes a directory anew, in one go. Raises RefusalError (6A84) where it has no room, or there is not just one."""
    directories = pkcs15.directory_files(card.files, kind)
    content = b"".join((*entries, *more))
    if len(directories) != 1 or len(content) > len(directories[0].content):
        raise RefusalError(StatusWord.NOT_ENOUGH_MEMORY)
    card.update_file(directories[0], 0, content.ljust(len(directories[0].content), b"\0"))


def _certificate_file(card: Card, identifier: bytes) -> File | None:
    for entry in _entries(card, pkcs15.CERTIFICATES):
        if _identifier(entry) == identifier:
            path = _path(entry)
            file = None if path is None else card.files.files.get(path)
            return file if file is not None and file.kind is FileKind.EF else None
    return None


def _identifier(entry: tlv.Tlv) -> bytes | None:
    parts = _parts(entry)
    return None if len(parts) < 2 or not parts[1].constructed else tlv.find(_parts(parts[1]), der.OCTET_STRING)


def _path(entry: tlv.Tlv) -> bytes | None:
    """Where the value of an entry lies: type attributes, in them a sequence, in it a path (ISO 7816-15, 8.7)."""
    value = tlv.find(_parts(entry), _TYPE_ATTRIBUTES)
    for _ in range(2):
        value = None if value is None else tlv.find(_parts(tlv.Tlv(der.SEQUENCE, value)), der.SEQUENCE)
    path = None if value is None else tlv.find(_parts(tlv.Tlv(der.SEQUENCE, value)), der.OCTET_STRING)
    return path if path is None or path.startswith(MASTER_FILE) else pkcs15.APPLICATION + path


def _parts(item: tlv.Tlv) -> tuple[tlv.Tlv, ...]:
    try:
        return item.children()
    except tlv.TlvError:
        return ()
