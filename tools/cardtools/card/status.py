"""What a card tells of itself through its `manage` applet; see docs/manage-applet.md, tag by tag."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import IntEnum
from typing import TYPE_CHECKING, TypeVar

from cardtools.card import tlv
from cardtools.card.errors import BadAnswerError, CardDeadError
from cardtools.card.kind import CardKind, CodeState, parse_kind
from cardtools.card.manage_fields import Fields, content
from cardtools.card.other_sets import not_ours
from cardtools.card.pcsc import DEAD, Connection
from cardtools.common.terms import KeyOrigin
from cardtools.common.told import Name

if TYPE_CHECKING:
    from cardtools.common.protocol import Attestation

__all__ = ["MANAGE", "AreaStatus", "CardStatus", "Characters", "CodeState", "CodeStatus", "KeyStatus", "PartStatus"]

MANAGE = bytes.fromhex("F05354554E5401")
FORMAT_VERSION = 1

_CARD, _CODES, _AREAS, _PARTS, _KEYS = 0xE0, 0xE1, 0xE2, 0xE3, 0xE4
_STATEMENT, _ATTESTED, _ATTESTATION_CERTIFICATES = 0xE5, 0xE6, 0xE7
_KIND = 0xE8
_NO_SUCH_DATA = 0x6A88
_ENTRY = 0xA0
_DEAD_LIFE_CYCLE = 0x0C
_NO_ORIGIN = 0xFF
_NONCE_SIZES = range(16, 33)


class Characters(IntEnum):
    """What a code is made of."""

    PRINTABLE = 0
    DIGITS = 1


@dataclass(frozen=True, slots=True)
class CodeStatus:
    """A code. `reference` is None when it is not on the chip; `unblocked_by` is the id of the code that resets it."""

    id: str
    name: str
    reference: int | None
    state: CodeState
    tries_left: int
    tries_limit: int
    tries_max: int
    must_change: bool
    min_length: int
    max_length: int
    one_use: bool
    unblocked_by: str | None
    characters: Characters
    changeable: bool


@dataclass(frozen=True, slots=True)
class AreaStatus:
    """An area. `guard` is the id of the code for the use of its keys; `places` is None where memory alone bounds."""

    id: str
    name: str
    guard: str
    places: int | None
    used: int

    @property
    def full(self) -> bool:
        """Whether every place is taken."""
        return self.places is not None and self.used >= self.places


@dataclass(frozen=True, slots=True)
class PartStatus:
    """A part of the card, and whether it is lost for good."""

    id: str
    name: str
    lost: bool


@dataclass(frozen=True, slots=True)
class KeyStatus:
    """A key. `origin` is None when only its certificate is left; `identifier` is its PKCS#15 iD, None when unlisted."""

    number: int
    area: str
    origin: KeyOrigin | None
    paired: bool
    listed: bool
    reference: int | None
    identifier: bytes | None


@dataclass(frozen=True, slots=True)
class CardStatus:
    """A whole card. `serial` is in upper-case hexadecimal."""

    profile: str
    serial: str
    dead: bool
    codes: tuple[CodeStatus, ...]
    areas: tuple[AreaStatus, ...]
    parts: tuple[PartStatus, ...]
    keys: tuple[KeyStatus, ...]
    kind: CardKind = field(default_factory=CardKind)
    """What is so of every such card."""

    @property
    def name(self) -> str:
        """What people call such a card, as it says itself."""
        return self.kind.name or self.profile

    def code(self, name: str) -> CodeStatus:
        """The code of this id. Raises KeyError."""
        return _of_id(self.codes, name)

    def area(self, name: str) -> AreaStatus:
        """The area of this id. Raises KeyError."""
        return _of_id(self.areas, name)

    def part(self, name: str) -> PartStatus:
        """The part of this id. Raises KeyError."""
        return _of_id(self.parts, name)

    def key(self, identifier: bytes) -> KeyStatus | None:
        """The key with this PKCS#15 identifier."""
        return next((key for key in self.keys if key.identifier == identifier), None)


def read_status(connection: Connection) -> CardStatus:
    """All that the card tells of itself. Codes given in this connection are forgotten with that.

    Raises NotOursError when the card has no `manage` applet, CardDeadError when it is destroyed, BadAnswerError when
    its answer can't be read, and what `Connection.transmit` raises.
    """
    _select(connection)
    answers = {tag: _get_data(connection, tag) for tag in (_CARD, _CODES, _AREAS, _PARTS, _KEYS)}
    kind = connection.transmit(0x00, 0xCA, _KIND >> 8, _KIND & 0xFF, le=256)
    # A card of an earlier version tells nothing of its kind.
    return parse_status(answers if kind.sw == _NO_SUCH_DATA else {**answers, _KIND: kind.require("GET DATA")})


def parse_status(answers: dict[int, bytes]) -> CardStatus:
    """The card as the templates E0 to E4 and E8, each under its tag, tell it. Raises BadAnswerError."""
    try:
        card = Fields(content(answers, _CARD))
        kind = parse_kind(content(answers, _KIND)) if _KIND in answers else CardKind()
        return CardStatus(
            profile=card.text(0x81),
            serial=card.octets(0x82).hex().upper(),
            dead=card.number(0x83) == _DEAD_LIFE_CYCLE,
            codes=_named(_entries(answers, _CODES, _code), kind),
            areas=_named(_entries(answers, _AREAS, _area), kind),
            parts=_named(_entries(answers, _PARTS, _part), kind),
            keys=_entries(answers, _KEYS, _key),
            kind=kind,
        )
    except (LookupError, ValueError) as error:
        raise BadAnswerError(f"the card's status can't be read: {error!r}") from error


