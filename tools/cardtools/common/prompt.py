"""Codes from people: typed at a terminal without being shown, from standard input, or from a private file.

They never come from the command line, which other users of the machine can read, and are never written anywhere.
"""

from __future__ import annotations

import getpass
import os
import stat
import sys
import warnings
from pathlib import Path
from typing import Protocol, TextIO

from cardtools.common.told import ToldError

_PRIVATE_MODES = {0o600, 0o400}
_FILE_SIZE_MAX = 16384
NEW = "new-"
"""Before a code's id, in a file of codes: its new value."""


class PromptError(ToldError):
    """A code could not be had."""


class MismatchError(PromptError):
    """The two values typed for a new code differ."""

    key = "prompt-mismatch"

    def __init__(self) -> None:
        super().__init__("the two new values differ")


class NoTerminalError(PromptError):
    """There is no terminal to type a code at."""

    key = "prompt-no-terminal"

    def __init__(self) -> None:
        super().__init__("no terminal to ask at")


class InputEndedError(PromptError):
    """Standard input ended, or typing was broken off, before a code came."""

    key = "prompt-input-ended"

    def __init__(self) -> None:
        super().__init__("the input ended before a code came")


class NotTextError(PromptError):
    """What was typed is no text: its bytes are no UTF-8, or none in the terminal's own encoding."""

    key = "prompt-not-text"

    def __init__(self) -> None:
        super().__init__("the input is no text")


class UnsafeFileError(PromptError):
    """Others could read the file of codes, or have put it there."""

    key = "prompt-unsafe-file"

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path} is not private", path=str(path))


class BadFileError(PromptError):
    """The file of codes can't be read, or is no list of names and values."""

    key = "prompt-bad-file"

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path} is no file of codes", path=str(path))


class MissingCodeError(PromptError):
    """The file of codes has no value of this name."""

    key = "prompt-missing-code"

    def __init__(self, path: Path, name: str) -> None:
        super().__init__(f"{path} has no {name}", path=str(path), name=name)


class CodeSource(Protocol):
    """Where codes come from. `name` is the code's id; what is shown to people is the prompt."""

    def code(self, name: str, prompt: str) -> str:
        """The present value of a code. Raises PromptError."""

    def new_code(self, name: str, prompt: str, again: str) -> str:
        """A new value; typed twice, with the second prompt `again`. Raises PromptError, of which MismatchError."""


def code_source(*, stdin: bool = False, codes_file: Path | None = None) -> CodeSource:
    """The source that the options name; the terminal without any. Raises PromptError, ValueError for both at once."""
    if stdin and codes_file is not None:
        raise ValueError("codes come from standard input or from a file, not from both")
    if codes_file is not None:
        return CodesFile(codes_file)
    return Lines(sys.stdin) if stdin else Terminal()


class Terminal:
    """Somebody who types."""

    def code(self, name: str, prompt: str) -> str:  # noqa: ARG002 - who types reads the prompt
        """What is typed after the prompt, without being shown."""
        with warnings.catch_warnings():
            # getpass would go on with what is typed in plain view.
            warnings.simplefilter("error", getpass.GetPassWarning)
            try:
                return getpass.getpass(f"{prompt}: ")
            except getpass.GetPassWarning:
                raise NoTerminalError from None
            except EOFError:
                raise InputEndedError from None
            except UnicodeDecodeError:
                # The error itself holds the bytes that were typed, so it goes no further.
                raise NotTextError from None

    def new_code(self, name: str, prompt: str, again: str) -> str:
        """What is typed twice."""
        return _same(self.code(name, prompt), self.code(name, again))


class Lines:
    """A stream with one line a code, in the order in which they are asked for; a new value takes two lines."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def code(self, name: str, prompt: str) -> str:  # noqa: ARG002 - lines are in order
        """The next line, without its end."""
        try:
            line = self._stream.readline()
        except UnicodeDecodeError:
            raise NotTextError from None
        if not line:
            raise InputEndedError
        return line.rstrip("\r\n")

    def new_code(self, name: str, prompt: str, again: str) -> str:
        """The next two lines, which must be the same."""
        return _same(self.code(name, prompt), self.code(name, again))


class CodesFile:
    """A file of lines `name: value` (YAML), where the new value of `pin` is named `new-pin`.

    It must be its user's own, and nobody else may read it: mode 0600 or 0400.
    """

    def __init__(self, path: Path) -> None:
        """Raises UnsafeFileError or BadFileError."""
        self._path = path
        self._values = _read_codes(path)

    def code(self, name: str, prompt: str) -> str:  # noqa: ARG002 - a file is not prompted
        """The value of that name."""
        value = self._values.get(name)
        if value is None:
            raise MissingCodeError(self._path, name)
        return value

    def new_code(self, name: str, prompt: str, again: str) -> str:  # noqa: ARG002 - a file has it once
        """The value of that name after `new-`."""
        return self.code(NEW + name, prompt)


def _same(first: str, second: str) -> str:
    if first != second:
        raise MismatchError
    return first


def _read_codes(path: Path) -> dict[str, str]:
    try:
        # What is checked must be what is read, so the file is opened first; a FIFO must not make us wait.
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        raise BadFileError(path) from None
    try:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise BadFileError(path)
        if stat.S_IMODE(found.st_mode) not in _PRIVATE_MODES or found.st_uid != os.geteuid():
            raise UnsafeFileError(path)
        content = os.read(descriptor, _FILE_SIZE_MAX + 1)
    finally:
        os.close(descriptor)
    if len(content) > _FILE_SIZE_MAX:
        raise BadFileError(path)
    import yaml

    try:
        # Every scalar stays the text that it is: 0123 is a code and no number.
        values = yaml.load(content.decode("utf-8"), Loader=yaml.BaseLoader)  # noqa: S506 - makes strings only
    except (UnicodeDecodeError, yaml.YAMLError, RecursionError):
        # What YAML says of a mistake quotes the file, so it goes no further.
        raise BadFileError(path) from None
    if not isinstance(values, dict) or not all(isinstance(item, str) for pair in values.items() for item in pair):
        raise BadFileError(path)
    return values
