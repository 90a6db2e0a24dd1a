"""A card as one JSON file that goes from one machine to another, keys and codes included."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from stuntcard.card.content import Content, KeyRecord, with_key_files_read
from stuntcard.card.files import File, FileKind, FileSystem
from stuntcard.card.keys import Key, SecretKey, stored_secret_key
from stuntcard.policy.state import CodeState, Item, Origin, State
from stuntcard.profile.document import without_waiting
from stuntcard.profile.forms import of_form
from stuntcard.profile.load import ProfileError, parse_profile
from stuntcard.profile.model import CodeStatus
from stuntcard.profile.serial import SerialError, with_serial
from stuntcard.profile.value_words import all_in_words
from stuntcard.store.cells import ContentError
from stuntcard.store.database import Durability, StoredCard
from stuntcard.store.errors import StoreError
from stuntcard.store.places import write_whole
from stuntcard.store.rows import as_card_key, check_content

FORMAT, VERSION = "stuntcard card", 1
MAX_BYTES = 64 * 1024 * 1024
_MISTAKES_SHOWN = 5


_Count = Annotated[int, Field(ge=0, le=0x7FFFFFFF)]
_Hexadecimal = Annotated[str, of_form(r"\A([0-9A-Fa-f]{2})*\z", "bytes in hexadecimal, such as 3B7E")]

_Latin1 = Annotated[str, of_form(r"\A[\x{00}-\x{FF}]*\z", "a text of characters from U+0000 to U+00FF, a byte each")]

_Moment = Annotated[
    str, of_form(r"\A[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.+-]{1,30}\z", "a moment such as 2026-01-31T12:00:00+00:00")
]


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Code(_Form):
    status: CodeStatus
    tries_left: _Count
    tries_limit: _Count
    must_change: bool
    value: _Latin1 | None
    """A character a byte."""
    renewals: _Count = 0
    """Not in files of earlier days."""

    @classmethod
    def of(cls, content: Content, name: str) -> _Code:
        code, value = content.state.codes[name], content.values.get(name)
        return cls(
            status=code.status,
            tries_left=code.tries_left,
            tries_limit=code.tries_limit,
            must_change=code.must_change,
            value=None if value is None else value.decode("latin-1"),
            renewals=content.renewals.get(name, 0),
        )

    def state(self) -> CodeState:
        return CodeState(self.status, self.tries_left, self.tries_limit, self.must_change)


class _Item(_Form):
    number: _Count
    area: str
    origin: Origin | None
    listed: bool
    certificate: bool
    size: _Count

    @classmethod
    def of(cls, item: Item) -> _Item:
        return cls(
            number=item.number,
            area=item.area,
            origin=item.key,
            listed=item.listed,
            certificate=item.certificate,
            size=item.size,
        )

    def item(self) -> Item:
        return Item(self.number, self.area, self.origin, self.listed, self.certificate, self.size)


class _Key(_Form):
    number: _Count
    private: str | None
    """PKCS #8, in PEM; a secret key in hexadecimal."""
    reference: _Count | None
    identifier: _Hexadecimal | None
    """In hexadecimal, as are a file's path, access, content and name."""

    @classmethod
    def of(cls, number: int, record: KeyRecord) -> _Key:
        return cls(
            number=number,
            private=None if record.private is None else _to_pem(record.private),
            reference=record.reference,
            identifier=None if record.identifier is None else record.identifier.hex(),
        )

    def record(self) -> KeyRecord:
        return KeyRecord(
            None if self.private is None else _from_pem(self.private),
            self.reference,
            None if self.identifier is None else bytes.fromhex(self.identifier),
        )


class _File(_Form):
    path: _Hexadecimal
    kind: Literal["DF", "EF", "RSA_KEY", "EC_KEY", "AES_KEY", "DES_KEY", "GENERIC_SECRET"]
    access: _Hexadecimal
    content: _Hexadecimal
    name: _Hexadecimal

    @classmethod
    def of(cls, file: File) -> _File:
        return cls.model_validate(
            {
                "path": file.path.hex(),
                "kind": file.kind.name,
                "access": file.access.hex(),
                "content": file.content.hex(),
                "name": file.name.hex(),
            }
        )

    def file(self) -> File:
        path, access, content, name = map(bytes.fromhex, (self.path, self.access, self.content, self.name))
        return File(path, FileKind[self.kind], access, content, name)