def attest(connection: Connection, key_number: int, nonce: bytes) -> Attestation:
    """The card's signed statement about one of its keys (`KeyStatus.number`), over a nonce of 16 to 32 bytes.

    Raises ValueError for another nonce, CardRefusedError when the card refuses, and what `read_status` raises.
    """
    from cardtools.common.protocol import Attestation

    parts = _attested(connection, key_number, nonce)
    try:
        statement, signature = parts.octets(_STATEMENT), parts.octets(0x90)
        certificates = {_ATTESTATION_CERTIFICATES: _get_data(connection, _ATTESTATION_CERTIFICATES)}
        certificate = Fields(content(certificates, _ATTESTATION_CERTIFICATES)).octets(0x80)
    except (LookupError, ValueError) as error:
        raise BadAnswerError(f"the card's statement can't be read: {error!r}") from error
    return Attestation(
        statement=tlv.encode(_STATEMENT, statement).hex(), signature=signature.hex(), certificate=certificate.hex()
    )


def public_key_of(connection: Connection, key: KeyStatus) -> bytes:
    """A key's SubjectPublicKeyInfo (DER), as the card states it. Raises what `attest` raises."""
    parts = _attested(connection, key.number, bytes(_NONCE_SIZES.start))
    try:
        return Fields(parts.octets(_STATEMENT)).octets(0x86)
    except (LookupError, ValueError) as error:
        raise BadAnswerError(f"the card's statement can't be read: {error!r}") from error


def _attested(connection: Connection, key_number: int, nonce: bytes) -> Fields:
    """The card's statement about a key, and its signature."""
    if len(nonce) not in _NONCE_SIZES:
        raise ValueError("a nonce has 16 to 32 bytes")
    _select(connection)
    number = key_number.to_bytes(max(1, (key_number.bit_length() + 7) // 8))
    asked = tlv.encode(0x80, number) + tlv.encode(0x81, nonce)
    answer = connection.transmit(0x00, 0x88, 0x00, 0x00, asked, 256).require("INTERNAL AUTHENTICATE")
    try:
        return Fields(content({_ATTESTED: answer}, _ATTESTED))
    except (LookupError, ValueError) as error:
        raise BadAnswerError(f"the card's statement can't be read: {error!r}") from error


def _select(connection: Connection) -> None:
    if not connection.select_application(MANAGE):
        raise not_ours(connection, "the card has no manage applet")


def _get_data(connection: Connection, tag: int) -> bytes:
    answer = connection.transmit(0x00, 0xCA, tag >> 8, tag & 0xFF, le=256)
    if answer.sw == DEAD:
        raise CardDeadError
    return answer.require("GET DATA")


_Entry = TypeVar("_Entry", CodeStatus, AreaStatus, PartStatus, KeyStatus)
_Named = TypeVar("_Named", CodeStatus, AreaStatus, PartStatus)


def _of_id(entries: tuple[_Named, ...], name: str) -> _Named:
    for entry in entries:
        if entry.id == name:
            return entry
    raise KeyError(name)


def _entries(answers: dict[int, bytes], tag: int, read: Callable[[Fields], _Entry]) -> tuple[_Entry, ...]:
    return tuple(read(Fields(value)) for kind, value in tlv.parse(content(answers, tag)) if kind == _ENTRY)


def _named(entries: tuple[_Named, ...], kind: CardKind) -> tuple[_Named, ...]:
    """With the names that the card has for them in other languages."""
    return tuple(replace(entry, name=Name(entry.name, kind.names.get(entry.name))) for entry in entries)


def _code(fields: Fields) -> CodeStatus:
    reference = fields.optional_number(0x82)
    # Cards of the first version do not tell 8C and 8D: then any character may be tried, and the card has the last word.
    characters = fields.optional_number(0x8C, Characters.PRINTABLE)
    changeable = fields.optional_number(0x8D, int(reference is not None))
    return CodeStatus(
        id=fields.text(0x80),
        name=fields.text(0x81),
        reference=reference,
        state=CodeState(fields.number(0x83)),
        tries_left=fields.number(0x84),
        tries_limit=fields.number(0x85),
        tries_max=fields.number(0x86),
        must_change=fields.flag(0x87),
        min_length=fields.number(0x88),
        max_length=fields.number(0x89),
        one_use=fields.flag(0x8A),
        unblocked_by=fields.optional_text(0x8B),
        characters=Characters(characters or 0),
        changeable=bool(changeable),
    )


def _area(fields: Fields) -> AreaStatus:
    return AreaStatus(
        fields.text(0x80), fields.text(0x81), fields.text(0x82), fields.optional_number(0x83), fields.number(0x84)
    )


def _part(fields: Fields) -> PartStatus:
    return PartStatus(fields.text(0x80), fields.text(0x81), fields.flag(0x82))


def _key(fields: Fields) -> KeyStatus:
    origin = fields.number(0x82)
    return KeyStatus(
        number=fields.number(0x80),
        area=fields.text(0x81),
        origin=None if origin == _NO_ORIGIN else KeyOrigin(origin),
        paired=fields.flag(0x83),
        listed=fields.flag(0x84),
        reference=fields.optional_number(0x85),
        identifier=fields.optional_octets(0x86),
    )
