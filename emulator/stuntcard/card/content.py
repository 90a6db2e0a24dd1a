"""All that a card keeps, as one immutable value: the law's state, code values, keys and files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from stuntcard.card import pkcs15
from stuntcard.card.factory_objects import FIRST_REFERENCE, with_factory_listed
from stuntcard.card.files import MASTER_FILE, Condition, File, FileError, FileKind, FileSystem, access
from stuntcard.card.key_files import (
    SECRET,
    file_of,
    key_file_access,
    path_of,
    reference_of,
    rights_in,
    with_file_for,
    with_same_file_for,
    without_files_of,
)
from stuntcard.card.keys import Key
from stuntcard.iso7816.status import StatusWord
from stuntcard.policy import law
from stuntcard.policy.events import DirectoriesRead, KeyFilesRead
from stuntcard.policy.state import Item, KeyRights, State, factory_state
from stuntcard.profile.model import CodeStatus, Personalisation, Profile

FIRST_SPARE_REFERENCE = 0x40
"""Keys that were made and never listed move here when a client makes another key by their reference."""


@dataclass(frozen=True, slots=True)
class KeyRecord:
    """What the card keeps of the key of one item.

    `private` and `reference`, by which a client names the key, are None once the key is gone and only its certificate
    is left. `identifier` is the PKCS#15 identifier (iD) that the directory gave it, if it ever did.
    """

    private: Key | None = field(repr=False)
    reference: int | None
    identifier: bytes | None = None


@dataclass(frozen=True, slots=True)
class Content:
    """Everything of a card that outlives a reset."""

    state: State
    values: Mapping[str, bytes] = field(repr=False)
    files: FileSystem
    keys: Mapping[int, KeyRecord] = field(default_factory=dict)
    renewals: Mapping[str, int] = field(default_factory=dict)
    """How often a value of each code was set since the card left the factory."""

    def with_values(self, values: Mapping[str, bytes]) -> Content:
        """With new values of codes."""
        counted = {code: self.renewals.get(code, 0) + 1 for code in values}
        return replace(self, values={**self.values, **values}, renewals={**self.renewals, **counted})

    def with_state(self, state: State) -> Content:
        """With what the law made of its state; most commands change nothing of that."""
        return self if state is self.state else replace(self, state=state)

    def number_of(self, reference: int) -> int | None:
        """The number of the key that a client names by this reference."""
        for number, record in self.keys.items():
            if record.reference == reference:
                return number
        return None

    @property
    def numbers(self) -> dict[str, int]:
        """The numbers of the keys that have a PKCS#15 identifier, by that in hexadecimal digits."""
        records = self.keys.items()
        return {one.identifier.hex().upper(): number for number, one in records if one.identifier is not None}

    def with_key(self, number: int, private: Key, reference: int) -> Content:
        """With a new key. A key never listed that had its reference gets another, by which it can still be cleared.

        What its file asked for, a file by that reference asks for still. Raises FileError (6A84) when none is left.
        """
        keys, files = dict(self.keys), self.files
        displaced = self.number_of(reference)
        if displaced is not None:
            spare = self._spare_reference(reference)
            keys[displaced] = replace(keys[displaced], reference=spare)
            files = with_same_file_for(files, reference, spare)
        return replace(self, keys={**keys, number: KeyRecord(private, reference)}, files=files)

    def _spare_reference(self, reference: int) -> int:
        """One of the same kind of keys that neither a key nor a key file has, and whose file's place is free."""
        taken = {record.reference for record in self.keys.values()}
        file = file_of(self.files, reference)
        directory = file.path[:-2] if file is not None else pkcs15.APPLICATION
        of_its_kind = reference & SECRET
        for spare in range(of_its_kind + FIRST_SPARE_REFERENCE, of_its_kind + 0x100):
            free = file_of(self.files, spare) is None and path_of(directory, spare) not in self.files.files
            if free and spare not in taken:
                return spare
        raise FileError(StatusWord.NOT_ENOUGH_MEMORY)

    def swept(self) -> Content:
        """Without what the law holds no more: keys that are gone, with their files, and records of items gone."""
        kept = {}
        for item in self.state.items:
            record = self.keys[item.number]
            gone = item.key is None and record.private is not None
            kept[item.number] = replace(record, private=None, reference=None) if gone else record
        references = {record.reference for record in kept.values()}
        vanished = {
            record.reference
            for record in self.keys.values()
            if record.reference is not None and record.reference not in references
        }
        return replace(self, keys=kept, files=without_files_of(self.files, vanished))


def with_key_files(
    profile: Profile, content: Content, directory: bytes = pkcs15.APPLICATION, *, deletable: bool = True
) -> Content:
    """With a file, in the DF at `directory`, for each key that has none yet, so that every command set can name it."""
    files = content.files
    for item in content.state.items:
        record = content.keys[item.number]
        if record.private is not None and record.reference is not None:
            guard = profile.areas[item.area].guard
            rights = key_file_access(profile, guard, deletable=deletable)
            files = with_file_for(files, directory, record.reference, record.private, rights)
    return with_key_files_read(profile, replace(content, files=files))


