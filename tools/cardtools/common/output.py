"""What a command tells people on its two streams. Nothing in it, whoever wrote it, steers the terminal."""

from __future__ import annotations

import json
import sys
from typing import TextIO

from rich.console import Console
from rich.text import Text

from cardtools.common.messages import Messages
from cardtools.common.printable import printable
from cardtools.common.told import Told, Value


class Output:
    """Lines on standard output and standard error, in the language of the messages."""

    def __init__(self, messages: Messages, width: int) -> None:
        """`width` is that of tables and trees where no terminal says how wide it is."""
        self.messages = messages
        self.out, self.err = _console(sys.stdout, width), _console(sys.stderr, width)

    def say(self, key: str, **values: Value) -> None:
        """A line on standard output."""
        self.line(self.messages.text(key, **values))

    def say_counted(self, key: str, number: int, **values: Value) -> None:
        """A line on standard output, in the form that goes with the number."""
        self.line(self.messages.counted(key, number, **values))

    def line(self, text: str) -> None:
        """A line on standard output that is in words already."""
        self.out.print(shown(text), soft_wrap=True)

    def warn(self, text: str) -> None:
        """A line on standard error that is in words already."""
        self.err.print(shown(text), soft_wrap=True)

    def warn_of(self, key: str, **values: Value) -> None:
        """A line on standard error."""
        self.warn(self.messages.text(key, **values))

    def warn_told(self, told: Told) -> None:
        """A failure, an advice or a consequence on standard error."""
        self.warn(self.messages.told(told))

    def json(self, data: object) -> None:
        """JSON on standard output, as scripts and people read it."""
        print(json.dumps(data, indent=2, ensure_ascii=False))


def shown(text: str, style: str = "") -> Text:
    """A text as a terminal may be given it: nothing in it is markup, and nothing steers the terminal."""
    return Text(printable(text), style)


def _console(stream: TextIO, width: int) -> Console:
    return Console(file=stream, highlight=False, emoji=False, width=None if stream.isatty() else width)
