"""Keys of GIDS: their files, how they are made, brought in and deleted, and what they do.

A key's file has the identifier B0 and the key's reference, 81 for the first container. RSA alone: what the
specification says of elliptic curves could not be read, and no driver that could be tried speaks of them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from cryptography.hazmat.primitives.asymmetric import rsa

from stuntcard.applets.answers import RefusalError, answer
from stuntcard.applets.gids_containers import OWN_KEYS, own_identifier
from stuntcard.applets.gids_files import shown_containers
from stuntcard.applets.gids_formats import FIRST_KEY, RSA_ALGORITHMS
from stuntcard.applets.key_commands import environment_for, use_key
from stuntcard.applets.listed_objects import DECRYPT, SIGN, drop_key, list_key
from stuntcard.applets.shown_area import shown_area
from stuntcard.card import pkcs15
from stuntcard.card.card import Card
from stuntcard.card.files import File, FileKind
from stuntcard.card.key_files import Header, file_of, header, key_file_access
from stuntcard.card.key_parts import Part, Plan, new_rsa_plan, rsa_plan
from stuntcard.card.keys import (
    RSA_BITS,
    Key,
    decipher_pkcs1,
    exponent_of,
    modulus_of,
    rsa_raw,
    sign_pkcs1,
)
from stuntcard.card.session import ControlTemplate, SecurityEnvironment
from stuntcard.iso7816 import der, tlv
from stuntcard.iso7816.apdu import Command, Response
from stuntcard.iso7816.status import StatusWord
from stuntcard.policy.events import Verdict
from stuntcard.policy.law import area_of_new_key, permits
from stuntcard.policy.state import Origin

_SIZES = (1024, *RSA_BITS)
_BITS = {algorithm: bits for bits, algorithm in RSA_ALGORITHMS.items()}
_SET_FOR_USE = 0x41
_COMPUTE_SIGNATURE, _DECIPHER = 0x9E9A, 0x8086
_TEMPLATES = {_COMPUTE_SIGNATURE: ControlTemplate.SIGNATURE, _DECIPHER: ControlTemplate.CONFIDENTIALITY}

_OPERATIONS: dict[tuple[ControlTemplate, int], Callable[[Key, bytes], bytes]] = {
    (ControlTemplate.SIGNATURE, 0x10): rsa_raw,
    (ControlTemplate.SIGNATURE, 0x50): sign_pkcs1,
    (ControlTemplate.CONFIDENTIALITY, 0x00): rsa_raw,
    (ControlTemplate.CONFIDENTIALITY, 0x40): decipher_pkcs1,
}
"""By the high digit of an algorithm reference: padded off the card, or by PKCS #1 v1.5 on it."""

_KEY_FILE = b"\x18"
_PRIVATE_KEY = (Part.MODULUS, Part.PUBLIC_EXPONENT, Part.PRIVATE_EXPONENT, *(
    Part.P, Part.Q, Part.D_P, Part.D_Q, Part.Q_INVERSE
))  # fmt: skip
"""The order of the parts in RSAPrivateKey (RFC 8017, A.1.2), after the version."""
_PUBLIC_KEY = 0x7F49


# Their files


def key_identifier(identifier: bytes) -> int | None:
    """The key reference that the identifier of a key's file tells; None for another file's."""
    return identifier[1] if len(identifier) == 2 and identifier[0] == 0xB0 else None


def has_key_file(card: Card, reference: int) -> bool:
    """Whether clients see a key's file: one that was made for a key, or that of a container's key."""
    return _known(card, reference) is not None or (reference in OWN_KEYS and file_of(card.files, reference) is not None)


