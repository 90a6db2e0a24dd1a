"""The command set of the IsoApplet, as OpenSC's driver of that name speaks it.

OpenSC asks for the version in two ways, and then expects two kinds of ECDSA: up to 0.23 it reads API 0.6 in the answer
to SELECT, and the card hashes with SHA-1; from 0.24 it reads API 1.0 with GET DATA 0101, and the card signs a digest.
The version that was read last is the one spoken. On T=0 such a SELECT leaves its answer unfetched, so that old OpenSC
is known by the way it connects alone: see `_connects_like_old_opensc`.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum

from stuntcard.applets import file_commands
from stuntcard.applets.answers import RefusalError
from stuntcard.applets.code_commands import CodeCommands, ValueField, codes_concerned
from stuntcard.applets.handling import NO_ANSWER, Handler, handle
from stuntcard.applets.isoapplet_keys import generate_key_pair, import_key
from stuntcard.applets.key_commands import environment_for, use_key
from stuntcard.card.applet import BY_NAME
from stuntcard.card.card import Card
from stuntcard.card.files import ACCESS_LENGTH, ERASED, FOR_HOLDER, MASTER_FILE, Condition, File, FileKind
from stuntcard.card.keys import (
    Key,
    decipher_pkcs1,
    sign_ecdsa,
    sign_ecdsa_sha1,
    sign_pkcs1,
    sign_pss,
)
from stuntcard.card.memos import Memo
from stuntcard.card.pkcs15_objects import STORED_LENGTH
from stuntcard.card.session import ControlTemplate, SecurityEnvironment
from stuntcard.iso7816 import tlv
from stuntcard.iso7816.apdu import Command, Response
from stuntcard.iso7816.instructions import Instruction
from stuntcard.iso7816.status import StatusWord
from stuntcard.iso7816.transport import Protocol

NAME = bytes.fromhex("F276A288BCFBA69D34F31001")

VERSION_TAG = 0x0101
_EXTENDED_APDU, _RANDOM, _ELLIPTIC_CURVES, _PSS, _RSA_4096 = 0x01, 0x02, 0x04, 0x08, 0x20


class Version(IntEnum):
    """The version of these commands, as its client is told it."""

    V0_6 = 0x0006
    V1_0 = 0x0100


CLIENT_VERSION = Memo(Version.V0_6, outlives_reset=True)
"""The version that a client read, and so expects. After a reset, OpenSC selects the applet again and does not ask."""
_SELECTED_BEFORE: Memo[tuple[Command, ...]] = Memo(())
"""The last two commands, as far as they are SELECT and no other came after them."""


class _Algorithm(IntEnum):
    """Algorithm references of MANAGE SECURITY ENVIRONMENT for the use of a key."""

    RSA_PKCS1 = 0x11
    RSA_PSS = 0x12
    ECDSA = 0x21


_COMPUTE_SIGNATURE, _DECIPHER = 0x9E9A, 0x8086
_SET_FOR_COMPUTATION = 0x41
_TEMPLATES = {template.value: template for template in ControlTemplate}
_PLAIN_CRYPTOGRAM = 0x00

_KINDS = frozenset((FileKind.DF, FileKind.EF))
_SHAREABLE_OR_NOT = 0x3F
"""All bits of a file descriptor byte but the one that lets a file be shared between channels."""


class IsoApplet:
    """The applet. All that it knows of a client is in the card's session and its memos."""

    name = NAME

    def select(self, card: Card, command: Command) -> Response:
        """Selected by name; whoever fetches the answer reads API 0.6 there."""
        card.select_file(card.files.at(MASTER_FILE))
        if _connects_like_old_opensc(card.memos.read(_SELECTED_BEFORE), command):
            card.memos.note(CLIENT_VERSION, Version.V0_6)
        if command.p2 == NO_ANSWER:
            return Response(StatusWord.OK)

        def read() -> None:
            card.memos.note(CLIENT_VERSION, Version.V0_6)

        return Response(StatusWord.OK, _version(card, Version.V0_6), read)

    def handle(self, card: Card, command: Command) -> Response:
        """Answers a command of this set; any other with 6E00 or 6D00."""
        return handle(card, command, _HANDLERS)

    def codes_concerned(self, card: Card, command: Command) -> frozenset[str]:
        """Codes go by their references."""
        return codes_concerned(card, command)

    def heard(self, card: Card, command: Command) -> None:
        """The last two commands tell how a client connects, when they select something."""
        before = card.memos.read(_SELECTED_BEFORE)
        if command.ins == Instruction.SELECT:
            card.memos.note(_SELECTED_BEFORE, (*before[-1:], command))
        elif before:
            card.memos.note(_SELECTED_BEFORE, ())


def _connects_like_old_opensc(before: tuple[Command, ...], command: Command) -> bool:
    """Up to 0.23, it looks for some other application and then selects this one twice; newer ones ask for the version.

    Both select it again after a reset and to log out, newer ones also twice; never right after another application.
    """
    if len(before) != 2 or before[1] != command:
        return False
    return before[0].p1 == BY_NAME and before[0].data != NAME


