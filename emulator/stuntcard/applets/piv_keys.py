"""What PIV does with the keys in its slots: they are used, made, brought in, told of (NIST SP 800-73-4, part 2)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from cryptography.hazmat.primitives.asymmetric import ec, rsa

from stuntcard.applets import listed_objects, piv_management
from stuntcard.applets.answers import RefusalError, answer
from stuntcard.applets.key_commands import use_key
from stuntcard.applets.piv_codes import JUST_GIVEN
from stuntcard.applets.piv_slots import (
    SIGNATURE,
    SLOTS,
    Algorithm,
    SlotKey,
    identifier_of,
    key_in,
    label_of,
    usage_of,
)
from stuntcard.applets.shown_area import shown_area
from stuntcard.card.card import Card
from stuntcard.card.key_parts import Part, Plan, ec_plan, new_ec_plan, new_rsa_plan, rsa_plan
from stuntcard.card.keys import (
    Key,
    PublicKey,
    agree_ecdh,
    exponent_of,
    modulus_of,
    rsa_raw,
    sign_ecdsa,
    uncompressed_point,
)
from stuntcard.iso7816 import tlv
from stuntcard.iso7816.apdu import Command, Response
from stuntcard.iso7816.status import StatusWord
from stuntcard.policy import law
from stuntcard.policy.events import RemoveKey, StoreKey, Verdict
from stuntcard.policy.state import Origin

_RESPONSE, _CHALLENGE, _EXPONENTIATION = 0x82, 0x81, 0x85
_TEMPLATE, _PUBLIC_KEY_TEMPLATE = 0xAC, 0x7F49
_MODULUS, _EXPONENT, _POINT = 0x81, 0x82, 0x86
_ALGORITHM, _PIN_POLICY, _TOUCH_POLICY = 0x80, 0xAA, 0xAB
_RSA_BITS = 2048
_ALGORITHMS = frozenset(Algorithm)
_CURVES: Mapping[Algorithm, Callable[[], ec.EllipticCurve]] = {
    Algorithm.EC_P256: ec.SECP256R1,
    Algorithm.EC_P384: ec.SECP384R1,
}
_CRT_TAGS = {0x01: Part.P, 0x02: Part.Q, 0x03: Part.D_P, 0x04: Part.D_Q, 0x05: Part.Q_INVERSE}
_PRIVATE_VALUE = 0x06

ONCE, ALWAYS, NO_TOUCH = 0x02, 0x03, 0x01
"""Policies, as Yubico numbers them."""
_ORIGINS = {Origin.MADE: 0x01, Origin.IMPORTED: 0x02, Origin.FACTORY: 0x02}


# Used


def general_authenticate(card: Card, command: Command) -> Response:
    """GENERAL AUTHENTICATE: with the management key, or with that of a slot."""
    template, rest = tlv.parse_one(command.data)
    if template.tag != piv_management.DYNAMIC_AUTHENTICATION or rest:
        raise RefusalError(StatusWord.INCORRECT_DATA)
    fields = {field.tag: field.value for field in template.children()}
    if command.p2 == piv_management.REFERENCE:
        answered = piv_management.authenticate(card, command.p1, fields)
    else:
        answered = tlv.encode(_RESPONSE, _with_slot(card, command, fields))
    return Response(StatusWord.OK, tlv.encode(template.tag, answered) if answered else b"")


def _with_slot(card: Card, command: Command, fields: Mapping[int, bytes]) -> bytes:
    if command.p1 not in _ALGORITHMS:
        raise RefusalError(StatusWord.INCORRECT_P1P2)
    key = _key_in(card, command.p2)
    if command.p1 != key.algorithm:
        raise RefusalError(StatusWord.INCORRECT_P1P2)
    just_given = card.memos.read(JUST_GIVEN)
    card.memos.note(JUST_GIVEN, False)
    if command.p2 == SIGNATURE and not just_given:
        raise RefusalError(StatusWord.SECURITY_STATUS_NOT_SATISFIED)
    operation, data = _operation(key, fields)
    return use_key(card, key.reference, lambda private: operation(private, data))


def _key_in(card: Card, slot: int) -> SlotKey:
    if slot not in SLOTS:
        raise RefusalError(StatusWord.INCORRECT_P1P2)
    key = key_in(card, slot)
    if key is None:
        raise RefusalError(StatusWord.REFERENCED_DATA_NOT_FOUND)
    return key


def _operation(key: SlotKey, fields: Mapping[int, bytes]) -> tuple[Callable[[Key, bytes], bytes], bytes]:
    """What is done with the key, and with which data: RSA does the same to sign and to decipher."""
    challenge, point = fields.get(_CHALLENGE), fields.get(_EXPONENTIATION)
    if fields.get(_RESPONSE) != b"" or bool(challenge) == bool(point):
        raise RefusalError(StatusWord.INCORRECT_DATA)
    if challenge:
        return (rsa_raw if key.algorithm is Algorithm.RSA_2048 else sign_ecdsa), challenge
    return agree_ecdh, point or b""


# Made and brought in


def generate_key_pair(card: Card, command: Command) -> Response:
    """GENERATE ASYMMETRIC KEY PAIR in a slot, in place of the key that may be there."""
    piv_management.require(card)
    if command.p1 or command.p2 not in SLOTS:
        raise RefusalError(StatusWord.INCORRECT_P1P2)
    template, rest = tlv.parse_one(command.data)
    if template.tag != _TEMPLATE or rest:
        raise RefusalError(StatusWord.INCORRECT_DATA)
    fields = template.children()
    algorithm = _algorithm(tlv.find(fields, _ALGORITHM) or b"")
    _check_policies(command.p2, fields)
    curve = _CURVES.get(algorithm)
    plan = new_rsa_plan(_RSA_BITS) if curve is None else new_ec_plan(curve())
    _store(card, command.p2, algorithm, Origin.MADE, plan)
    public = card.public_key(command.p2)
    assert public is not None, "it was just made"
    return Response(StatusWord.OK, tlv.encode(_PUBLIC_KEY_TEMPLATE, _public_key(public)))


def import_key(card: Card, command: Command) -> Response:
    """Yubico's command that brings a key in: RSA as its CRT parts, EC as the private value."""
    piv_management.require(card)
    if command.p2 not in SLOTS or command.p1 not in _ALGORITHMS:
        raise RefusalError(StatusWord.INCORRECT_P1P2)
    algorithm, fields = Algorithm(command.p1), tlv.parse(command.data)
    _check_policies(command.p2, fields)
    curve = _CURVES.get(algorithm)
    if curve is None:
        plan = rsa_plan({part: _field(fields, tag) for tag, part in _CRT_TAGS.items()}, (_RSA_BITS,))
    else:
        plan = ec_plan(curve(), {Part.PRIVATE_VALUE: _field(fields, _PRIVATE_VALUE)})
    _store(card, command.p2, algorithm, Origin.IMPORTED, plan)
    return Response(StatusWord.OK)


