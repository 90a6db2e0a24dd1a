"""Stable stand-ins for what is different at each run, so that the kept transcript changes only when the story does."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta

FIRST_DAY = date(2026, 1, 5)
"""What the day of the run becomes; other days keep their distance to it."""

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MONTH = "|".join(_MONTHS)
_FINGERPRINT = re.compile(r"\b(?:[0-9A-F]{8} ){7}[0-9A-F]{8}\b|\b(?=[0-9]*[a-f])(?:[0-9a-f]{64}|[0-9a-f]{40})\b")


class StandIns:
    """Puts stand-ins into texts; the same thing has the same one in all of them."""

    def __init__(self, known: Mapping[str, str], today: date) -> None:
        """`known`: what is replaced as it stands, such as a folder's path or a token."""
        self._known = dict(sorted(known.items(), key=lambda item: -len(item[0])))
        self._today = today
        self._numbers: dict[tuple[str, str], int] = {}

    def put_into(self, text: str) -> str:
        """The text with stand-ins."""
        for value, stand_in in self._known.items():
            text = text.replace(value, stand_in)
        for pattern, replaced in self._replacements():
            text = re.sub(pattern, replaced, text)
        return text

    def _replacements(self) -> list[tuple[str | re.Pattern[str], Callable[[re.Match[str]], str]]]:
        return [
            (r"\bBP[0-9]{10}\b", lambda found: f"BP{self._number('request', found[0]):010}"),
            (r"\b127\.0\.0\.1:[0-9]+", lambda _: "127.0.0.1:8629"),
            (r"/([a-z-]+)-[0-9]+-[a-z0-9_]{8}/pcsc\.sock", lambda found: f"/{found[1]}/pcsc.sock"),
            (_FINGERPRINT, lambda found: re.sub("[0-9A-Fa-f]", "0", found[0])),
            (r"\b[0-9]{44,50}\b", lambda found: str(self._serial(int(found[0])))),
            (r"(?:\b|(?<=\b0x))[0-9A-F]{36,40}\b", lambda found: f"{self._serial(int(found[0], 16)):X}"),
            (r"\b(?=[0-9a-f]*[a-f])[0-9a-f]{8}\b|(?<=container )[0-9]{8}\b|(?<=identifier )[0-9]{8}\b"
             r"|(?<=delete-cert )[0-9]{8}\b|(?<=export )[0-9]{8}\b|(?<=-id: )[0-9]{8}\b",
             lambda found: f"a{self._number('key', found[0]):07}"),
            (r"\b(20[0-9]{2}-[0-9]{2}-[0-9]{2})(?:([T ])([0-9]{2}:[0-9]{2})(:[0-9]{2})?)?", self._iso_time),
            (rf"\b({_MONTH}) +([0-9]{{1,2}}) (?:(20[0-9]{{2}}) )?[0-9]{{2}}:[0-9]{{2}}:[0-9]{{2}}( 20[0-9]{{2}})?",
             self._english_time),
        ]  # fmt: skip

    def _number(self, kind: str, value: str) -> int:
        """Which one of its kind a value is, in the order in which they come."""
        kept = [key for key in self._numbers if key[0] == kind]
        return self._numbers.setdefault((kind, value), len(kept) + 1)

    def _serial(self, serial: int) -> int:
        """A serial number that is as long as most, in decimal and in hexadecimal."""
        return (0x5 << 156) + self._number("serial", str(serial))

    def _iso_time(self, found: re.Match[str]) -> str:
        moved = self._moved(date.fromisoformat(found[1])).isoformat()
        if found[3] is None:
            return moved
        return f"{moved}{found[2]}12:00{':00' if found[4] else ''}"

    def _english_time(self, found: re.Match[str]) -> str:
        year = int(found[3] or found[4])
        moved = self._moved(datetime(year, _MONTHS.index(found[1]) + 1, int(found[2])).date())
        day = f"{_MONTHS[moved.month - 1]} {moved.day:2}"
        return f"{day} {moved.year} 12:00:00" if found[3] else f"{day} 12:00:00 {moved.year}"

    def _moved(self, day: date) -> date:
        return FIRST_DAY + timedelta(days=(day - self._today).days)
