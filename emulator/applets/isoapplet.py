"""The command set of the IsoApplet, as OpenSC's driver of that name speaks it.

OpenSC asks for the version in two ways, and then expects two kinds of ECDSA: up to 0.23 it reads API 0.6 in the answer
to SELECT, and the card hashes with SHA-1; from 0.24 it reads API 1.0 with GET DATA 0101, and the card signs a digest.
The version that was read last is the one spoken. On T=0 such a SELECT leaves its answer unfetched, so that old OpenSC
is known by the way it connects alone: see `_connects_like_old_opensc`.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum

from emulator.applets.answers import RefusalError, answer, standing, the_code
from emulator.applets.isoapplet_keys import generate_key_pair, import_key
from emulator.card.card import BY_NAME, Card, IsoAppletVersion
from emulator.card.files import (
    ACCESS_LENGTH,
    CURRENT_DF,
    ERASED,
    FOR_HOLDER,
    MASTER_FILE,
    MAX_FILE_SIZE,
    Condition,
    File,
    FileError,
    FileKind,
    Operation,
)
from emulator.card.keys import (
    KeyRefusedError,
    PrivateKey,
    decipher_pkcs1,
    sign_ecdsa,
    sign_ecdsa_sha1,
    sign_pkcs1,
    sign_pss,
)
from emulator.card.pkcs15_objects import PAD, STORED_LENGTH
from emulator.card.session import ControlTemplate, SecurityEnvironment
from emulator.iso7816 import tlv
from emulator.iso7816.apdu import Command, Response
from emulator.iso7816.instructions import Instruction
from emulator.iso7816.status import StatusWord
from emulator.iso7816.transport import Protocol
from emulator.policy.events import Verdict
from emulator.policy.law import permits, unblocking_code

NAME = bytes.fromhex("F276A288BCFBA69D34F31001")

VERSION_TAG = 0x0101
_EXTENDED_APDU, _RANDOM, _ELLIPTIC_CURVES, _PSS, _RSA_4096 = 0x01, 0x02, 0x04, 0x08, 0x20


class _Algorithm(IntEnum):
    """Algorithm references of MANAGE SECURITY ENVIRONMENT for the use of a key."""

    RSA_PKCS1 = 0x11
    RSA_PSS = 0x12
    ECDSA = 0x21


_COMPUTE_SIGNATURE, _DECIPHER = 0x9E9A, 0x8086
_SET_FOR_COMPUTATION = 0x41
_PLAIN_CRYPTOGRAM = 0x00

_NO_ANSWER, _CONTROL_PARAMETERS, _FILE_INFORMATION = 0x0C, 0x04, 0x00


class IsoApplet:
    """The applet. All that it knows of a client is in the card's session."""

    name = NAME

    def select(self, card: Card, command: Command) -> Response:
        """Selected by name; whoever fetches the answer reads API 0.6 there."""
        card.select_file(card.files.at(MASTER_FILE))
        if _connects_like_old_opensc(card.commands_before, command):
            card.client_version = IsoAppletVersion.V0_6
        if command.p2 == _NO_ANSWER:
            return Response(StatusWord.OK)

        def read() -> None:
            card.client_version = IsoAppletVersion.V0_6

        return Response(StatusWord.OK, _version(card, IsoAppletVersion.V0_6), read)

    def handle(self, card: Card, command: Command) -> Response:
        """Answers a command of this set; any other with 6E00 or 6D00."""
        if command.cla:
            return Response(StatusWord.CLA_NOT_SUPPORTED)
        handler = _HANDLERS.get(command.ins)
        if handler is None:
            return Response(StatusWord.INS_NOT_SUPPORTED)
        try:
            return handler(card, command)
        except (RefusalError, FileError) as error:
            return Response(error.sw)
        except (tlv.TlvError, KeyRefusedError):
            return Response(StatusWord.INCORRECT_DATA)


def _connects_like_old_opensc(before: tuple[Command, ...], command: Command) -> bool:
    """Up to 0.23, it looks for some other application and then selects this one twice; newer ones ask for the version.

    Both select it again after a reset and to log out, newer ones also twice; never right after another application.
    """
    if len(before) != 2 or before[1] != command:
        return False
    other = before[0]
    return other.ins == Instruction.SELECT and other.p1 == BY_NAME and other.data != NAME


