"""Fonts with Czech and Slovenian letters, for PDF."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

FOLDERS = (
    Path("/usr/share/fonts/truetype/dejavu"),
    Path("/usr/share/fonts/dejavu-sans-fonts"),
    Path("/usr/share/fonts/TTF"),
)
"""Where Debian, Fedora and Arch put them."""

REGULAR, BOLD = "DejaVuSans.ttf", "DejaVuSans-Bold.ttf"


def find_font(name: str, folders: Sequence[Path] = FOLDERS) -> Path | None:
    """The file of a font; None when it is not installed."""
    return next((folder / name for folder in folders if (folder / name).is_file()), None)
