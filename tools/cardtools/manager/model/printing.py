"""How the card manager's answers look: plain text that also reads well in a log, and JSON for scripts."""

from __future__ import annotations

import json
import sys
from datetime import datetime
from typing import TextIO

from rich.console import Console
from rich.markup import escape

from cardtools.common.printable import printable

_WIDTH_WITHOUT_TERMINAL = 120


def console(stream: TextIO | None = None) -> Console:
    """A console; one that is no terminal has a width of its own, and no line of a message is broken there."""
    file = stream or sys.stdout
    return Console(file=file, highlight=False, emoji=False, width=None if file.isatty() else _WIDTH_WITHOUT_TERMINAL)


def as_json(data: object) -> str:
    """JSON as scripts and people read it."""
    return json.dumps(data, indent=2, ensure_ascii=False)


def day(moment: datetime) -> str:
    """A day, the same in every language (ISO 8601)."""
    return f"{moment:%Y-%m-%d}"


def plain(text: str) -> str:
    """A text as rich shall show it: nothing in it is markup, and nothing from a card or a file steers the terminal."""
    return escape(printable(text))