def _version(card: Card, version: IsoAppletVersion) -> bytes:
    features = _RANDOM | _ELLIPTIC_CURVES
    if card.transport_protocol is not Protocol.T0:
        features |= _EXTENDED_APDU
    if version is IsoAppletVersion.V1_0:
        features |= _PSS | _RSA_4096
    return version.to_bytes(2) + bytes([features])


# Files


def _select(card: Card, command: Command) -> Response:
    file = _file_to_select(card, command.p1, command.data)
    if command.p2 not in (_FILE_INFORMATION, _CONTROL_PARAMETERS, _NO_ANSWER):
        raise RefusalError(StatusWord.INCORRECT_P1P2)
    card.select_file(file)
    if command.p2 == _NO_ANSWER:
        return Response(StatusWord.OK)
    template = 0x62 if command.p2 == _CONTROL_PARAMETERS else 0x6F
    return Response(StatusWord.OK, tlv.encode(template, file.control_parameters()))


def _file_to_select(card: Card, how: int, data: bytes) -> File:
    """The file that SELECT's P1 and data name (ISO 7816-4, table 62)."""
    current_df = card.session.current_df(card.current_file.kind is FileKind.DF)
    match how:
        case 0x00:
            return _by_identifier(card, current_df, data)
        case 0x01 | 0x02 if len(data) == 2:
            file = card.files.at(current_df + data)
            if (file.kind is FileKind.DF) != (how == 0x01):
                raise RefusalError(StatusWord.FILE_NOT_FOUND)
            return file
        case 0x03 if not data:
            return card.files.at(current_df[:-2] or MASTER_FILE)
        case 0x04:
            return card.files.by_name(data)
        case 0x08:
            return card.files.at(data if data.startswith(MASTER_FILE) else MASTER_FILE + data)
        case 0x09:
            return card.files.at(current_df + data)
        case 0x01 | 0x02 | 0x03:
            raise RefusalError(StatusWord.WRONG_LENGTH)
        case _:
            raise RefusalError(StatusWord.INCORRECT_P1P2)


def _by_identifier(card: Card, current_df: bytes, data: bytes) -> File:
    """The master file; else the child, the DF itself, its sibling, or its parent of this identifier."""
    if data in (b"", MASTER_FILE):
        return card.files.at(MASTER_FILE)
    if len(data) != 2:
        raise RefusalError(StatusWord.WRONG_LENGTH)
    if data == CURRENT_DF:
        return card.files.at(current_df)
    parent = current_df[:-2]
    candidates = [current_df + data, parent + data, parent]
    if data == current_df[-2:]:
        candidates.insert(0, current_df)
    for path in candidates:
        if path and path[-2:] == data and path in card.files.files:
            return card.files.at(path)
    raise FileError(StatusWord.FILE_NOT_FOUND)


def _offset(command: Command) -> int:
    """The offset in P1 and P2. Bit 8 of P1 asks for a short identifier, and no file here has one."""
    if command.p1 & 0x80:
        raise RefusalError(StatusWord.FILE_NOT_FOUND)
    return command.p1p2


def _current_ef(card: Card) -> File:
    file = card.current_file
    if file.kind is not FileKind.EF:
        raise RefusalError(StatusWord.COMMAND_NOT_ALLOWED)
    return file


def _read_binary(card: Card, command: Command) -> Response:
    offset, file = _offset(command), _current_ef(card)
    if command.data or command.le is None:
        raise RefusalError(StatusWord.WRONG_LENGTH)
    if not card.allowed(file, Operation.READ):
        raise RefusalError(StatusWord.SECURITY_STATUS_NOT_SATISFIED)
    if offset > len(file.content):
        raise RefusalError(StatusWord.WRONG_OFFSET)
    return Response(StatusWord.OK, file.content[offset : offset + command.le])


def _update_binary(card: Card, command: Command) -> Response:
    offset, file = _offset(command), _current_ef(card)
    if not command.data:
        raise RefusalError(StatusWord.WRONG_LENGTH)
    card.update_file(file, offset, command.data)
    return Response(StatusWord.OK)


def _create_file(card: Card, command: Command) -> Response:
    if command.p1p2:
        raise RefusalError(StatusWord.INCORRECT_P1P2)
    file = _file_to_create(card, command.data)
    card.create_file(file)
    card.select_file(file)
    return Response(StatusWord.OK)


