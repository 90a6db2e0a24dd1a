"""Stuntcard's own read-only application, for what PKCS#15 has no words for. See docs/manage-applet.md, tag by tag."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from stuntcard.applets import code_commands
from stuntcard.applets.answers import RefusalError, answer
from stuntcard.applets.handling import NO_ANSWER, Handler, handle
from stuntcard.card.card import Card
from stuntcard.card.keys import PrivateKey
from stuntcard.card.view import ALIVE, CardView, view
from stuntcard.iso7816 import tlv
from stuntcard.iso7816.apdu import Command, Response
from stuntcard.iso7816.instructions import Instruction
from stuntcard.iso7816.status import StatusWord
from stuntcard.policy import law
from stuntcard.policy.events import Verdict
from stuntcard.policy.state import Origin
from stuntcard.profile.model import Characters, CodeStatus, Profile

NAME = bytes.fromhex("F05354554E5401")
FORMAT_VERSION = 1
NONE = 0xFF
"""Stands for "there is none" where a one-byte field has no value."""

CARD_TAG, CODES_TAG, AREAS_TAG, PARTS_TAG, KEYS_TAG = 0xE0, 0xE1, 0xE2, 0xE3, 0xE4
STATEMENT_TAG, ATTESTATION_TAG, CERTIFICATES_TAG, KIND_TAG = 0xE5, 0xE6, 0xE7, 0xE8
_ENTRY = 0xA0
_KEY_NUMBER_TAG, _NONCE_TAG, _SIGNATURE_TAG = 0x80, 0x81, 0x90
NONCE_LENGTHS = range(16, 33)

_OPERATIONAL, _DEAD = 0x05, 0x0C
_CODE_STATES = {CodeStatus.NOT_SET: 0, CodeStatus.SET: 1, CodeStatus.BLOCKED: 2}
_CHARACTERS = {Characters.PRINTABLE: 0, Characters.DIGITS: 1}
_ORIGINS = {Origin.MADE: 0, Origin.IMPORTED: 1, Origin.FACTORY: 2, None: NONE}

Field = int | bool | str | bytes


class Manage:
    """The applet. It changes nothing on the card."""

    name = NAME

    def select(self, card: Card, command: Command) -> Response:  # noqa: ARG002 - the protocol of applets
        """Selected by name; the answer is the version of the format, or nothing when none is wanted."""
        if command.p2 == NO_ANSWER:  # ISO 7816-4, 11.2.2
            return Response(StatusWord.OK)
        return Response(
            StatusWord.OK,
            tlv.encode(0x6F, tlv.encode(0x84, NAME) + tlv.encode(0x80, bytes([FORMAT_VERSION]))),
        )

    def handle(self, card: Card, command: Command) -> Response:
        """GET DATA of one of the tags, and INTERNAL AUTHENTICATE; any other class with 6E00, instruction with 6D00."""
        return handle(card, command, _HANDLERS)

    def codes_concerned(self, card: Card, command: Command) -> frozenset[str]:
        """It has no commands on codes; whoever sends it one means the code that others would take it for."""
        return code_commands.codes_concerned(card, command)


def _get_data(card: Card, command: Command) -> Response:
    encode = _TEMPLATES.get(command.p1p2)
    if encode is not None:
        return Response(StatusWord.OK, tlv.encode(command.p1p2, encode(view(card.profile, card.content))))
    if command.p1p2 == CERTIFICATES_TAG:
        return Response(StatusWord.OK, tlv.encode(CERTIFICATES_TAG, _certificates(card)))
    if command.p1p2 == KIND_TAG:
        return Response(StatusWord.OK, tlv.encode(KIND_TAG, kind_of_card(card.profile)))
    raise RefusalError(StatusWord.REFERENCED_DATA_NOT_FOUND)


def _certificates(card: Card) -> bytes:
    # A card that vouches for no key shall not wait for what that takes to load.
    from stuntcard.card.attestation import card_certificate, issuer_certificate

    return _fields(card_certificate(card.profile), issuer_certificate())


def _internal_authenticate(card: Card, command: Command) -> Response:
    """A statement about a key, signed (ISO 7816-4, 11.6.2)."""
    if command.p1p2:
        raise RefusalError(StatusWord.INCORRECT_P1P2)
    number, nonce = _asked(command.data)
    verdict = law.vouches_for(card.profile, card.state, number)
    if verdict is not Verdict.DONE:
        return answer(verdict)
    from stuntcard.card.attestation import sign

    statement = tlv.encode(STATEMENT_TAG, _statement(card, number, nonce))
    signature = tlv.encode(_SIGNATURE_TAG, sign(card.profile, statement))
    return Response(StatusWord.OK, tlv.encode(ATTESTATION_TAG, statement + signature))


def _asked(data: bytes) -> tuple[int, bytes]:
    """The number of a key and the nonce that a statement is asked with. Raises RefusalError (6A80)."""
    try:
        fields = tlv.parse(data)
    except tlv.TlvError:
        raise RefusalError(StatusWord.INCORRECT_DATA) from None
    if [field.tag for field in fields] != [_KEY_NUMBER_TAG, _NONCE_TAG]:
        raise RefusalError(StatusWord.INCORRECT_DATA)
    number, nonce = (field.value for field in fields)
    if not number or len(nonce) not in NONCE_LENGTHS:
        raise RefusalError(StatusWord.INCORRECT_DATA)
    return int.from_bytes(number), nonce


def _statement(card: Card, number: int, nonce: bytes) -> bytes:
    """What the card says of a key that it has. Raises RefusalError (6A88) for one without a public part."""
    from stuntcard.card.certificate import subject_public_key_info

    item, private = card.state.item(number), card.content.keys[number].private
    if item is None or not isinstance(private, PrivateKey):
        raise RefusalError(StatusWord.REFERENCED_DATA_NOT_FOUND)
    return _fields(
        FORMAT_VERSION,
        card.profile.id,
        bytes.fromhex(card.profile.token.serial),
        number,
        item.area,
        _ORIGINS[item.key],
        subject_public_key_info(private.public_key()),
        nonce,
    )


def kind_of_card(profile: Profile) -> bytes:
    """What is so of every card of this kind, whatever becomes of it."""
    return (
        _fields(profile.name, profile.files.guard)
        + _tagged(0xA1, (_code_kind(profile, name) for name in profile.codes))
        + _tagged(0xA2, (_fields(name) + _ids(area.create_with) for name, area in profile.areas.items()))
        + _tagged(0xA3, (_fields(name) + _ids(part.codes) for name, part in profile.parts.items()))
        + _tagged(0xA4, (_fields(end.part) + _ids(end.when_blocked) for end in profile.ends))
        + _tagged(0xA5, _names(profile))
    )


def _names(profile: Profile) -> Iterator[bytes]:
    """What codes, areas and parts are called in other languages, where that is not the same."""
    names = [code.name for code in profile.codes.values()]
    names += [area.name for area in profile.areas.values()] + [part.name for part in profile.parts.values()]
    for name in dict.fromkeys((one.en, one.cs, one.sl) for one in names):
        if len(set(name)) > 1:
            yield _fields(*name)


def _code_kind(profile: Profile, name: str) -> bytes:
    code = profile.codes[name]
    by_another = _bits(code.reset_by[0].from_) if code.reset_by else None
    off_card = _bits(law.set_off_card(profile, name)) or None
    states = ((0x82, by_another), (0x83, off_card))
    return (
        _fields(name)
        + _ids(code.blocks.codes if code.blocks is not None else ())
        + b"".join(tlv.encode(tag, bytes((bits,))) for tag, bits in states if bits is not None)
    )


def _bits(states: Iterable[CodeStatus]) -> int:
    return sum(1 << _CODE_STATES[state] for state in set(states))


def _ids(names: Iterable[str]) -> bytes:
    return b"".join(tlv.encode(0x81, _octets(name)) for name in names)


def _fields(*values: Field | None) -> bytes:
    """Fields tagged 80, 81 … in order; a value of None leaves its tag out."""
    tagged = ((0x80 + position, value) for position, value in enumerate(values) if value is not None)
    return b"".join(tlv.encode(tag, _octets(value)) for tag, value in tagged)


def _octets(value: Field) -> bytes:
    if isinstance(value, bytes):
        return value
    return value.encode("utf-8") if isinstance(value, str) else value.to_bytes(max(1, (value.bit_length() + 7) // 8))


def _entries(bodies: Iterable[bytes]) -> bytes:
    return _tagged(_ENTRY, bodies)


def _tagged(tag: int, bodies: Iterable[bytes]) -> bytes:
    return b"".join(tlv.encode(tag, body) for body in bodies)


def _card(seen: CardView) -> bytes:
    life_cycle = _OPERATIONAL if seen.life_cycle == ALIVE else _DEAD
    return _fields(FORMAT_VERSION, seen.profile, bytes.fromhex(seen.serial), life_cycle)


def _codes(seen: CardView) -> bytes:
    return _entries(
        _fields(
            name,
            code.name,
            code.reference,
            _CODE_STATES[code.state],
            code.tries_left,
            code.tries_limit,
            code.tries_max,
            code.must_change,
            code.min_length,
            code.max_length,
            code.one_use,
            code.unblocked_by,
            _CHARACTERS[code.characters],
            code.changeable,
        )
        for name, code in seen.codes.items()
    )


def _areas(seen: CardView) -> bytes:
    return _entries(_fields(name, area.name, area.guard, area.places, area.used) for name, area in seen.areas.items())


def _parts(seen: CardView) -> bytes:
    return _entries(_fields(name, part.name, part.lost) for name, part in seen.parts.items())


def _keys(seen: CardView) -> bytes:
    return _entries(
        _fields(
            key.number,
            key.area,
            _ORIGINS[key.origin],
            key.paired,
            key.listed,
            key.reference,
            bytes.fromhex(key.identifier) if key.identifier is not None else None,
        )
        for key in seen.keys
    )


_TEMPLATES: dict[int, Callable[[CardView], bytes]] = {
    CARD_TAG: _card,
    CODES_TAG: _codes,
    AREAS_TAG: _areas,
    PARTS_TAG: _parts,
    KEYS_TAG: _keys,
}

_HANDLERS: dict[int, Handler] = {
    Instruction.GET_DATA: _get_data,
    Instruction.INTERNAL_AUTHENTICATE: _internal_authenticate,
}
