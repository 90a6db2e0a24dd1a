"""The command set of Gemalto's IAS Classic, as OpenSC's driver `cedulauy` and the Uruguayan card's programs speak it.

Such a client knows one code (11), the one key that it guards (01), and that key's certificate (file B001); each of them
is that of whatever area the profile's `ias_reference` names the guard of.
"""

from __future__ import annotations

from collections.abc import Callable

from stuntcard.applets import code_commands, file_commands
from stuntcard.applets.answers import RefusalError
from stuntcard.applets.code_commands import CodeCommands, ValueField
from stuntcard.applets.handling import NO_ANSWER, Handler, handle
from stuntcard.applets.key_commands import environment_for, use_key
from stuntcard.card.card import Card
from stuntcard.card.files import ACTIVATED, File, FileKind
from stuntcard.card.keys import Key, sign_pkcs1
from stuntcard.card.memos import Memo
from stuntcard.card.pkcs15 import factory_certificate
from stuntcard.card.session import ControlTemplate, SecurityEnvironment
from stuntcard.iso7816 import tlv
from stuntcard.iso7816.apdu import Command, Response
from stuntcard.iso7816.instructions import Instruction
from stuntcard.iso7816.status import StatusWord
from stuntcard.profile.model import LONGEST_CODE_OF_IAS, Code

NAME = bytes.fromhex("A00000001840000001634200")
KEY = 0x01
CERTIFICATE = bytes.fromhex("B001")
VERSION_TAG = 0x7F30
CHALLENGE_LENGTH = 8

_PLATFORM_TAG, _NUMBER_TAG = 0xC0, 0xC1
_HASH_TAG = 0x90
_BY_IDENTIFIER, _FILE_INFORMATION = 0x00, 0x00
_TAKE_BACK = 0xFF
"""P1 of a VERIFY that takes back that a code was given."""
_SET_SIGNATURE = 0x41B6
_HASH, _COMPUTE_SIGNATURE = 0x90A0, 0x9E9A

_SHA256_INFO = bytes.fromhex("3031300D060960864801650304020105000420")
"""What stands before the digest in a DigestInfo (PKCS #1, 9.2)."""


def _sign_sha256(key: Key, digest: bytes) -> bytes:
    return sign_pkcs1(key, _SHA256_INFO + digest)


_OPERATIONS: dict[int, Callable[[Key, bytes], bytes]] = {0x02: sign_pkcs1, 0x42: _sign_sha256}
"""By algorithm: its high digit is the hash whose DigestInfo the card makes (4: SHA-256), its low one PKCS #1."""
_DIGEST_LENGTHS = {0x02: range(1, 246), 0x42: range(32, 33)}

_HASH_GIVEN = Memo(b"")


def _number_of(code: Code) -> int | None:
    return code.ias_reference


class Ias:
    """The applet. What it knows of a client is in the card's session and a memo."""

    name = NAME

    def select(self, card: Card, command: Command) -> Response:  # noqa: ARG002 - the protocol of applets
        """Selected by name; clients log out by it, too. What was to be signed goes with the environment."""
        if command.p2 == NO_ANSWER:
            return Response(StatusWord.OK)
        return Response(StatusWord.OK, tlv.encode(0x6F, tlv.encode(0x84, NAME)))

    def handle(self, card: Card, command: Command) -> Response:
        """Answers a command of this set; any other with 6E00 or 6D00."""
        response = handle(card, command, _HANDLERS)
        if response.sw == StatusWord.AUTHENTICATION_METHOD_BLOCKED and card.profile.ias is not None:
            return Response(int(card.profile.ias.blocked, 16))
        return response

    def codes_concerned(self, card: Card, command: Command) -> frozenset[str]:
        """Codes go by references of this command set's own."""
        return code_commands.codes_concerned(card, command, _number_of)


# What stands behind the numbers that clients know


def _is_shown(card: Card, area: str | None) -> bool:
    """Whether an area is the one whose key and certificate clients see."""
    return area is not None and card.profile.codes[card.profile.areas[area].guard].ias_reference is not None


def _key_reference(card: Card) -> int:
    """The reference by which the card knows the key."""
    for item in card.state.items:
        reference = card.content.keys[item.number].reference
        if _is_shown(card, item.area) and reference is not None:
            return reference
    raise RefusalError(StatusWord.REFERENCED_DATA_NOT_FOUND)


def _certificate(card: Card) -> File:
    """The file of the key's certificate."""
    for key in card.profile.factory_keys:
        if _is_shown(card, key.area):
            return card.files.at(factory_certificate(key))
    raise RefusalError(StatusWord.FILE_NOT_FOUND)


# Files


def _select(card: Card, command: Command) -> Response:
    if command.p1 != _BY_IDENTIFIER or command.data != CERTIFICATE:
        return file_commands.select(card, command, File.control_parameters)
    if command.p2 not in (_FILE_INFORMATION, NO_ANSWER):
        raise RefusalError(StatusWord.INCORRECT_P1P2)
    file = _certificate(card)
    card.select_file(file)
    return Response(StatusWord.OK, b"" if command.p2 == NO_ANSWER else tlv.encode(0x6F, _certificate_parameters(file)))


