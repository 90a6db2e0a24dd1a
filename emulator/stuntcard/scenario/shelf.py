"""Puts keys and certificates on a card as a client would: with the codes that this takes, and listed as OpenSC does."""

from __future__ import annotations

from stuntcard.card import pkcs15
from stuntcard.card.card import Card
from stuntcard.card.files import Condition, File, FileError, FileKind, access
from stuntcard.card.keys import stored_size
from stuntcard.iso7816 import tlv
from stuntcard.policy.events import Verdict
from stuntcard.policy.state import Origin
from stuntcard.scenario.model import KeyWanted
from stuntcard.scenario.objects import CardObject, certificate_entry, private_key_entry, public_key_entry

_OF_A_KEY = access(otherwise=Condition.NEVER, read=Condition.ALWAYS, update=Condition.USER, delete_self=Condition.USER)
_DIRECTORIES = {
    pkcs15.PRIVATE_KEYS: pkcs15.APPLICATION + b"\x44\x02",
    pkcs15.PUBLIC_KEYS: pkcs15.APPLICATION + b"\x44\x03",
    pkcs15.CERTIFICATES: pkcs15.APPLICATION + b"\x44\x04",
}
_PUBLIC_KEY_FILES, _CERTIFICATE_FILES = 0x33, 0x34
"""First bytes of file identifiers, as OpenSC chooses them."""
_REFERENCES = range(16)
"""Key references that clients give."""


class NotTakenError(ValueError):
    """What a card does not take in; says why."""


class Shelf:
    """The keys and certificates of a card that has power. Its codes are given by the values that they have."""

    def __init__(self, card: Card) -> None:
        self._card = card
        self._profile = card.profile

    def store(self, made: CardObject) -> None:
        """Puts a key on the card, with its certificate. Raises NotTakenError; then a part of it may be there."""
        try:
            self._store(made)
        except FileError as error:
            raise NotTakenError(f"the card takes no more files: {error.sw.name.lower().replace('_', ' ')}") from error

    def _store(self, made: CardObject) -> None:
        card, area = self._card, made.area
        card.reset()
        for code in self._profile.areas[area].create_with:
            self._give(code)
        reference = self._free_reference()
        origin = Origin.IMPORTED if made.wanted.key is KeyWanted.IMPORTED else Origin.MADE
        verdict = card.store_key(reference, origin, stored_size(made.private), lambda: made.private)
        if verdict is not Verdict.DONE:
            raise NotTakenError(self._why_not(area, verdict))
        if card.state.items[-1].area != area:
            other = card.state.items[-1].area
            raise NotTakenError(f"such a key goes to the area '{other}', which takes the same codes")
        if made.wanted.listed:
            self._list(made, reference)
        card.reset()

    def _free_reference(self) -> int:
        """The next one after those that the holder's keys had, or else the first that no key has now."""
        taken = {record.reference for record in self._card.content.keys.values()}
        had = sum(item.key is not Origin.FACTORY for item in self._card.state.items)
        order: list[int] = [*_REFERENCES[had:], *_REFERENCES[:had]]
        for number in order:
            if number not in taken:
                return number
        raise NotTakenError("the card has a key for each reference that clients give")

    def _give(self, code: str) -> None:
        value = self._card.content.values.get(code, b"")
        self._card.verify(code, value)

    def _why_not(self, area: str, verdict: Verdict) -> str:
        places = self._profile.areas[area].places
        if verdict is Verdict.NO_PLACE and places is not None:
            return f"the area '{area}' has {places.count} places, and takes no more keys"
        if verdict is Verdict.NO_SPACE:
            return "the card's memory is used up, and takes no more keys"
        return f"the card refuses the key: {verdict.name.lower().replace('_', ' ')}"

    def _list(self, made: CardObject, reference: int) -> None:
        entry = private_key_entry(self._profile, made, reference, pkcs15.APPLICATION)
        self._add(pkcs15.PRIVATE_KEYS, entry)
        public = self._new_file(_PUBLIC_KEY_FILES, made.public)
        listed = public_key_entry(made, public)
        self._add(pkcs15.PUBLIC_KEYS, listed)
        if made.certificate is not None:
            path = self._new_file(_CERTIFICATE_FILES, made.certificate)
            self._add(pkcs15.CERTIFICATES, certificate_entry(made, path))
        if made.wanted.key is KeyWanted.DELETED:
            # The law has to see that the key was there, and had its certificate, before it is gone.
            self._card.reset()
            guard = self._profile.files.guard
            assert guard is not None, "where keys can be made, files can be written"
            self._give(guard)
            self._card.delete_file(self._card.files.at(public))
            self._remove(pkcs15.PUBLIC_KEYS, listed)
            self._remove(pkcs15.PRIVATE_KEYS, entry)

    def _new_file(self, first: int, content: bytes) -> bytes:
        taken = self._card.files.files
        paths = (pkcs15.APPLICATION + bytes((first, number)) for number in range(256))
        path = next(path for path in paths if path not in taken)
        self._card.create_file(File(path, FileKind.EF, _OF_A_KEY, bytes(len(content))))
        self._card.update_file(self._card.files.at(path), 0, content)
        return path

    def _entries(self, kind: int) -> list[bytes]:
        """The entries of a directory; behind the last one are zeros."""
        found, rest = list[bytes](), self._card.files.at(_DIRECTORIES[kind]).content
        while rest[:1] not in (b"", b"\0"):
            _, behind = tlv.parse_one(rest)
            found.append(rest[: len(rest) - len(behind)])
            rest = behind
        return found

    def _add(self, kind: int, entry: bytes) -> None:
        self._write(kind, [*self._entries(kind), entry])

    def _remove(self, kind: int, entry: bytes) -> None:
        self._write(kind, [one for one in self._entries(kind) if one != entry])

    def _write(self, kind: int, entries: list[bytes]) -> None:
        file = self._card.files.at(_DIRECTORIES[kind])
        self._card.update_file(file, 0, b"".join(entries).ljust(len(file.content), b"\0"))
