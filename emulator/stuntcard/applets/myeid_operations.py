"""What MyEID's command set does with keys: environments, signatures, ciphers, key agreement, and keys wrapped.

An environment names a key by its file. One that names a DF and a reference in it means the key of that reference, which
is how keys are listed that another command set made.
"""

from __future__ import annotations

from collections.abc import Callable

from stuntcard.applets.answers import RefusalError, answer
from stuntcard.applets.key_commands import environment_for, use_key
from stuntcard.applets.myeid_keys import import_key
from stuntcard.card import ciphers
from stuntcard.card.card import Card
from stuntcard.card.files import File, FileKind, Operation
from stuntcard.card.key_files import BLOCK_LENGTHS, Attribute, file_of, header, reference_of
from stuntcard.card.key_parts import Part
from stuntcard.card.keys import (
    Key,
    KeyRefusedError,
    SecretKey,
    agree_ecdh,
    decipher_pkcs1,
    encipher_pkcs1,
    rsa_raw,
    sign_ecdsa_number,
    sign_pkcs1,
    sign_pkcs1_sha1,
)
from stuntcard.card.session import ControlTemplate, SecurityEnvironment, Unfinished
from stuntcard.iso7816 import tlv
from stuntcard.iso7816.apdu import Command, Response
from stuntcard.iso7816.instructions import Instruction
from stuntcard.iso7816.status import StatusWord

_SET_RECEIVER, _SET_SENDER, _RESTORE = 0x41, 0x81, 0xF3
_TEMPLATES = {
    template.value: template
    for template in (ControlTemplate.SIGNATURE, ControlTemplate.CONFIDENTIALITY, ControlTemplate.AUTHENTICATION)
}
_SIGN = 0x9E9A
_ENCIPHER, _WRAP = 0x8480, 0x8400
_DECIPHER, _DECIPHER_INDICATED = 0x8084, 0x8086
_UNWRAP, _UNWRAP_INDICATED = 0x0084, 0x0086
_OF_TEXT = (_ENCIPHER, _DECIPHER)
"""Operations of block ciphers, whose texts may come in parts."""

_WHOLE, _FIRST_HALF, _SECOND_HALF = 0x00, 0x81, 0x82
"""Padding indicators: a cryptogram of 256 bytes may come in halves."""

_RAW, _PKCS1, _EC, _PKCS1_SHA1, _KEY = 0x00, 0x02, 0x04, 0x12, 0x0A
_PADDING = 0x80
"""A bit of algorithm references: block ciphers pad as PKCS #7 says."""
_ALGORITHMS = (_RAW, _PKCS1, _EC, _PKCS1_SHA1, _KEY, _PADDING | _RAW, _PADDING | _KEY)

_KEY_FILE, _TARGET_OR_REFERENCE, _REFERENCE, _INITIAL = 0x81, 0x83, 0x84, 0x87


def answers_each_part(command: Command) -> bool:
    """Whether a chained command is part of a long text for a block cipher: OpenSC wants each part's answer at once."""
    return command.ins == Instruction.PERFORM_SECURITY_OPERATION and command.p1p2 in _OF_TEXT


# Environments


def manage_security_environment(card: Card, command: Command) -> Response:
    """MANAGE SECURITY ENVIRONMENT: SET for what one side does; RESTORE of the empty one."""
    if command.p1 == _RESTORE and not command.p2 and not command.data:
        card.session.environment = None
        return Response(StatusWord.OK)
    if command.p1 not in (_SET_RECEIVER, _SET_SENDER):
        raise RefusalError(StatusWord.FUNCTION_NOT_SUPPORTED)
    template = _template(command)
    fields = tlv.parse(command.data)
    algorithm, named = tlv.find(fields, 0x80), tlv.find(fields, _KEY_FILE)
    if algorithm is None or named is None or len(algorithm) != 1 or len(named) != 2:
        raise RefusalError(StatusWord.INCORRECT_DATA)
    if algorithm[0] not in _ALGORITHMS:
        raise RefusalError(StatusWord.FUNCTION_NOT_SUPPORTED)
    targets = [field.value for field in fields if field.tag == _TARGET_OR_REFERENCE and len(field.value) == 2]
    card.session.environment = SecurityEnvironment(
        template,
        algorithm[0],
        _key_reference(card, named, fields),
        enciphering=command.p1 == _SET_SENDER,
        target=_file_named(card, targets[0]).path if targets else None,
        initial=tlv.find(fields, _INITIAL) or b"",
    )
    return Response(StatusWord.OK)


