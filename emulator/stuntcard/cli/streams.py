"""What is written where the terminal, or a file, can't take every character."""

from __future__ import annotations

import codecs
import contextlib
import errno
import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from typing import TYPE_CHECKING, cast

from stuntcard.cli.exit import ExitCode

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

_RAW = range(0xDC80, 0xDD00)
"""How Python reads bytes of a file's name that are no characters (PEP 383)."""
_HANDLER = "stuntcard"
_NOT_WRITTEN = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)
"""Errors of a standard output that takes nothing more."""


def write_all_that_can_be() -> None:
    """Has a character that a stream's encoding lacks written as ?, and a file's name as the bytes that it has.

    Of an output that takes nothing more is told by OutputError from now on.
    """
    codecs.register_error(_HANDLER, _written)
    if isinstance(sys.stdout, TextIOWrapper) and os.name == "posix":
        sys.stdout = _telling(sys.stdout)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors=_HANDLER)


class OutputError(Exception):
    """What is to be said can't be written, which is another matter than what is done meanwhile; `error` says why."""

    def __init__(self, error: OSError) -> None:
        super().__init__(str(error))
        self.error = error


class _Output(io.FileIO):
    """An output whose errors can't be taken for those of another file, whoever looks for them."""

    def write(self, data: ReadableBuffer, /) -> int:
        """As usual, but for the error of an output that takes nothing more. Raises OutputError."""
        try:
            return super().write(data)
        except OSError as error:
            if error.errno not in _NOT_WRITTEN:
                raise
            raise OutputError(error) from error


def _telling(stream: TextIOWrapper) -> TextIOWrapper:
    """The same stream, but that it raises OutputError."""
    unbuffered = stream.write_through
    raw = _Output(stream.fileno(), "wb", closefd=False)
    return TextIOWrapper(
        cast(io.BufferedWriter, raw) if unbuffered else io.BufferedWriter(raw),
        encoding=stream.encoding,
        line_buffering=stream.line_buffering,
        write_through=unbuffered,
    )


@contextmanager
def writing_output() -> Iterator[None]:
    """Has the output's errors go up as OutputError, past those who look for errors of other files."""
    try:
        yield
    except OSError as error:
        raise OutputError(error) from error


@contextmanager
def output_errors_as_they_are() -> Iterator[None]:
    """Where nobody looks for errors of other files any more: OutputError becomes the error that it has."""
    try:
        yield
    except OutputError as found:
        raise found.error from None


def end_where_nothing_can_be_written(error: OSError) -> None:
    """Ends the program when this is an output's error that takes nothing more; raises every other."""
    if error.errno not in _NOT_WRITTEN:
        raise error
    with contextlib.suppress(OSError):
        print(f"what there is to say can't be written: {error.strerror}", file=sys.stderr)
    os._exit(ExitCode.NOT_WRITTEN)  # what is left unwritten would be tried once more at an ordinary end


def _written(error: UnicodeError) -> tuple[bytes, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    left_over = error.object[error.start : error.end]
    return bytes(ord(one) - 0xDC00 if ord(one) in _RAW else ord("?") for one in left_over), error.end