def with_key_files_read(profile: Profile, content: Content) -> Content:
    """With the law told what the key files ask for; whoever changes these, or has them from elsewhere, comes here."""
    numbers = {record.reference: number for number, record in content.keys.items() if record.reference is not None}
    rights: dict[int, KeyRights] = {}
    for file in content.files.files.values():
        if file.kind.is_key and reference_of(file) in numbers:
            rights.setdefault(numbers[reference_of(file)], rights_in(profile, file))
    state, _ = law.step(profile, content.state, KeyFilesRead(rights))
    return replace(content, state=state)


def with_codes_shown(profile: Profile, content: Content) -> Content:
    """With the directory of authentication objects saying which codes are not set, where it is not the client's."""
    if profile.open_while is not None:
        return content
    not_set = frozenset(name for name, code in content.state.codes.items() if code.status is CodeStatus.NOT_SET)
    return replace(content, files=pkcs15.with_authentication_objects(profile, content.files, not_set))


def erased_content(profile: Profile, root: bytes, application: bytes) -> Content:
    """A card that leaves the factory empty, as it is then, but with this access to its two directories."""
    content = factory_content(profile)
    files = dict(content.files.files)
    for path, rights in ((MASTER_FILE, root), (pkcs15.APPLICATION, application)):
        files[path] = replace(files[path], access=rights)
    return replace(content, files=FileSystem(files))


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
    from stuntcard.card.factory_ca import derive_factory_key, issue

    keys: dict[int, KeyRecord] = {}
    made = [File(pkcs15.FACTORY, FileKind.DF, access(otherwise=Condition.NEVER))]
    for key in personalisation.keys:
        private = derive_factory_key(personalisation.seed, key.id, key.algorithm)
        path = pkcs15.factory_certificate(key)
        der = issue(personalisation, key, private.public_key(), profile.token.serial)
        made.append(File(path, FileKind.EF, pkcs15.FIXED, der))
        if key.area is None:
            continue
        keys[len(keys) + 1] = KeyRecord(private, FIRST_REFERENCE + len(keys), bytes.fromhex(key.id))
    files = with_factory_listed(profile, content.files)
    for file in made:
        files = files.created(file)
    content = replace(content, files=files, keys=keys)
    return with_key_files(profile, content, pkcs15.FACTORY, deletable=False)


def read_directories(content: Content) -> tuple[Content, DirectoriesRead]:
    """What the PKCS#15 directories say now, for the law; identifiers that they give are noted in the content."""
    certificate_files = pkcs15.directory_files(content.files, pkcs15.CERTIFICATES)
    certificates = pkcs15.read_certificates(file.content for file in certificate_files) if certificate_files else None
    private, secret = (_identifiers(content, kind) for kind in (pkcs15.PRIVATE_KEYS, pkcs15.SECRET_KEYS))

    listed: frozenset[int] | None = None
    if private is not None or secret is not None:
        identifiers = {**(private or {}), **{SECRET | reference: name for reference, name in (secret or {}).items()}}
        keys = {
            number: replace(record, identifier=identifiers[record.reference])
            if record.reference in identifiers
            else record
            for number, record in content.keys.items()
        }
        content = replace(content, keys=keys)
        known = {False: private is not None, True: secret is not None}
        listed = frozenset(
            item.number
            for item in content.state.items
            if _is_listed(item, keys[item.number].reference, identifiers, known)
        )
    certified = None if certificates is None else _certified(content, certificates, listed)
    return content, DirectoriesRead(listed, certified)


def _identifiers(content: Content, kind: int) -> dict[int, bytes] | None:
    """The identifiers of keys by their reference, as the directories of a kind list them; None if none can be read."""
    files = pkcs15.directory_files(content.files, kind)
    entries = pkcs15.read_keys(kind, (file.content for file in files)) if files else None
    return None if entries is None else {entry.reference: entry.identifier for entry in entries}


def _is_listed(item: Item, reference: int | None, identifiers: Mapping[int, bytes], known: Mapping[bool, bool]) -> bool:
    """Whether a key is listed, by its kind's directory; where that can't be read, nothing has changed."""
    if reference is not None and not known[reference & SECRET != 0]:
        return item.listed
    return reference in identifiers


def _certified(content: Content, certificates: frozenset[bytes], listed: frozenset[int] | None) -> frozenset[int]:
    """Numbers of the items that a certificate belongs to; of two with one identifier, the one whose key is listed."""
    owner: dict[bytes, int] = {}
    for number, record in sorted(content.keys.items(), key=lambda pair: listed is None or pair[0] in listed):
        if record.identifier in certificates:
            owner[record.identifier] = number
    return frozenset(owner.values())
