"""What the tools' commands end with when they did not do what they were asked."""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """A command's end, as a shell sees it."""

    REFUSED = 1
    """The card, the CA or a rule refused; or it could not be done."""
    BAD_INPUT = 2
    """What was typed, or a file that was named, can't be used."""
    UNAVAILABLE = 69
    """EX_UNAVAILABLE of sysexits.h: something that the command needs can't be had."""
    NOT_WRITTEN = 74
    """EX_IOERR of sysexits.h: what the command has to say can't be written, as to a full disk."""
    INTERRUPTED = 130
    """What a shell says of a program that Ctrl-C ended."""
