"""What stands in the files of GIDS, as bytes: the master file, the map of containers, the map of keys, certificates.

A container is a key with its name and its certificate; the nth one has the key reference 81 + n.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from stuntcard.iso7816 import tlv

FIRST_KEY = 0x81
MOST_CONTAINERS = 64

MASTER_FILE_VERSION, KEY_MAP_VERSION = b"\x01", b"\x01"
_ENTRY_LENGTH, _RECORD_LENGTH = 28, 86
_NAME_FIELD, _GUID_FIELD = 9, 80
NAME_UNITS = _GUID_FIELD // 2 - 1
"""The longest name of a container, in units of UTF-16."""

VALID, DEFAULT = 0x01, 0x02
"""Flags of a container."""
_KEY_EXCHANGE, _SIGNATURE = 0x9A, 0x9C
_COMPRESSED = b"\x01\x00"
_SEQUENCE = 0x30


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the master file: a directory, or a file and where its bytes are."""

    directory: str
    name: str
    tag: int
    file: int

    def encode(self) -> bytes:
        """The line as it stands there."""
        names = b"".join(
            text.encode("latin-1")[: _NAME_FIELD - 1].ljust(_NAME_FIELD, b"\0") for text in (self.directory, self.name)
        )
        return names + bytes(2) + self.tag.to_bytes(4, "little") + self.file.to_bytes(4, "little")


def read_entries(content: bytes) -> tuple[Entry, ...]:
    """The lines of a master file; none of one of another version."""
    if not content.startswith(MASTER_FILE_VERSION):
        return ()
    return tuple(
        Entry(
            _text(line[:_NAME_FIELD]),
            _text(line[_NAME_FIELD : 2 * _NAME_FIELD]),
            int.from_bytes(line[20:24], "little"),
            int.from_bytes(line[24:28], "little"),
        )
        for line in _cut(content[1:], _ENTRY_LENGTH)
    )


def _text(field: bytes) -> str:
    return field.split(b"\0")[0].decode("latin-1")


@dataclass(frozen=True, slots=True)
class ContainerRecord:
    """A record of the map of containers. Of the two sizes, in bits, one is that of the container's key."""

    name: str = ""
    flags: int = 0
    signature_bits: int = 0
    key_exchange_bits: int = 0

    @property
    def bits(self) -> int:
        """The size of the key."""
        return max(self.signature_bits, self.key_exchange_bits)

    @property
    def reserved(self) -> bool:
        """Whether a client took the place for a key that is still to be made."""
        return not self.bits

    @property
    def signs_only(self) -> bool:
        """Whether the key is for signatures alone."""
        return self.signature_bits > 0

    def encode(self) -> bytes:
        """The record as it stands in the map."""
        name = self.name.encode("utf-16-le")[: 2 * NAME_UNITS].ljust(_GUID_FIELD, b"\0")
        sizes = self.signature_bits.to_bytes(2, "little") + self.key_exchange_bits.to_bytes(2, "little")
        return name + bytes([self.flags, 0]) + sizes

    def key_record(self, position: int) -> bytes:
        """What the map of keys says of the key."""
        if not self.bits:
            return bytes(6) + b"\xff" * 4 + bytes(2)
        kind = _SIGNATURE if self.signs_only else _KEY_EXCHANGE
        reference = 0xB000 | (FIRST_KEY + position)
        algorithm = RSA_ALGORITHMS.get(self.bits, 0)
        return (1).to_bytes(4, "little") + bytes([algorithm, kind]) + reference.to_bytes(2, "little") + b"\xff\xff\0\0"


RSA_ALGORITHMS = {1024: 0x06, 2048: 0x07, 3072: 0x08, 4096: 0x09}
"""The low digit of algorithm references, by the key's size in bits."""
NO_CONTAINER = ContainerRecord()


def read_containers(content: bytes) -> tuple[ContainerRecord, ...]:
    """The records of a map of containers."""
    return tuple(
        ContainerRecord(
            record[:_GUID_FIELD].decode("utf-16-le", "replace").split("\0")[0],
            record[80],
            int.from_bytes(record[82:84], "little"),
            int.from_bytes(record[84:86], "little"),
        )
        for record in _cut(content, _RECORD_LENGTH)
    )


def key_map(records: Iterable[ContainerRecord]) -> bytes:
    """The map of keys that goes with a map of containers."""
    return KEY_MAP_VERSION + b"".join(record.key_record(number) for number, record in enumerate(records))


def _cut(content: bytes, length: int) -> list[bytes]:
    """Whole records, and nothing of what may be left behind them."""
    return [content[start : start + length] for start in range(0, len(content) - length + 1, length)]


def packed_certificate(der: bytes) -> bytes:
    """A certificate as its file has it: that it is compressed, its length, and zlib's bytes."""
    from zlib import compress

    return _COMPRESSED + len(der).to_bytes(2, "little") + compress(der)


def unpacked_certificate(content: bytes) -> bytes | None:
    """The certificate in a file, in DER; None when there is none, or not the length that is told."""
    from zlib import decompressobj, error

    length = int.from_bytes(content[2:4], "little")
    if content[:2] != _COMPRESSED or not length:
        return None
    unpacking = decompressobj()
    try:
        der = unpacking.decompress(content[4:], length + 1)
        certificate, rest = tlv.parse_one(der)
    except (error, tlv.TlvError):
        return None
    whole = unpacking.eof and len(der) == length and certificate.tag == _SEQUENCE and not rest
    return der if whole else None
