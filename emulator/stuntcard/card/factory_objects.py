"""How the keys and certificates from the factory are listed: in the holder's directories, as there is one of a kind.

GnuPG takes no card whose object directory names two directories of one kind, or one outside the application. So clients
that add objects of their own write the factory's entries anew with them; what they change or leave out comes back.
"""

from __future__ import annotations

from collections.abc import Mapping

from stuntcard.card import pkcs15, pkcs15_objects
from stuntcard.card.files import FileSystem
from stuntcard.card.key_files import path_of
from stuntcard.policy import law
from stuntcard.profile.model import Profile

FIRST_REFERENCE = law.CLIENT_REFERENCES.stop


def entries(profile: Profile) -> Mapping[int, tuple[bytes, ...]]:
    """The entries of each directory that lists some, by the directory's kind."""
    keys, certificates = [], []
    for reference, key in enumerate(profile.factory_keys, FIRST_REFERENCE):
        place, identifier = path_of(pkcs15.FACTORY, reference), bytes.fromhex(key.id)
        keys.append(pkcs15_objects.private_key(profile, key, str(key.area), reference, place))
        path = pkcs15.factory_certificate(key)
        certificates.append(pkcs15_objects.certificate(key.certificate.label, identifier, path))
    return {pkcs15.PRIVATE_KEYS: tuple(keys), pkcs15.CERTIFICATES: tuple(certificates)}


def with_factory_listed(profile: Profile, files: FileSystem) -> FileSystem:
    """The files with these entries in the directories, as the factory wrote them; not in one that is half written."""
    if profile.personalisation is None:
        return files
    for kind, wanted in entries(profile).items():
        files = pkcs15.with_entries(files, kind, wanted)
    return files
