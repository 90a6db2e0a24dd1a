"""The language that a browser likes best."""

from __future__ import annotations

import re

from cardtools.common.messages import Language

_RANGE = re.compile(r"\s*(?P<tag>[A-Za-z]{1,8})(?:-[A-Za-z0-9-]{0,40})?\s*(?:;\s*q=(?P<q>[01](?:\.\d{0,3})?)\s*)?")


def preferred(accept_language: str) -> Language:
    """The language that the browser likes best of those there are (RFC 9110, 12.5.4); English when it names none."""
    liked: list[tuple[float, Language]] = []
    for part in accept_language[:500].split(","):
        found = _RANGE.fullmatch(part)
        if found and found["tag"].lower() in set(Language):
            liked.append((float(found["q"] or 1), Language(found["tag"].lower())))
    best = max(liked, key=lambda item: item[0], default=(0.0, Language.ENGLISH))
    return best[1] if best[0] > 0 else Language.ENGLISH