def create_key_file(card: Card, fields: Sequence[tlv.Tlv]) -> int:
    """Makes the file of a key that is to be made or brought in; gives its reference. Raises FileError."""
    reference = key_identifier(tlv.find(fields, 0x83) or b"")
    templates = tlv.parse(tlv.find(fields, 0xA5) or b"")
    if tlv.find(fields, 0x82) != _KEY_FILE or reference is None or reference not in OWN_KEYS or not templates:
        raise RefusalError(StatusWord.INCORRECT_DATA)
    bits = _bits(tlv.find(templates[0].children(), 0x80))
    guard = card.profile.areas[shown_area(card)].guard
    rights = key_file_access(card.profile, guard, deletable=True)
    path = pkcs15.APPLICATION + bytes([0xB0, reference])
    if _known(card, reference) is not None:
        raise RefusalError(StatusWord.FILE_EXISTS)
    card.create_file(File(path, FileKind.RSA_KEY, rights, Header(bits).encode()))
    return reference


def delete_key_file(card: Card, reference: int) -> None:
    """Deletes a key's file, and with it the key. Raises RefusalError and FileError."""
    if not has_key_file(card, reference):
        raise RefusalError(StatusWord.FILE_NOT_FOUND)
    known = _known(card, reference)
    drop_key(card, reference if known is None else known)


def _known(card: Card, reference: int) -> int | None:
    """The reference by which the card knows the key of a container."""
    shown, number = shown_containers(card), reference - FIRST_KEY
    return shown[number].reference if 0 <= number < len(shown) else None


def _the_key(card: Card, reference: int) -> int:
    """The same; raises RefusalError (6A88) where there is none."""
    known = _known(card, reference)
    if known is None:
        raise RefusalError(StatusWord.REFERENCED_DATA_NOT_FOUND)
    return known


def _bits(algorithm: bytes | None) -> int:
    """The size of the keys of an algorithm reference. Raises RefusalError (6A80, 6A81)."""
    if algorithm is None or len(algorithm) != 1:
        raise RefusalError(StatusWord.INCORRECT_DATA)
    if algorithm[0] & 0x0F not in _BITS:
        raise RefusalError(StatusWord.FUNCTION_NOT_SUPPORTED)
    return _BITS[algorithm[0] & 0x0F]


# Made, and brought in


def generate_key_pair(card: Card, command: Command) -> Response:
    """GENERATE ASYMMETRIC KEY PAIR in the file that was made for it; who asks for an answer gets the public key."""
    if command.p1p2:
        raise RefusalError(StatusWord.INCORRECT_P1P2)
    template, rest = tlv.parse_one(command.data)
    if template.tag != 0xAC or rest:
        raise RefusalError(StatusWord.INCORRECT_DATA)
    fields = template.children()
    reference, bits = _one_byte(fields, 0x83), _bits(tlv.find(fields, 0x80))
    _store(card, reference, bits, Origin.MADE, new_rsa_plan(bits))
    told = b"" if command.le is None else _public_key_template(card, reference)
    return Response(StatusWord.OK, told)


