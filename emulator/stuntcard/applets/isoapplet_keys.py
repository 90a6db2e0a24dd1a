"""Making and importing keys in the IsoApplet's command set (ISO 7816-8, 5.1 and annex C.2)."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum

from cryptography.hazmat.primitives.asymmetric import ec, rsa

from stuntcard.applets.answers import RefusalError, answer
from stuntcard.card.card import Card
from stuntcard.card.key_parts import Part, ec_plan, new_ec_plan, new_rsa_plan, rsa_plan
from stuntcard.card.keys import (
    RSA_BITS,
    PublicKey,
    exponent_of,
    find_curve,
    modulus_of,
    uncompressed_point,
)
from stuntcard.card.session import SecurityEnvironment
from stuntcard.iso7816 import tlv
from stuntcard.iso7816.apdu import Command, Response
from stuntcard.iso7816.status import StatusWord
from stuntcard.policy.events import Verdict
from stuntcard.policy.law import takes_key_numbered
from stuntcard.policy.state import Origin

_PUBLIC_KEY_TEMPLATE = 0x7F49
_RSA_PRIVATE_KEY, _EC_PRIVATE_KEY = 0x7F48, 0xE0
_CURRENT_DF = 0x3FFF


class KeyAlgorithm(IntEnum):
    """Algorithm references of MANAGE SECURITY ENVIRONMENT for making a key.

    OpenSC knows F3, F5 and EC; F4 follows their pattern, for clients that send it by themselves.
    """

    RSA_2048 = 0xF3
    RSA_3072 = 0xF4
    RSA_4096 = 0xF5
    EC = 0xEC


_CRT_TAGS = {0x92: Part.P, 0x93: Part.Q, 0x94: Part.Q_INVERSE, 0x95: Part.D_P, 0x96: Part.D_Q}
_BITS = {KeyAlgorithm.RSA_2048: 2048, KeyAlgorithm.RSA_3072: 3072, KeyAlgorithm.RSA_4096: 4096}


def generate_key_pair(card: Card, environment: SecurityEnvironment, command: Command) -> Response:
    """GENERATE ASYMMETRIC KEY PAIR: RSA with P1 42 and no data, EC with P1 00 and the curve's parameters."""
    algorithm = _algorithm(environment)
    expected_p1 = 0x00 if algorithm is KeyAlgorithm.EC else 0x42
    if command.p1 != expected_p1 or command.p2:
        raise RefusalError(StatusWord.INCORRECT_P1P2)
    parameters = tlv.parse(command.data)
    reference = environment.key_reference
    plan = new_ec_plan(_curve(parameters)) if algorithm is KeyAlgorithm.EC else new_rsa_plan(_BITS[algorithm])
    verdict = card.store_key(reference, Origin.MADE, plan.size, plan.supply)
    if verdict is not Verdict.DONE:
        return answer(verdict)
    public = card.public_key(reference)
    assert public is not None, "it was just made"
    return Response(StatusWord.OK, _public_key(public, parameters))


def import_key(card: Card, environment: SecurityEnvironment, command: Command) -> Response:
    """PUT DATA of a private key: RSA as its CRT parts, EC as the curve's parameters and the private value."""
    if command.p1p2 != _CURRENT_DF:
        raise RefusalError(StatusWord.INCORRECT_P1P2)
    algorithm = _algorithm(environment)
    template, rest = tlv.parse_one(command.data)
    expected = _EC_PRIVATE_KEY if algorithm is KeyAlgorithm.EC else _RSA_PRIVATE_KEY
    if template.tag != expected or rest:
        raise RefusalError(StatusWord.INCORRECT_DATA)
    fields = template.children()
    if algorithm is KeyAlgorithm.EC:
        plan = ec_plan(_curve(fields), {Part.PRIVATE_VALUE: _field(fields, 0x88)})
    else:
        plan = rsa_plan({part: _field(fields, tag) for tag, part in _CRT_TAGS.items()}, RSA_BITS)
    return answer(card.store_key(environment.key_reference, Origin.IMPORTED, plan.size, plan.supply))


def _algorithm(environment: SecurityEnvironment) -> KeyAlgorithm:
    verdict = takes_key_numbered(environment.key_reference)
    if verdict is not Verdict.DONE:
        raise RefusalError(answer(verdict).sw)
    try:
        return KeyAlgorithm(environment.algorithm)
    except ValueError:
        raise RefusalError(StatusWord.FUNCTION_NOT_SUPPORTED) from None


def _field(parts: Sequence[tlv.Tlv], tag: int) -> bytes:
    value = tlv.find(parts, tag)
    if not value:
        raise RefusalError(StatusWord.INCORRECT_DATA)
    return value


def _curve(parts: Sequence[tlv.Tlv]) -> ec.EllipticCurve:
    prime, a, b, generator, order = (_field(parts, tag) for tag in (0x81, 0x82, 0x83, 0x84, 0x85))
    curve = find_curve(prime=prime, a=a, b=b, generator=generator, order=order)
    if curve is None:
        raise RefusalError(StatusWord.FUNCTION_NOT_SUPPORTED)
    return curve


def _public_key(public: PublicKey, parameters: Sequence[tlv.Tlv]) -> bytes:
    """The public key template: modulus and exponent, or the curve's parameters as sent and the point."""
    if isinstance(public, rsa.RSAPublicKey):
        fields = [(0x81, modulus_of(public)), (0x82, exponent_of(public))]
    else:
        point = uncompressed_point(public.public_numbers())
        fields = [(item.tag, item.value) for item in parameters if item.tag != 0x86] + [(0x86, point)]
        fields.sort()
    return tlv.encode(_PUBLIC_KEY_TEMPLATE, b"".join(tlv.encode(tag, value) for tag, value in fields))