class PortableCard(_Form):
    """The form of the file."""

    format: Literal["stuntcard card"]
    version: Literal[1]
    profile: str
    profile_yaml: str
    durability: Durability
    made: _Moment
    serial: str | None = None
    """In hexadecimal; the profile's in files of earlier days."""
    codes: dict[str, _Code]
    lost: list[str]
    files_size: _Count
    items: list[_Item]
    keys: list[_Key]
    files: list[_File]


def export_card(stored: StoredCard, file: Path) -> None:
    """Writes a card to a new file that only its owner can read. Raises StoreError, also when there is one already."""
    text = (_portable(stored).model_dump_json(indent=1) + "\n").encode()
    try:
        write_whole(file, text)
    except FileExistsError:
        raise StoreError(f"{file} is there already; delete it first, or take another name") from None
    except OSError as error:
        raise StoreError(f"{file}: can't be written: {error.strerror}; nothing was exported") from error


def import_card(file: Path) -> StoredCard:
    """The card in a file that `export_card` wrote. Raises StoreError with all that is wrong with it."""
    try:
        with open(file, "rb", opener=without_waiting) as stream:
            text = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise StoreError(f"{file}: can't be read: {error.strerror}") from error
    if len(text) > MAX_BYTES:
        raise StoreError(f"{file} is larger than any card; is it the file that `stuntcard card export` wrote?")
    try:
        return _stored(PortableCard.model_validate_json(text), f"{file}: profile_yaml")
    except ValidationError as error:
        mistakes = all_in_words(error.errors(include_url=False), "the file")
        more = [f"and {len(mistakes) - _MISTAKES_SHOWN} more"] if len(mistakes) > _MISTAKES_SHOWN else []
        raise StoreError(_refused(file, "; ".join(mistakes[:_MISTAKES_SHOWN] + more))) from error
    except (ProfileError, ContentError, SerialError) as error:
        raise StoreError(_refused(file, str(error))) from error


def _refused(file: Path, reason: str) -> str:
    return (
        f"{file} can't be imported: {reason}. Nothing was stored; "
        "give the whole file that `stuntcard card export` wrote, from this Stuntcard or an older one"
    )


def _portable(stored: StoredCard) -> PortableCard:
    content, state = stored.content, stored.content.state
    return PortableCard(
        format=FORMAT,
        version=VERSION,
        profile=stored.profile.id,
        profile_yaml=stored.profile_text.decode(),
        durability=stored.durability,
        made=stored.made,
        serial=stored.profile.token.serial,
        codes={name: _Code.of(content, name) for name in state.codes},
        lost=sorted(state.lost),
        files_size=state.files_size,
        items=[_Item.of(item) for item in state.items],
        keys=[_Key.of(number, record) for number, record in content.keys.items()],
        files=[_File.of(file) for file in content.files.files.values()],
    )


def _stored(card: PortableCard, profile_name: str) -> StoredCard:
    text = card.profile_yaml.encode()
    profile = parse_profile(text, profile_name)
    if profile.id != card.profile:
        raise ContentError(f"it says that its profile is {card.profile!r:.40}, and its profile_yaml is {profile.id}")
    if card.serial is not None:
        profile = with_serial(profile, card.serial)
    state = State(
        {name: code.state() for name, code in card.codes.items()},
        tuple(item.item() for item in card.items),
        frozenset(card.lost),
        files_size=card.files_size,
    )
    values = {name: code.value.encode("latin-1") for name, code in card.codes.items() if code.value is not None}
    files = {file.path: file for file in (form.file() for form in card.files)}
    keys = {key.number: key.record() for key in card.keys}
    renewals = {name: code.renewals for name, code in card.codes.items() if code.renewals}
    content = Content(state, values, FileSystem(files), keys, renewals)
    check_content(profile, content)
    return StoredCard(text, profile, with_key_files_read(profile, content), card.durability, card.made)


def _to_pem(key: Key) -> str:
    if isinstance(key, SecretKey):
        return key.encode().hex()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def _from_pem(text: str) -> Key:
    try:
        secret = None if text.startswith("-") else stored_secret_key(bytes.fromhex(text))
        return secret if secret is not None else as_card_key(load_pem_private_key(text.encode(), None))
    except ContentError:
        raise
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise ContentError("a private key can't be read") from None
