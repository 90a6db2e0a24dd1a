"""All that a card keeps, as one immutable value: the law's state, code values, keys and files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import count

from emulator.card import pkcs15, pkcs15_objects
from emulator.card.files import File, FileKind, FileSystem
from emulator.card.keys import PrivateKey
from emulator.policy.events import DirectoriesRead
from emulator.policy.state import State, factory_state
from emulator.profile.model import CodeStatus, Personalisation, Profile

FIRST_FACTORY_REFERENCE = 0x10
"""Keys from the factory have references from here on; a client can make keys below it only."""
FIRST_SPARE_REFERENCE = 0x40
"""Keys that were made and never listed move here when a client makes another key by their reference."""


@dataclass(frozen=True, slots=True)
class KeyRecord:
    """What the card keeps of the key of one item.

    `private` and `reference`, by which a client names the key, are None once the key is gone and only its certificate
    is left. `identifier` is the PKCS#15 identifier (iD) that the directory gave it, if it ever did.
    """

    private: PrivateKey | None = field(repr=False)
    reference: int | None
    identifier: bytes | None = None


@dataclass(frozen=True, slots=True)
class Content:
    """Everything of a card that outlives a reset."""

    state: State
    values: Mapping[str, bytes] = field(repr=False)
    files: FileSystem
    keys: Mapping[int, KeyRecord] = field(default_factory=dict)

    def number_of(self, reference: int) -> int | None:
        """The number of the key that a client names by this reference."""
        return next((number for number, record in self.keys.items() if record.reference == reference), None)

    def with_key(self, number: int, private: PrivateKey, reference: int) -> Content:
        """With a new key. A key never listed that had its reference gets another, by which it can still be cleared."""
        keys = dict(self.keys)
        displaced = self.number_of(reference)
        if displaced is not None:
            keys[displaced] = replace(keys[displaced], reference=self._spare_reference())
        return replace(self, keys={**keys, number: KeyRecord(private, reference)})

    def _spare_reference(self) -> int:
        taken = {record.reference for record in self.keys.values()}
        return next(reference for reference in count(FIRST_SPARE_REFERENCE) if reference not in taken)

    def swept(self) -> Content:
        """Without what the law holds no more: private keys that are gone, records of items that are gone."""
        kept = {}
        for item in self.state.items:
            record = self.keys[item.number]
            gone = item.key is None and record.private is not None
            kept[item.number] = replace(record, private=None, reference=None) if gone else record
        return replace(self, keys=kept)


def with_codes_shown(profile: Profile, content: Content) -> Content:
    """With the directory of authentication objects saying which codes are not set."""
    not_set = frozenset(name for name, code in content.state.codes.items() if code.status is CodeStatus.NOT_SET)
    return replace(content, files=pkcs15.with_authentication_objects(profile, content.files, not_set))


def factory_content(profile: Profile) -> Content:
    """A card as it leaves the factory."""
    values = {name: code.factory.value.encode() for name, code in profile.codes.items() if code.factory is not None}
    content = Content(factory_state(profile), values, pkcs15.personalise(profile))
    if profile.personalisation is not None:
        content = _personalised(profile, profile.personalisation, content)
    return with_codes_shown(profile, content)


def _personalised(profile: Profile, personalisation: Personalisation, content: Content) -> Content:
    """With the keys and certificates from the factory, and the directories that list them."""
    # Cards without factory keys shall not wait for the library's X.509 to load.
    from emulator.card.factory_ca import derive_key, issue

    keys: dict[int, KeyRecord] = {}
    certificate_files = []
    key_entries, certificate_entries = b"", b""
    for key in personalisation.keys:
        private = derive_key(personalisation.seed, key.id, key.algorithm)
        path = pkcs15.FACTORY + bytes.fromhex(key.certificate.eop_file or f"43{key.id}")
        der = issue(personalisation, key, private.public_key())
        certificate_files.append(File(path, FileKind.EF, pkcs15.FIXED, der))
        if key.area is None:
            continue
        reference, identifier = FIRST_FACTORY_REFERENCE + len(keys), bytes.fromhex(key.id)
        keys[len(keys) + 1] = KeyRecord(private, reference, identifier)
        key_entries += pkcs15_objects.private_key(profile, key, key.area, reference, pkcs15.FACTORY)
        certificate_entries += pkcs15_objects.certificate(key.certificate.label, identifier, path)
    files = pkcs15.with_factory_directories(content.files, key_entries, certificate_entries)
    for file in certificate_files:
        files = files.created(file)
    return replace(content, files=files, keys=keys)


def read_directories(content: Content) -> tuple[Content, DirectoriesRead]:
    """What the PKCS#15 directories say now, for the law; identifiers that they give are noted in the content."""
    key_files = pkcs15.directory_files(content.files, pkcs15.PRIVATE_KEYS)
    certificate_files = pkcs15.directory_files(content.files, pkcs15.CERTIFICATES)
    entries = pkcs15.read_private_keys(file.content for file in key_files) if key_files else None
    certificates = pkcs15.read_certificates(file.content for file in certificate_files) if certificate_files else None

    listed: frozenset[int] | None = None
    if entries is not None:
        identifiers = {entry.reference: entry.identifier for entry in entries}
        keys = {
            number: replace(record, identifier=identifiers[record.reference])
            if record.reference in identifiers
            else record
            for number, record in content.keys.items()
        }
        content = replace(content, keys=keys)
        listed = frozenset(number for number, record in keys.items() if record.reference in identifiers)
    certified = None if certificates is None else _certified(content, certificates, listed)
    return content, DirectoriesRead(listed, certified)


def _certified(content: Content, certificates: frozenset[bytes], listed: frozenset[int] | None) -> frozenset[int]:
    """Numbers of the items that a certificate belongs to; of two with one identifier, the one whose key is listed."""
    owner: dict[bytes, int] = {}
    for number, record in sorted(content.keys.items(), key=lambda pair: listed is None or pair[0] in listed):
        if record.identifier in certificates:
            owner[record.identifier] = number
    return frozenset(owner.values())