def _file_to_create(card: Card, data: bytes) -> File:
    """The file that an FCI or FCP template describes (ISO 7816-4, table 12)."""
    template, rest = tlv.parse_one(data)
    if template.tag not in (0x62, 0x6F) or rest:
        raise RefusalError(StatusWord.INCORRECT_DATA)
    fields = template.children()
    descriptor, identifier = tlv.find(fields, 0x82), tlv.find(fields, 0x83)
    if not descriptor or identifier is None or len(identifier) != 2 or identifier in (MASTER_FILE, CURRENT_DF):
        raise RefusalError(StatusWord.INCORRECT_DATA)
    rights = tlv.find(fields, 0x86) or FOR_HOLDER
    if len(rights) != ACCESS_LENGTH or rights[0] != FOR_HOLDER[0] or not set(rights[1:]) <= set(Condition):
        raise RefusalError(StatusWord.INCORRECT_DATA)
    path = card.session.current_df(card.current_file.kind is FileKind.DF) + identifier
    try:
        kind = FileKind(descriptor[0] & 0x3F)
    except ValueError:
        raise RefusalError(StatusWord.FUNCTION_NOT_SUPPORTED) from None
    if kind is FileKind.DF:
        return File(path, kind, rights, name=tlv.find(fields, 0x84) or b"")
    size = int.from_bytes(tlv.find(fields, 0x80) or tlv.find(fields, 0x81) or b"")
    if size > MAX_FILE_SIZE:
        raise RefusalError(StatusWord.NOT_ENOUGH_MEMORY)
    return File(path, kind, rights, ERASED * size)


def _delete_file(card: Card, command: Command) -> Response:
    if command.p1p2:
        raise RefusalError(StatusWord.INCORRECT_P1P2)
    file = card.current_file
    if command.data:
        current_df = card.session.current_df(file.kind is FileKind.DF)
        if len(command.data) != 2:
            raise RefusalError(StatusWord.WRONG_LENGTH)
        file = card.files.at(current_df + command.data)
    card.delete_file(file)
    card.select_file(card.files.files.get(file.path[:-2]) or card.files.at(MASTER_FILE))
    return Response(StatusWord.OK)


# Codes


def _code(card: Card, reference: int) -> str:
    """The code of a reference number."""
    return the_code(card.profile, lambda code: code.reference == reference)


def _unpadded(value: bytes) -> bytes:
    return value.rstrip(bytes([PAD]))


def _two_values(data: bytes) -> tuple[bytes, bytes]:
    """Two code values, each padded to the stored length; no other form tells where the second begins."""
    if len(data) != 2 * STORED_LENGTH:
        raise RefusalError(StatusWord.WRONG_LENGTH)
    return _unpadded(data[:STORED_LENGTH]), _unpadded(data[STORED_LENGTH:])


def _verify(card: Card, command: Command) -> Response:
    if command.p1:
        raise RefusalError(StatusWord.INCORRECT_P1P2)
    name = _code(card, command.p2)
    if not command.data:
        return standing(card.state.codes[name], given=permits(card.state, name))
    if len(command.data) > STORED_LENGTH:
        raise RefusalError(StatusWord.WRONG_LENGTH)
    verdict = card.verify(name, _unpadded(command.data))
    return answer(verdict, card.state.codes[name])


def _change_reference_data(card: Card, command: Command) -> Response:
    if command.p1:
        raise RefusalError(StatusWord.INCORRECT_P1P2)
    name = _code(card, command.p2)
    old, new = _two_values(command.data)
    return answer(card.change(name, old, new), card.state.codes[name])


def _reset_retry_counter(card: Card, command: Command) -> Response:
    if command.p1:
        raise RefusalError(StatusWord.INCORRECT_P1P2)
    name = _code(card, command.p2)
    by = unblocking_code(card.profile, name)
    if by is None:
        raise RefusalError(StatusWord.CONDITIONS_NOT_SATISFIED)
    value, new = _two_values(command.data)
    return answer(card.reset_code(name, by, value, new), card.state.codes[by])


# Keys


def _manage_security_environment(card: Card, command: Command) -> Response:
    if command.p1 != _SET_FOR_COMPUTATION:
        raise RefusalError(StatusWord.FUNCTION_NOT_SUPPORTED)
    try:
        template = ControlTemplate(command.p2)
    except ValueError:
        raise RefusalError(StatusWord.INCORRECT_P1P2) from None
    fields = tlv.parse(command.data)
    algorithm, reference = tlv.find(fields, 0x80), tlv.find(fields, 0x84)
    if algorithm is None or reference is None or len(algorithm) != 1 or len(reference) != 1:
        raise RefusalError(StatusWord.INCORRECT_DATA)
    card.session.environment = SecurityEnvironment(template, algorithm[0], reference[0])
    return Response(StatusWord.OK)


