"""Placeholders in a campaign's texts: `{module}`, `{pin}`, `{code:qpin}`; anything else in braces stands for itself."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

NAMES = ("module", "pin", "wrong-pin", "puk", "label", "folder", "seed")
_PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_-]*(?::[a-z0-9-]+)?)\}")


class NothingKnownError(ValueError):
    """A placeholder that this card has no value for, or this client."""


def placeholders_in(text: str) -> Iterator[str]:
    """The names that stand in it."""
    return (found[1] for found in _PLACEHOLDER.finditer(text))


def filled(text: str, values: Mapping[str, str]) -> str:
    """The text with values in place of names. Raises NothingKnownError where one is missing."""

    def value(found: re.Match[str]) -> str:
        if found[1] not in values:
            known = ", ".join(f"{{{name}}}" for name in values) or "none"
            raise NothingKnownError(
                f"{{{found[1]}}} has no value here: this card or client has none that is known; there are: {known}"
            )
        return values[found[1]]

    return _PLACEHOLDER.sub(value, text)