def _certificate_parameters(file: File) -> bytes:
    """Programs for such cards look for each of these at its place, and not by its tag."""
    fields = (
        (0x81, len(file.content).to_bytes(2)),
        (0x82, bytes([FileKind.EF.value])),
        (0x83, CERTIFICATE),
        (0x8A, bytes([ACTIVATED])),
    )
    return b"".join(tlv.encode(tag, value) for tag, value in fields)


# Codes

_CODES = CodeCommands(ValueField(LONGEST_CODE_OF_IAS, pad=b"\0", always=True), _number_of)


def _verify(card: Card, command: Command) -> Response:
    if command.p1 != _TAKE_BACK:
        return _CODES.verify(card, command)
    if command.data:
        raise RefusalError(StatusWord.WRONG_LENGTH)
    card.log_out(code_commands.named(card, command.p2, _number_of))
    return Response(StatusWord.OK)


# The key


def _manage_security_environment(card: Card, command: Command) -> Response:
    if command.p1p2 != _SET_SIGNATURE:
        raise RefusalError(StatusWord.INCORRECT_P1P2)
    fields = tlv.parse(command.data)
    algorithm, reference = tlv.find(fields, 0x80), tlv.find(fields, 0x84)
    if algorithm is None or len(algorithm) != 1 or algorithm[0] not in _OPERATIONS:
        raise RefusalError(StatusWord.INCORRECT_DATA)
    if reference != bytes([KEY]):
        raise RefusalError(StatusWord.REFERENCED_DATA_NOT_FOUND)
    card.session.environment = SecurityEnvironment(ControlTemplate.SIGNATURE, algorithm[0], KEY)
    card.memos.note(_HASH_GIVEN, b"")
    return Response(StatusWord.OK)


def _perform_security_operation(card: Card, command: Command) -> Response:
    if command.p1p2 not in (_HASH, _COMPUTE_SIGNATURE):
        raise RefusalError(StatusWord.INCORRECT_P1P2)
    environment = environment_for(card, ControlTemplate.SIGNATURE)
    if command.p1p2 == _HASH:
        return _take_hash(card, environment, command.data)
    if command.data:
        raise RefusalError(StatusWord.WRONG_LENGTH)
    return _compute_signature(card, environment)


def _take_hash(card: Card, environment: SecurityEnvironment, data: bytes) -> Response:
    """PSO: HASH with what the signature is to be made over; nothing is signed yet, so no code is asked for."""
    field, rest = tlv.parse_one(data)
    if field.tag != _HASH_TAG or rest or len(field.value) not in _DIGEST_LENGTHS[environment.algorithm]:
        raise RefusalError(StatusWord.INCORRECT_DATA)
    card.memos.note(_HASH_GIVEN, field.value)
    return Response(StatusWord.OK)


def _compute_signature(card: Card, environment: SecurityEnvironment) -> Response:
    """PSO: COMPUTE DIGITAL SIGNATURE over the hash, which serves once."""
    given = card.memos.read(_HASH_GIVEN)
    if not given:
        raise RefusalError(StatusWord.CONDITIONS_NOT_SATISFIED)
    card.memos.note(_HASH_GIVEN, b"")
    operation = _OPERATIONS[environment.algorithm]
    return Response(StatusWord.OK, use_key(card, _key_reference(card), lambda key: operation(key, given)))


# The rest


def _get_data(card: Card, command: Command) -> Response:
    if command.p1p2 != VERSION_TAG or card.profile.ias is None:
        raise RefusalError(StatusWord.REFERENCED_DATA_NOT_FOUND)
    version = card.profile.ias.version
    platform = f"IAS Classic v{version[0]}"
    fields = tlv.encode(_PLATFORM_TAG, platform.encode()) + tlv.encode(_NUMBER_TAG, version.encode())
    return Response(StatusWord.OK, tlv.encode(VERSION_TAG, fields))


def _get_challenge(card: Card, command: Command) -> Response:
    """Eight bytes at a time, and no other number."""
    if command.le != CHALLENGE_LENGTH:
        raise RefusalError(StatusWord.WRONG_LENGTH)
    return file_commands.get_challenge(card, command)


_HANDLERS: dict[int, Handler] = {
    **_CODES.handlers(),
    Instruction.SELECT: _select,
    Instruction.READ_BINARY: file_commands.read_binary,
    Instruction.VERIFY: _verify,
    Instruction.MANAGE_SECURITY_ENVIRONMENT: _manage_security_environment,
    Instruction.PERFORM_SECURITY_OPERATION: _perform_security_operation,
    Instruction.GET_DATA: _get_data,
    Instruction.GET_CHALLENGE: _get_challenge,
}
