"""Exchanges in words: the command's name, the file or code that it is about, and what the status word says.

The decoder reads bytes as any card may answer them, follows each SELECT to know the current file, and never fails:
what it can't tell it leaves out. It sees exchanges as a trace has them, with secrets masked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from stuntcard.iso7816 import tlv
from stuntcard.iso7816.apdu import ApduError, Command, parse_command
from stuntcard.iso7816.instructions import Instruction
from stuntcard.iso7816.status import StatusWord, describe
from stuntcard.trace.names import MASTER_FILE, Path, application, file_name, is_directory

NO_ANSWER = "no answer"
NOT_DECODED = "a command that can't be read"
_DIRECTORY = 0x38
"""The bits of the file descriptor byte that are all set for a DF (ISO 7816-4, table 14)."""

_OPERATIONS = {
    0x9E9A: "compute digital signature",
    0x9EAC: "compute digital signature",
    0x8084: "decipher",
    0x8086: "decipher",
    0x90A0: "hash",
    0x9080: "hash",
    0x8680: "encipher",
    0x8480: "encipher",
    0x8400: "wrap key",
    0x0084: "unwrap key",
    0x0086: "unwrap key",
}
"""P1-P2 of PERFORM SECURITY OPERATION (ISO 7816-8, 5.2)."""

_TEMPLATES = {
    0xA4: "authentication",
    0xA6: "key agreement",
    0xAA: "hash",
    0xB4: "checksum",
    0xB6: "signature",
    0xB8: "confidentiality",
}
"""P2 of MANAGE SECURITY ENVIRONMENT (ISO 7816-4, table 80); OpenSC uses 00 to make keys."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """One exchange in words. `sw` is None when there was no answer."""

    command: str
    status: str
    sw: int | None
    file: str = ""
    code: str = ""
    detail: str = ""

    @property
    def about(self) -> str:
        """The file or code, and the detail."""
        return " ".join(filter(None, (self.file, self.code, self.detail)))

    def as_dict(self) -> dict[str, str]:
        """For JSON; what is not known is left out."""
        words = {"command": self.command, "file": self.file, "code": self.code, "detail": self.detail}
        return {key: value for key, value in {**words, "status": self.status}.items() if value}


def command_name(ins: int) -> str:
    """The name of an instruction; an unknown one by its number."""
    name = _COMMAND_NAMES.get(ins)
    return name if name is not None else f"INS {ins:02X}"


_COMMAND_NAMES = {item.value: item.name.removesuffix("_TLV").replace("_", " ") for item in Instruction}


@dataclass(slots=True)
class _Subject:
    """What a command is about."""

    file: str = ""
    code: str = ""
    detail: str = ""


class Decoder:
    """Decodes the exchanges of one session, in their order."""

    def __init__(self, codes: Mapping[int, str]) -> None:
        """`codes`: names of codes by the reference in P2."""
        self._codes = codes
        self.reset()

    def reset(self) -> None:
        """The card was reset: no file has been selected since."""
        self._directory: Path = (MASTER_FILE,)
        self._file: Path | None = None
        self._selecting: Path | None = None
        self._before = ""

    @property
    def current(self) -> str:
        """The current file, as far as it is known."""
        return self._current_name() or file_name(self._directory)

    def decode(self, command: bytes, answer: bytes) -> Decoded:
        """One exchange in words; masked bytes may be anything."""
        try:
            return self._decode(command, answer)
        except Exception:
            # A fault of ours must cost neither the recording nor the rest of the story.
            self.reset()
            sw = _status_word(answer)
            return Decoded(NOT_DECODED, NO_ANSWER if sw is None else f"{sw:04X}", sw)

    def _decode(self, command: bytes, answer: bytes) -> Decoded:
        sw = _status_word(answer)
        status = NO_ANSWER if sw is None else describe(sw)
        parsed = _parsed(command)
        if parsed is None:
            return Decoded("a command that is too short", status, sw)
        subject = self._subject(parsed)
        self._follow(parsed, sw, answer[:-2])
        name = command_name(parsed.ins)
        if parsed.ins != Instruction.GET_RESPONSE:
            self._before = name
        return Decoded(name, status, sw, subject.file, subject.code, subject.detail)

    def _subject(self, command: Command) -> _Subject:
        handler = _SUBJECTS.get(command.ins)
        subject = handler(self, command) if handler is not None else _Subject(detail=_parameters(command))
        if command.chained:
            subject.detail = f"{subject.detail} (more follows)".strip()
        return subject

    # The current file

    def _follow(self, command: Command, sw: int | None, data: bytes) -> None:
        """Keeps account of the current file, from a SELECT and the GET RESPONSE that may bring its answer."""
        done = sw is not None and (sw == StatusWord.OK or sw >> 8 in (0x61, 0x62))
        if command.ins == Instruction.SELECT:
            self._selecting = self._path(command) if done else None
        elif command.ins != Instruction.GET_RESPONSE:
            self._selecting = None
            if command.ins == Instruction.CREATE_FILE and done:
                self._file = (*self._directory, _identifier_in(command.data))
            return
        path = self._selecting
        if path is None:
            return
        self._file = path
        directory = _says_directory(data)
        if directory is None and command.ins == Instruction.SELECT:
            directory = is_directory(path) or command.p1 == _CHILD_DF
        if directory is not None:
            # Of the root, whatever a card says of it, and of an application nothing lies above.
            self._directory = path if directory or len(path) == 1 else path[:-1]

    def _path(self, command: Command) -> Path:
        """The file that a SELECT names (ISO 7816-4, table 62)."""
        data = command.data
        match command.p1:
            case 0x04:
                return application(data)
            case 0x08:
                return (self._directory[0], *_identifiers(data.removeprefix(b"\x3f\x00")))
            case 0x09:
                return (*self._directory, *_identifiers(data))
            case 0x03:
                return self._directory[:-1] or self._directory
            case _:
                return self._by_identifier(data)

    def _by_identifier(self, data: bytes) -> Path:
        identifier = data.hex().upper()
        if identifier in ("", "3F00"):
            return (MASTER_FILE,)
        if identifier == "3FFF":
            return self._directory
        if identifier in self._directory:
            return self._directory[: self._directory.index(identifier) + 1]
        from_root = (self._directory[0], identifier)
        return (
            from_root
            if is_directory(from_root) or file_name(from_root) != identifier
            else (
                *self._directory,
                identifier,
            )
        )

    # What each command is about

    def _selected(self, command: Command) -> _Subject:
        return _Subject(file=file_name(self._path(command)))

    def _current(self, command: Command) -> _Subject:
        """A command about bytes of the current file, or of one named by a short identifier (ISO 7816-4, 11.3)."""
        if command.p1 & 0x80:
            return _Subject(file=f"short identifier {command.p1 & 0x1F:02X}", detail=f"from {command.p2}")
        return _Subject(file=self._current_name(), detail=f"from {command.p1p2}")

    def _record(self, command: Command) -> _Subject:
        short = command.p2 >> 3
        file = f"short identifier {short:02X}" if short else self._current_name()
        return _Subject(file=file, detail=f"record {command.p1}")

    def _current_name(self) -> str:
        return file_name(self._file) if self._file is not None else ""

    def _created(self, command: Command) -> _Subject:
        return _Subject(file=file_name((*self._directory, _identifier_in(command.data))))

    def _deleted(self, command: Command) -> _Subject:
        if command.data:
            return _Subject(file=file_name((*self._directory, *_identifiers(command.data))))
        return _Subject(file=self._current_name())

    def _code(self, command: Command) -> _Subject:
        reference = command.p2
        name = self._codes.get(reference) or self._codes.get(reference & 0x7F) or f"code {reference:02X}"
        asked = command.ins == Instruction.VERIFY and not command.data
        return _Subject(code=name, detail="how it stands" if asked else "")

    def _fetched(self, _: Command) -> _Subject:
        return _Subject(detail=f"of {self._before}" if self._before else "")

    def _operation(self, command: Command) -> _Subject:
        return _Subject(detail=_OPERATIONS.get(command.p1p2) or _parameters(command))

    def _environment(self, command: Command) -> _Subject:
        purpose = _TEMPLATES.get(command.p2) or ("key generation" if command.p2 == 0 else f"{command.p2:02X}")
        try:
            reference = tlv.find(tlv.parse(command.data), 0x84) or tlv.find(tlv.parse(command.data), 0x83)
        except tlv.TlvError:
            reference = None
        return _Subject(detail=f"{purpose}, key {reference.hex().upper()}" if reference else purpose)

    def _data_object(self, command: Command) -> _Subject:
        return _Subject(detail=f"object {command.p1p2:04X}")

    def _nothing_more(self, _: Command) -> _Subject:
        return _Subject()


_CHILD_DF = 0x01

_SUBJECTS: dict[int, Callable[[Decoder, Command], _Subject]] = {
    Instruction.SELECT: Decoder._selected,
    Instruction.READ_BINARY: Decoder._current,
    Instruction.UPDATE_BINARY: Decoder._current,
    Instruction.WRITE_BINARY: Decoder._current,
    Instruction.ERASE_BINARY: Decoder._current,
    Instruction.READ_RECORD: Decoder._record,
    Instruction.UPDATE_RECORD: Decoder._record,
    Instruction.WRITE_RECORD: Decoder._record,
    Instruction.CREATE_FILE: Decoder._created,
    Instruction.DELETE_FILE: Decoder._deleted,
    Instruction.VERIFY: Decoder._code,
    Instruction.VERIFY_TLV: Decoder._code,
    Instruction.CHANGE_REFERENCE_DATA: Decoder._code,
    Instruction.CHANGE_REFERENCE_DATA_TLV: Decoder._code,
    Instruction.RESET_RETRY_COUNTER: Decoder._code,
    Instruction.RESET_RETRY_COUNTER_TLV: Decoder._code,
    Instruction.DISABLE_VERIFICATION_REQUIREMENT: Decoder._code,
    Instruction.ENABLE_VERIFICATION_REQUIREMENT: Decoder._code,
    Instruction.GET_RESPONSE: Decoder._fetched,
    Instruction.PERFORM_SECURITY_OPERATION: Decoder._operation,
    Instruction.MANAGE_SECURITY_ENVIRONMENT: Decoder._environment,
    Instruction.GET_DATA: Decoder._data_object,
    Instruction.PUT_DATA: Decoder._data_object,
    Instruction.GET_DATA_TLV: Decoder._data_object,
    Instruction.PUT_DATA_TLV: Decoder._data_object,
    Instruction.GET_CHALLENGE: Decoder._nothing_more,
    Instruction.GENERATE_ASYMMETRIC_KEY_PAIR: Decoder._nothing_more,
}


@lru_cache(maxsize=1024)
def _parsed(raw: bytes) -> Command | None:
    """The command; of one whose lengths disagree, the header alone. None when there is not even that."""
    try:
        return parse_command(raw)
    except ApduError:
        return Command(*raw[:4]) if len(raw) >= 4 else None


def _status_word(answer: bytes) -> int | None:
    return int.from_bytes(answer[-2:]) if len(answer) >= 2 else None


def _parameters(command: Command) -> str:
    prefix = f"CLA {command.cla:02X}, " if command.proprietary else ""
    return f"{prefix}P1-P2 {command.p1p2:04X}"


def _identifiers(data: bytes) -> Path:
    return tuple(data[start : start + 2].hex().upper() for start in range(0, len(data), 2))


def _says_directory(data: bytes) -> bool | None:
    """Whether the answer to a SELECT says that the file is a DF; None when it does not say."""
    descriptor = _in_template(data, 0x82)
    return descriptor[0] & _DIRECTORY == _DIRECTORY if descriptor else None


def _identifier_in(data: bytes) -> str:
    identifier = _in_template(data, 0x83)
    return identifier.hex().upper() if identifier else "?"


def _in_template(data: bytes, tag: int) -> bytes | None:
    """A field of file control information (ISO 7816-4, 7.4)."""
    try:
        template, _ = tlv.parse_one(data)
        return tlv.find(template.children(), tag) if template.tag in (0x62, 0x6F) else None
    except tlv.TlvError:
        return None
