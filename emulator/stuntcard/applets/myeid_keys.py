"""Keys of MyEID's command set: made in a key file, brought there part by part, and their public parts read."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from cryptography.hazmat.primitives.asymmetric import ec, rsa

from stuntcard.applets.answers import RefusalError, answer
from stuntcard.card.card import Card
from stuntcard.card.curves import domain_of
from stuntcard.card.files import File, FileKind, Operation
from stuntcard.card.key_files import BLOCK_LENGTHS, header, reference_of
from stuntcard.card.key_parts import CRT, Part, Plan, ec_plan, new_ec_plan, new_rsa_plan, rsa_plan, secret_plan
from stuntcard.card.keys import (
    PUBLIC_EXPONENT,
    RSA_BITS,
    SMALL_RSA_BITS,
    exponent_of,
    modulus_of,
    uncompressed_point,
)
from stuntcard.iso7816 import tlv
from stuntcard.iso7816.apdu import Command, Response
from stuntcard.iso7816.status import StatusWord
from stuntcard.policy.events import Verdict
from stuntcard.policy.state import Origin

_CURVES: dict[int, type[ec.EllipticCurve]] = {
    192: ec.SECP192R1,
    224: ec.SECP224R1,
    256: ec.SECP256R1,
    384: ec.SECP384R1,
    521: ec.SECP521R1,
}
"""An EC key file gives its curve by its size alone."""

_RSA_PARTS = {
    0x80: Part.MODULUS,
    0x81: Part.PUBLIC_EXPONENT,
    0x82: Part.PRIVATE_EXPONENT,
    0x83: Part.P,
    0x84: Part.Q,
    0x85: Part.D_P,
    0x86: Part.D_Q,
    0x87: Part.Q_INVERSE,
    0x88: Part.MODULUS_FIRST_HALF,
    0x89: Part.MODULUS_SECOND_HALF,
}
_EC_PARTS = {0x86: Part.POINT, 0x87: Part.PRIVATE_VALUE}
_SECRET_PARTS = {0xA0: Part.SECRET_VALUE}
_PARTS = {
    FileKind.RSA_KEY: _RSA_PARTS,
    FileKind.EC_KEY: _EC_PARTS,
    **dict.fromkeys(BLOCK_LENGTHS, _SECRET_PARTS),
}
_NEEDED = {
    FileKind.RSA_KEY: frozenset({*CRT, Part.PUBLIC_EXPONENT}),
    FileKind.EC_KEY: frozenset({Part.PRIVATE_VALUE, Part.POINT}),
    **dict.fromkeys(BLOCK_LENGTHS, frozenset({Part.SECRET_VALUE})),
}

_INFORMATION, _MODULUS, _EXPONENT = 0x00, 0x01, 0x02
_POINT = 0x86
_RSA_CRT = 0x9200


def _current_key_file(card: Card, operation: Operation) -> File:
    """The current file, if it is a key file that this may be done to."""
    file = card.current_file
    if not file.kind.is_key:
        raise RefusalError(StatusWord.COMMAND_INCOMPATIBLE)
    if not card.allowed(file, operation):
        raise RefusalError(StatusWord.SECURITY_STATUS_NOT_SATISFIED)
    return file


# Made on the card


def generate_key_pair(card: Card, command: Command) -> Response:
    """GENERATE ASYMMETRIC KEY PAIR in the current key file; RSA may bring its public exponent."""
    if command.p1p2:
        raise RefusalError(StatusWord.INCORRECT_P1P2)
    file = _current_key_file(card, Operation.GENERATE)
    bits = header(file).bits
    if file.kind is FileKind.RSA_KEY:
        plan = new_rsa_plan(bits, _exponent(command.data))
    elif file.kind is FileKind.EC_KEY and not command.data:
        plan = new_ec_plan(_CURVES[bits]())
    else:
        raise RefusalError(StatusWord.CONDITIONS_NOT_SATISFIED)
    verdict = card.store_key(reference_of(file), Origin.MADE, plan.size, plan.supply)
    if verdict is not Verdict.DONE:
        return answer(verdict)
    public = card.public_key(reference_of(file))
    assert public is not None, "it was just made"
    told = modulus_of(public) if isinstance(public, rsa.RSAPublicKey) else _point(public, _POINT)
    return Response(StatusWord.OK, told)


def _exponent(data: bytes) -> int:
    """The public exponent in a sequence of one integer, which OpenSC tags 81."""
    if not data:
        return PUBLIC_EXPONENT
    sequence, rest = tlv.parse_one(data)
    fields = sequence.children()
    if sequence.tag != 0x30 or rest or len(fields) != 1 or fields[0].tag not in (0x02, 0x81):
        raise RefusalError(StatusWord.INCORRECT_DATA)
    return int.from_bytes(fields[0].value)


# Brought in


def put_key_part(card: Card, command: Command) -> Response:
    """PUT DATA of one part of the key of the current key file; with the last one that is needed, there is the key."""
    file = _current_key_file(card, Operation.UPDATE)
    part = _PARTS[file.kind].get(command.p2)
    if part is None:
        raise RefusalError(StatusWord.INCORRECT_P1P2)
    if not command.data:
        raise RefusalError(StatusWord.WRONG_LENGTH)
    parts = card.session.add_key_part(file.path, part, command.data)
    if not parts.keys() >= _NEEDED[file.kind]:
        return Response(StatusWord.OK)
    try:
        return answer(import_key(card, file, dict(parts)))
    finally:
        parts.clear()


def import_key(card: Card, file: File, parts: dict[Part, bytes]) -> Verdict:
    """Brings a key in for a key file. Raises RefusalError (6700) when the file is for keys of another size."""
    bits = header(file).bits
    plan, given = _plan(file.kind, bits, parts)
    if given != bits:
        raise RefusalError(StatusWord.WRONG_LENGTH)
    return card.store_key(reference_of(file), Origin.IMPORTED, plan.size, plan.supply)


def _plan(kind: FileKind, bits: int, parts: dict[Part, bytes]) -> tuple[Plan, int]:
    """What makes the key, and how many bits the parts have."""
    match kind:
        case FileKind.RSA_KEY:
            return rsa_plan(parts, (*SMALL_RSA_BITS, *RSA_BITS)), 16 * ((_bits(parts[Part.P]) + 7) // 8)
        case FileKind.EC_KEY:
            return ec_plan(_CURVES[bits](), parts), bits
        case _:
            return secret_plan(BLOCK_LENGTHS[kind], parts), 8 * len(parts[Part.SECRET_VALUE])


def _bits(number: bytes) -> int:
    return int.from_bytes(number).bit_length()


# Read


def key_data(card: Card, data: int) -> bytes:
    """What GET DATA tells of the key of the current key file: its public part, and its parameters."""
    file = card.current_file
    public = card.public_key(reference_of(file)) if file.kind.is_key else None
    tell: Callable[[], bytes] | None
    if isinstance(public, rsa.RSAPublicKey):
        tell = {
            _INFORMATION: partial(_information, public),
            _MODULUS: partial(modulus_of, public),
            _EXPONENT: partial(exponent_of, public),
        }.get(data)
    elif public is not None:
        tell = {
            **{tag: partial(_parameter, public, tag) for tag in range(0x81, 0x86)},
            _POINT: partial(_point, public, 0x30),
        }.get(data)
    else:
        tell = None
    if tell is None:
        raise RefusalError(StatusWord.REFERENCED_DATA_NOT_FOUND)
    return tell()


def _information(public: rsa.RSAPublicKey) -> bytes:
    """The algorithm, the size of the public exponent and that of the modulus, in bits."""
    return b"".join(
        number.to_bytes(2) for number in (_RSA_CRT, public.public_numbers().e.bit_length(), public.key_size)
    )


def _point(public: ec.EllipticCurvePublicKey, tag: int) -> bytes:
    return tlv.encode(tag, uncompressed_point(public.public_numbers()))


def _parameter(public: ec.EllipticCurvePublicKey, tag: int) -> bytes:
    """A parameter of the curve: prime, a, b, generator without its first byte, order."""
    domain = domain_of(public.curve)
    values = (domain.prime, domain.a, domain.b, domain.generator[2:], domain.order)
    return bytes.fromhex(values[tag - 0x81])
