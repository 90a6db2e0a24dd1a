"""The look of the live page: what all pages of the project share, and the script of this one."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from pathlib import Path


@cache
def style() -> str:
    """The style sheet."""
    return (_folder() / "style.css").read_text("utf-8")


@cache
def icon() -> str:
    """What a browser's tab shows, SVG."""
    return (_folder() / "icon.svg").read_text("utf-8")


@cache
def streams() -> str:
    """What listens to events for all windows of a browser."""
    return (_folder() / "streams.js").read_text("utf-8")


@cache
def script() -> str:
    """What refreshes the page while things happen; without it all works, but by hand."""
    return (files("stuntcard.serve") / "static" / "live.js").read_text("utf-8")


def _folder() -> Path:
    """`look/` of a checkout, or its copy inside an installed package."""
    package = Path(str(files("stuntcard")))
    packed = package / "_look"
    return packed if packed.is_dir() else package.parents[1] / "look"