def _environment(card: Card, template: ControlTemplate) -> SecurityEnvironment:
    environment = card.session.environment
    if environment is None or environment.template is not template:
        raise RefusalError(StatusWord.CONDITIONS_NOT_SATISFIED)
    return environment


def _generate_key_pair(card: Card, command: Command) -> Response:
    return generate_key_pair(card, _environment(card, ControlTemplate.KEY_GENERATION), command)


def _put_data(card: Card, command: Command) -> Response:
    return import_key(card, _environment(card, ControlTemplate.KEY_GENERATION), command)


def _perform_security_operation(card: Card, command: Command) -> Response:
    if command.p1p2 == _COMPUTE_SIGNATURE:
        environment = _environment(card, ControlTemplate.SIGNATURE)
        return _use_key(card, environment, _signing(card, environment.algorithm), command.data)
    if command.p1p2 == _DECIPHER:
        environment = _environment(card, ControlTemplate.CONFIDENTIALITY)
        if environment.algorithm != _Algorithm.RSA_PKCS1:
            raise RefusalError(StatusWord.FUNCTION_NOT_SUPPORTED)
        if command.data[:1] != bytes([_PLAIN_CRYPTOGRAM]):
            raise RefusalError(StatusWord.INCORRECT_DATA)
        return _use_key(card, environment, decipher_pkcs1, command.data[1:])
    raise RefusalError(StatusWord.INCORRECT_P1P2)


def _signing(card: Card, algorithm: int) -> Callable[[PrivateKey, bytes], bytes]:
    match algorithm:
        case _Algorithm.RSA_PKCS1:
            return sign_pkcs1
        case _Algorithm.RSA_PSS:
            return sign_pss
        case _Algorithm.ECDSA:
            return sign_ecdsa_sha1 if card.client_version is IsoAppletVersion.V0_6 else sign_ecdsa
        case _:
            raise RefusalError(StatusWord.FUNCTION_NOT_SUPPORTED)


def _use_key(
    card: Card, environment: SecurityEnvironment, operation: Callable[[PrivateKey, bytes], bytes], data: bytes
) -> Response:
    if not data:
        raise RefusalError(StatusWord.WRONG_LENGTH)
    verdict, result = card.use_key(environment.key_reference, lambda key: operation(key, data))
    return Response(StatusWord.OK, result) if verdict is Verdict.DONE else answer(verdict)


# The rest


def _get_challenge(card: Card, command: Command) -> Response:
    if command.p1p2:
        raise RefusalError(StatusWord.INCORRECT_P1P2)
    if command.le is None or command.data:
        raise RefusalError(StatusWord.WRONG_LENGTH)
    return Response(StatusWord.OK, card.random(command.le))


def _get_data(card: Card, command: Command) -> Response:
    if command.p1p2 != VERSION_TAG:
        raise RefusalError(StatusWord.REFERENCED_DATA_NOT_FOUND)

    def read() -> None:
        card.client_version = IsoAppletVersion.V1_0

    return Response(StatusWord.OK, _version(card, IsoAppletVersion.V1_0), read)


_HANDLERS: dict[int, Callable[[Card, Command], Response]] = {
    Instruction.SELECT: _select,
    Instruction.READ_BINARY: _read_binary,
    Instruction.UPDATE_BINARY: _update_binary,
    Instruction.CREATE_FILE: _create_file,
    Instruction.DELETE_FILE: _delete_file,
    Instruction.VERIFY: _verify,
    Instruction.CHANGE_REFERENCE_DATA: _change_reference_data,
    Instruction.RESET_RETRY_COUNTER: _reset_retry_counter,
    Instruction.MANAGE_SECURITY_ENVIRONMENT: _manage_security_environment,
    Instruction.GENERATE_ASYMMETRIC_KEY_PAIR: _generate_key_pair,
    Instruction.PERFORM_SECURITY_OPERATION: _perform_security_operation,
    Instruction.GET_CHALLENGE: _get_challenge,
    Instruction.GET_DATA: _get_data,
    Instruction.PUT_DATA_TLV: _put_data,
}