def import_key(card: Card, fields: Sequence[tlv.Tlv]) -> Response:
    """PUT DATA of a private key, as RSAPrivateKey, into the file that was made for it."""
    reference = _one_byte(fields, 0x84)
    _own_file(card, reference)
    private = tlv.find(tlv.parse(tlv.find(fields, 0xA5) or b""), 0x87)
    if private is None:
        raise RefusalError(StatusWord.INCORRECT_DATA)
    sequence, rest = tlv.parse_one(private)
    version, *numbers = [field.value for field in sequence.children() if field.tag == der.INTEGER] or [b""]
    if sequence.tag != der.SEQUENCE or rest or any(version) or len(numbers) != len(_PRIVATE_KEY):
        raise RefusalError(StatusWord.INCORRECT_DATA)
    parts = dict(zip(_PRIVATE_KEY, numbers, strict=True))
    bits = 16 * ((int.from_bytes(parts[Part.P]).bit_length() + 7) // 8)
    _store(card, reference, bits, Origin.IMPORTED, rsa_plan(parts, _SIZES))
    return Response(StatusWord.OK)


def _store(card: Card, reference: int, bits: int, origin: Origin, plan: Plan) -> None:
    """A key comes to the file that was made for it. Raises RefusalError, FileError and KeyRefusedError."""
    file = _own_file(card, reference)
    if _known(card, reference) is not None:
        raise RefusalError(StatusWord.FILE_EXISTS)
    if header(file).bits != bits:
        raise RefusalError(StatusWord.INCORRECT_DATA)
    area = shown_area(card)
    if area_of_new_key(card.profile, card.state) != area:
        raise RefusalError(StatusWord.SECURITY_STATUS_NOT_SATISFIED)
    verdict = card.store_key(reference, origin, plan.size, plan.supply)
    if verdict is not Verdict.DONE:
        raise RefusalError(answer(verdict).sw)
    record = shown_containers(card)[reference - FIRST_KEY].record
    usage = (SIGN,) if record.signs_only else (SIGN, DECRYPT)
    list_key(card, reference, own_identifier(reference), record.name, area, *usage)


def _own_file(card: Card, reference: int) -> File:
    """The file that was made for a key of this reference. Raises RefusalError (6A88)."""
    file = file_of(card.files, reference) if reference in OWN_KEYS else None
    if file is None:
        raise RefusalError(StatusWord.REFERENCED_DATA_NOT_FOUND)
    return file


def _one_byte(fields: Sequence[tlv.Tlv], tag: int) -> int:
    value = tlv.find(fields, tag)
    if value is None or len(value) != 1:
        raise RefusalError(StatusWord.INCORRECT_DATA)
    return value[0]


# What anybody may read


def public_key(card: Card, fields: Sequence[tlv.Tlv]) -> bytes:
    """The public key that a template asks for."""
    wanted = tlv.find(fields, 0xA5)
    if wanted is None or not wanted.startswith(_PUBLIC_KEY.to_bytes(2)):
        raise RefusalError(StatusWord.INCORRECT_DATA)
    return _public_key_template(card, _one_byte(fields, 0x84))


def _public_key_template(card: Card, reference: int) -> bytes:
    key = card.public_key(_the_key(card, reference))
    assert isinstance(key, rsa.RSAPublicKey), "containers have RSA keys"
    return tlv.encode(_PUBLIC_KEY, tlv.encode(0x81, modulus_of(key)) + tlv.encode(0x82, exponent_of(key)))


# What they do


def manage_security_environment(card: Card, command: Command) -> Response:
    """MANAGE SECURITY ENVIRONMENT: SET; the key's code is asked for here already."""
    if command.p1 != _SET_FOR_USE:
        raise RefusalError(StatusWord.FUNCTION_NOT_SUPPORTED)
    if command.p2 not in (ControlTemplate.SIGNATURE, ControlTemplate.CONFIDENTIALITY):
        raise RefusalError(StatusWord.INCORRECT_P1P2)
    template = ControlTemplate(command.p2)
    fields = tlv.parse(command.data)
    algorithm, reference = _one_byte(fields, 0x80), _the_key(card, _one_byte(fields, 0x84))
    key = card.public_key(reference)
    if (template, algorithm & 0xF0) not in _OPERATIONS or key is None or key.key_size != _bits(bytes([algorithm])):
        raise RefusalError(StatusWord.FUNCTION_NOT_SUPPORTED)
    if not permits(card.state, card.profile.areas[shown_area(card)].guard):
        raise RefusalError(StatusWord.SECURITY_STATUS_NOT_SATISFIED)
    card.session.environment = SecurityEnvironment(template, algorithm, reference)
    return Response(StatusWord.OK)


def perform_security_operation(card: Card, command: Command) -> Response:
    """PERFORM SECURITY OPERATION: a signature, or deciphering; no byte that tells of a padding stands in front."""
    template = _TEMPLATES.get(command.p1p2)
    if template is None:
        raise RefusalError(StatusWord.INCORRECT_P1P2)
    environment = environment_for(card, template)
    if not command.data:
        raise RefusalError(StatusWord.WRONG_LENGTH)
    operation = _OPERATIONS[environment.template, environment.algorithm & 0xF0]
    result = use_key(card, environment.key_reference, lambda key: operation(key, command.data))
    return Response(StatusWord.OK, result)