def _store(card: Card, slot: int, algorithm: Algorithm, origin: Origin, plan: Plan) -> None:
    """Stores a key by the law, and lists it. The one that had the slot goes, if the law lets it."""
    if law.area_of_new_key(card.profile, card.state) != shown_area(card):
        raise RefusalError(StatusWord.SECURITY_STATUS_NOT_SATISFIED)
    key = plan.supply()
    there = key_in(card, slot)
    verdict = _would_be_stored(card, there, StoreKey(origin, plan.size))
    if verdict is Verdict.DONE:
        if there is not None:
            listed_objects.drop_key(card, there.reference)
        verdict = card.store_key(slot, origin, plan.size, lambda: key)
    if verdict is not Verdict.DONE:
        raise RefusalError(answer(verdict).sw)
    listed_objects.list_key(card, slot, identifier_of(slot), label_of(slot), shown_area(card), *usage_of(algorithm))


def _would_be_stored(card: Card, there: SlotKey | None, event: StoreKey) -> Verdict:
    """What the law will say once the key that is there has gone: it is not to go for one that can't be stored."""
    state, number = card.state, None if there is None else card.content.number_of(there.reference)
    if number is not None:
        state, verdict = law.step(card.profile, state, RemoveKey(number))
        if verdict is not Verdict.DONE:
            return verdict
    return law.step(card.profile, state, event)[1]


def _algorithm(field: bytes) -> Algorithm:
    try:
        return Algorithm(int.from_bytes(field))
    except ValueError:
        raise RefusalError(StatusWord.INCORRECT_DATA) from None


def _field(fields: Sequence[tlv.Tlv], tag: int) -> bytes:
    value = tlv.find(fields, tag)
    if not value:
        raise RefusalError(StatusWord.INCORRECT_DATA)
    return value


def _pin_policy(slot: int) -> int:
    return ALWAYS if slot == SIGNATURE else ONCE


def _check_policies(slot: int, fields: Sequence[tlv.Tlv]) -> None:
    """A client may say when the key asks for a PIN and for a touch, if it says what is so."""
    pin, touch = (tlv.find(fields, tag) for tag in (_PIN_POLICY, _TOUCH_POLICY))
    if pin not in (None, bytes([_pin_policy(slot)])) or touch not in (None, bytes([NO_TOUCH])):
        raise RefusalError(StatusWord.INCORRECT_DATA)


def _public_key(public: PublicKey) -> bytes:
    if isinstance(public, rsa.RSAPublicKey):
        return tlv.encode(_MODULUS, modulus_of(public)) + tlv.encode(_EXPONENT, exponent_of(public))
    return tlv.encode(_POINT, uncompressed_point(public.public_numbers()))


# Told of


def key_metadata(card: Card, slot: int) -> bytes:
    """What Yubico's GET METADATA tells of a slot's key: kind, policies, where it comes from, public part."""
    key = _key_in(card, slot)
    public = card.public_key(key.reference)
    assert public is not None, "a slot has no secret key"
    return b"".join(
        tlv.encode(tag, value)
        for tag, value in (
            (0x01, bytes([key.algorithm])),
            (0x02, bytes((_pin_policy(slot), NO_TOUCH))),
            (0x03, bytes([_ORIGINS[key.origin]])),
            (0x04, _public_key(public)),
        )
    )
