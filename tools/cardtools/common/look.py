"""The look that all pages of the project share: one style sheet."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

SHEET = "style.css"


def look_folder() -> Path:
    """`look/` of a checkout, or its copy inside the installed package."""
    package = Path(str(files("cardtools")))
    packed = package / "_look"
    return packed if packed.is_dir() else package.parents[1] / "look"


def style() -> str:
    """The style sheet."""
    return (look_folder() / SHEET).read_text("utf-8")