def _version(card: Card, version: Version) -> bytes:
    features = _RANDOM | _ELLIPTIC_CURVES
    if card.transport_protocol is not Protocol.T0:
        features |= _EXTENDED_APDU
    if version is Version.V1_0:
        features |= _PSS | _RSA_4096
    return version.to_bytes(2) + bytes([features])


# Files and codes


def _select(card: Card, command: Command) -> Response:
    return file_commands.select(card, command, File.control_parameters)


def _create_file(card: Card, command: Command) -> Response:
    return file_commands.create_file(card, command, _described)


def _described(description: file_commands.Description) -> File:
    """The file to be made, with access in the compact format."""
    rights = description.field(0x86) or FOR_HOLDER
    if len(rights) != ACCESS_LENGTH or rights[0] != FOR_HOLDER[0] or not set(rights[1:]) <= set(Condition):
        raise RefusalError(StatusWord.INCORRECT_DATA)
    kind = description.kind(_KINDS, mask=_SHAREABLE_OR_NOT)
    if kind is FileKind.DF:
        return File(description.path, kind, rights, name=description.name)
    return File(description.path, kind, rights, ERASED * description.size)


# Keys


def _manage_security_environment(card: Card, command: Command) -> Response:
    if command.p1 != _SET_FOR_COMPUTATION:
        raise RefusalError(StatusWord.FUNCTION_NOT_SUPPORTED)
    template = _TEMPLATES.get(command.p2)
    if template is None:
        raise RefusalError(StatusWord.INCORRECT_P1P2)
    fields = tlv.parse(command.data)
    algorithm, reference = tlv.find(fields, 0x80), tlv.find(fields, 0x84)
    if algorithm is None or reference is None or len(algorithm) != 1 or len(reference) != 1:
        raise RefusalError(StatusWord.INCORRECT_DATA)
    card.session.environment = SecurityEnvironment(template, algorithm[0], reference[0])
    return Response(StatusWord.OK)


def _generate_key_pair(card: Card, command: Command) -> Response:
    return generate_key_pair(card, environment_for(card, ControlTemplate.KEY_GENERATION), command)


def _put_data(card: Card, command: Command) -> Response:
    return import_key(card, environment_for(card, ControlTemplate.KEY_GENERATION), command)


def _perform_security_operation(card: Card, command: Command) -> Response:
    if command.p1p2 == _COMPUTE_SIGNATURE:
        environment = environment_for(card, ControlTemplate.SIGNATURE)
        return _use_key(card, environment, _signing(card, environment.algorithm), command.data)
    if command.p1p2 == _DECIPHER:
        environment = environment_for(card, ControlTemplate.CONFIDENTIALITY)
        if environment.algorithm != _Algorithm.RSA_PKCS1:
            raise RefusalError(StatusWord.FUNCTION_NOT_SUPPORTED)
        if command.data[:1] != bytes([_PLAIN_CRYPTOGRAM]):
            raise RefusalError(StatusWord.INCORRECT_DATA)
        return _use_key(card, environment, decipher_pkcs1, command.data[1:])
    raise RefusalError(StatusWord.INCORRECT_P1P2)


_SIGNING: dict[int, Callable[[Key, bytes], bytes]] = {
    _Algorithm.RSA_PKCS1: sign_pkcs1,
    _Algorithm.RSA_PSS: sign_pss,
    _Algorithm.ECDSA: sign_ecdsa,
}


def _signing(card: Card, algorithm: int) -> Callable[[Key, bytes], bytes]:
    operation = _SIGNING.get(algorithm)
    if operation is None:
        raise RefusalError(StatusWord.FUNCTION_NOT_SUPPORTED)
    hashed_here = operation is sign_ecdsa and card.memos.read(CLIENT_VERSION) is Version.V0_6
    return sign_ecdsa_sha1 if hashed_here else operation


def _use_key(
    card: Card, environment: SecurityEnvironment, operation: Callable[[Key, bytes], bytes], data: bytes
) -> Response:
    if not data:
        raise RefusalError(StatusWord.WRONG_LENGTH)
    return Response(StatusWord.OK, use_key(card, environment.key_reference, lambda key: operation(key, data)))


# The rest


def _get_data(card: Card, command: Command) -> Response:
    if command.p1p2 != VERSION_TAG:
        raise RefusalError(StatusWord.REFERENCED_DATA_NOT_FOUND)

    def read() -> None:
        card.memos.note(CLIENT_VERSION, Version.V1_0)

    return Response(StatusWord.OK, _version(card, Version.V1_0), read)


_HANDLERS: dict[int, Handler] = {
    **file_commands.HANDLERS,
    **CodeCommands(ValueField(STORED_LENGTH)).handlers(),
    Instruction.SELECT: _select,
    Instruction.CREATE_FILE: _create_file,
    Instruction.DELETE_FILE: file_commands.delete_file,
    Instruction.MANAGE_SECURITY_ENVIRONMENT: _manage_security_environment,
    Instruction.GENERATE_ASYMMETRIC_KEY_PAIR: _generate_key_pair,
    Instruction.PERFORM_SECURITY_OPERATION: _perform_security_operation,
    Instruction.GET_DATA: _get_data,
    Instruction.PUT_DATA_TLV: _put_data,
}
