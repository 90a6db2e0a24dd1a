"""Whether what a program wrote is what a page shows of it.

`…` stands for anything, alone in a line for any lines. What differs from run to run by its nature (dates, serial
numbers, tokens) may be another value of the same form; but one value of the page is one value of the run, all through
the page.
Blanks at the ends of lines, how many stand between words, and empty lines do not count.
"""

from __future__ import annotations

import re

ANYTHING = "…"
ESCAPE_SEQUENCE = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]|\x1b[=>]")
MONTH = "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
NAMES = {
    "request": r"\bBP\d{10}\b",
    "fingerprint": r"\b(?:[0-9A-F]{8} ){7}[0-9A-F]{8}\b",
    "serial": r"\b[0-9A-F]{36,40}\b",
    "number": r"\b\d{40,50}\b",
    "token": r"(?<![\w-])[A-Za-z0-9_-]{43}(?![\w-])",
    "identifier": r"(?<=identifier )[0-9a-f]{8}\b",
}
"""What names something, and so is the same value all through a page."""
MOMENTS = {
    "moment": r"\b\d{4}-\d\d-\d\d(?:[ T]\d\d:\d\d(?::\d\d)?(?:\.\d+)?(?:Z|\+00:00)?)?",
    "openssl": rf"{MONTH} [ \d]\d \d\d:\d\d:\d\d \d{{4}}",
    "seconds": r"\b\d+\.\d{6}\b",
}
FORMS = re.compile("|".join(f"(?P<{name}>{form})" for name, form in {**NAMES, **MOMENTS}.items()))


class Output:
    """What is compared on one page; it keeps which value of the page stands for which of the run."""

    def __init__(self) -> None:
        self._real: dict[str, str] = {}

    def as_of_this_run(self, text: str) -> str:
        """Commands of a page, with the values of this run."""
        for shown in sorted(self._real, key=len, reverse=True):
            text = re.sub(rf"(?<!\w){re.escape(shown)}(?!\w)", self._real[shown], text)
        return text

    def fits(self, shown: str, written: str) -> bool:
        """Whether it was written as shown; what is new in it is known from then on."""
        new: dict[str, str] = {}
        pattern = "".join(self._line(line, new) for line in _tidy(shown))
        found = re.fullmatch(pattern, "".join(f"{line}\n" for line in _tidy(written)))
        if found is not None:
            self._real |= {value: found[group] for value, group in new.items()}
        return found is not None

    def _line(self, line: str, new: dict[str, str]) -> str:
        if line == ANYTHING:
            return r"(?:.*\n)*?"
        return "[^\n]*?".join(self._part(part, new) for part in line.split(ANYTHING)) + r"\n"

    def _part(self, text: str, new: dict[str, str]) -> str:
        pattern, end = "", 0
        for found in FORMS.finditer(text):
            pattern += re.escape(text[end : found.start()]) + self._value(found, new)
            end = found.end()
        return pattern + re.escape(text[end:])

    def _value(self, found: re.Match[str], new: dict[str, str]) -> str:
        value, form = found[0], str(found.lastgroup)
        if form in MOMENTS:
            return f"(?:{MOMENTS[form]})"
        if value in self._real:
            # OpenSSL writes a serial number in whole bytes.
            return f"0?{self._real[value].lstrip('0')}" if form == "serial" else re.escape(self._real[value])
        if value in new:
            return f"(?P={new[value]})"
        new[value] = f"value{len(new)}"
        return f"(?P<{new[value]}>{NAMES[form]})"


def plain(text: str) -> str:
    """What a terminal would show, without colours."""
    return ESCAPE_SEQUENCE.sub("", text).replace("\r\n", "\n").replace("\r", "\n")


def _tidy(text: str) -> list[str]:
    return [tidy for line in plain(text).splitlines() if (tidy := " ".join(line.split()))]
