"""The command that all others belong to."""

from __future__ import annotations

from cardtools.common.command import new_app

app = new_app(
    "A card manager: see what is on the card in the reader, change and unblock codes, put certificates on it.",
    mainly="show",
)