def _template(command: Command) -> ControlTemplate:
    template = _TEMPLATES.get(command.p2)
    if template is None or (command.p1 == _SET_SENDER and template is not ControlTemplate.CONFIDENTIALITY):
        raise RefusalError(StatusWord.INCORRECT_P1P2)
    return template


def _file_named(card: Card, identifier: bytes) -> File:
    """The child of the current DF of this identifier, or that DF itself."""
    directory = card.current_df
    file = card.files.files.get(directory + identifier)
    if file is None and directory[-2:] == identifier:
        file = card.files.files.get(directory)
    if file is None:
        raise RefusalError(StatusWord.REFERENCED_DATA_NOT_FOUND)
    return file


def _reference_in_df(fields: tuple[tlv.Tlv, ...]) -> int:
    for field in fields:
        if field.tag in (_TARGET_OR_REFERENCE, _REFERENCE) and len(field.value) == 1:
            return field.value[0]
    return 0


def _key_reference(card: Card, identifier: bytes, fields: tuple[tlv.Tlv, ...]) -> int:
    file = _file_named(card, identifier)
    inner = _reference_in_df(fields)
    if file.kind is FileKind.DF:
        return inner
    if not file.kind.is_key or inner:
        raise RefusalError(StatusWord.REFERENCED_DATA_NOT_FOUND)
    return reference_of(file)


# Operations


def perform_security_operation(card: Card, command: Command) -> Response:
    """PERFORM SECURITY OPERATION."""
    operation = _OPERATIONS.get(command.p1p2)
    if operation is None:
        raise RefusalError(StatusWord.INCORRECT_P1P2)
    return operation(card, command)


_SIGNING: dict[int, Callable[[Key, bytes], bytes]] = {
    _RAW: rsa_raw,
    _PKCS1: sign_pkcs1,
    _PKCS1_SHA1: sign_pkcs1_sha1,
    _EC: sign_ecdsa_number,
}


def _sign(card: Card, command: Command) -> Response:
    environment = environment_for(card, ControlTemplate.SIGNATURE)
    operation = _SIGNING.get(environment.algorithm)
    if operation is None:
        raise RefusalError(StatusWord.CONDITIONS_NOT_SATISFIED)
    if not command.data:
        raise RefusalError(StatusWord.WRONG_LENGTH)
    return Response(StatusWord.OK, use_key(card, environment.key_reference, lambda key: operation(key, command.data)))


def general_authenticate(card: Card, command: Command) -> Response:
    """GENERAL AUTHENTICATE: key agreement with the other side's point."""
    if command.p1p2:
        raise RefusalError(StatusWord.INCORRECT_P1P2)
    environment = environment_for(card, ControlTemplate.AUTHENTICATION)
    template, rest = tlv.parse_one(command.data)
    point = tlv.find(template.children(), 0x85)
    if template.tag != 0x7C or rest or point is None or environment.algorithm != _EC:
        raise RefusalError(StatusWord.INCORRECT_DATA)
    return Response(StatusWord.OK, use_key(card, environment.key_reference, lambda key: agree_ecdh(key, point)))


def _cryptogram(card: Card, command: Command) -> Response:
    """A cryptogram behind its indicator, whole or in halves: what it holds is answered, or becomes a key."""
    environment = environment_for(card, ControlTemplate.CONFIDENTIALITY)
    indicator, cryptogram = command.data[:1], command.data[1:]
    if not cryptogram:
        raise RefusalError(StatusWord.WRONG_LENGTH)
    if indicator[0] == _FIRST_HALF:
        # Two halves in one chained command have an indicator each.
        half = 128
        if len(cryptogram) <= half:
            card.session.unfinished = Unfinished(first_half=cryptogram)
            return Response(StatusWord.OK)
        if cryptogram[half] != _SECOND_HALF:
            raise RefusalError(StatusWord.INCORRECT_DATA)
        cryptogram = cryptogram[:half] + cryptogram[half + 1 :]
    elif indicator[0] == _SECOND_HALF and card.session.unfinished.first_half:
        cryptogram = card.session.unfinished.first_half + cryptogram
    elif indicator[0] != _WHOLE:
        raise RefusalError(StatusWord.INCORRECT_DATA)
    if command.p1p2 == _UNWRAP_INDICATED:
        return _brought_in(card, cryptogram)
    operation = rsa_raw if environment.algorithm == _RAW else decipher_pkcs1
    return Response(StatusWord.OK, use_key(card, environment.key_reference, lambda key: operation(key, cryptogram)))


def _text(card: Card, command: Command) -> Response:
    """A text, or a part of one, for a block cipher. Each part starts from the last block of the one before."""
    enciphering = command.p1p2 == _ENCIPHER
    environment = environment_for(card, ControlTemplate.CONFIDENTIALITY, enciphering=enciphering)
    if not command.data:
        raise RefusalError(StatusWord.WRONG_LENGTH)
    more, before = command.chained, card.session.unfinished.cipher_block
    padding = environment.algorithm & _PADDING != 0 and not more

    def run(key: Key) -> bytes:
        length = ciphers.secret(key).block_length
        start = before or environment.initial or bytes(length)
        data = ciphers.padded(command.data, length) if padding and enciphering else command.data
        result = (ciphers.encipher if enciphering else ciphers.decipher)(key, start, data)
        if more:
            last = (result if enciphering else data)[-length:]
            card.session.unfinished = Unfinished(cipher_block=last)
        return ciphers.unpadded(result, length) if padding and not enciphering else result

    return Response(StatusWord.OK, use_key(card, environment.key_reference, run))


# Keys wrapped


def _target(card: Card, environment: SecurityEnvironment) -> File:
    """The file of the secret key that goes out wrapped, or comes in."""
    if environment.target is None or environment.algorithm & ~_PADDING != _KEY:
        raise RefusalError(StatusWord.CONDITIONS_NOT_SATISFIED)
    file = card.files.at(environment.target)
    if file.kind not in BLOCK_LENGTHS:
        raise RefusalError(StatusWord.CONDITIONS_NOT_SATISFIED)
    return file


def _may_be_wrapped(card: Card, target: File, environment: SecurityEnvironment) -> bool:
    """Whether the target's attributes let its key go out, wrapped with the environment's."""
    attributes, by = header(target), file_of(card.files, environment.key_reference)
    trusted = by is not None and header(by).has(Attribute.TRUSTED)
    return attributes.has(Attribute.EXTRACTABLE) and (trusted or not attributes.has(Attribute.WRAP_WITH_TRUSTED))


def _wrap(card: Card, command: Command) -> Response:  # noqa: ARG001 - one form for all operations
    """The target key, enciphered with the environment's key."""
    environment = environment_for(card, ControlTemplate.CONFIDENTIALITY, enciphering=True)
    target = _target(card, environment)
    if not _may_be_wrapped(card, target, environment):
        raise RefusalError(StatusWord.CONDITIONS_NOT_SATISFIED)
    value: list[bytes] = []

    def take(key: Key) -> bytes:
        if not isinstance(key, SecretKey):
            raise KeyRefusedError("not a secret key")
        value.append(key.value)
        return b""

    use_key(card, reference_of(target), take)

    def run(key: Key) -> bytes:
        if not isinstance(key, SecretKey):
            return encipher_pkcs1(key, value[0])
        data = ciphers.padded(value[0], key.block_length) if environment.algorithm & _PADDING else value[0]
        return ciphers.encipher(key, environment.initial, data)

    return Response(StatusWord.OK, use_key(card, environment.key_reference, run))


def _unwrap(card: Card, command: Command) -> Response:
    return _brought_in(card, command.data)


def _brought_in(card: Card, cryptogram: bytes) -> Response:
    """A cryptogram whose content becomes the target file's key."""
    environment = environment_for(card, ControlTemplate.CONFIDENTIALITY)
    target = _target(card, environment)
    if not card.allowed(target, Operation.UPDATE):
        raise RefusalError(StatusWord.SECURITY_STATUS_NOT_SATISFIED)

    def run(key: Key) -> bytes:
        if not isinstance(key, SecretKey):
            return decipher_pkcs1(key, cryptogram)
        value = ciphers.decipher(key, environment.initial, cryptogram)
        return ciphers.unpadded(value, key.block_length) if environment.algorithm & _PADDING else value

    value = use_key(card, environment.key_reference, run)
    return answer(import_key(card, target, {Part.SECRET_VALUE: value}))


_OPERATIONS: dict[int, Callable[[Card, Command], Response]] = {
    _SIGN: _sign,
    _ENCIPHER: _text,
    _DECIPHER: _text,
    _WRAP: _wrap,
    _DECIPHER_INDICATED: _cryptogram,
    _UNWRAP_INDICATED: _cryptogram,
    _UNWRAP: _unwrap,
}
