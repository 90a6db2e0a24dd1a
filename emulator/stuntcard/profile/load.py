"""Reads a profile from YAML. Every error has its line and column, and all of them come at once."""

from __future__ import annotations

import os
from functools import cache
from importlib.resources import files
from pathlib import Path

from stuntcard.profile.checks import cross_check
from stuntcard.profile.document import Document, DocumentError, read_text
from stuntcard.profile.model import Profile


class ProfileError(DocumentError):
    """A profile that can't be used; `mistakes` tells all that is wrong with it."""


def load_profile(name: str) -> Profile:
    """A profile by its id, from those that come with Stuntcard, or by the path of a YAML file.

    Raises ProfileError, or FileNotFoundError when there is none of that name.
    """
    return read_profile(profile_path(name))


def profile_path(name: str) -> Path:
    """The YAML file of a profile's id, or of a path. Raises FileNotFoundError when it is no path and no such id."""
    if name in profile_names():
        return shipped_directory() / f"{name}.yaml"
    path = Path(name)
    if path.suffix in {".yaml", ".yml"} or os.sep in name:
        return path
    raise FileNotFoundError(
        f"there is no profile '{name}'; there are: {', '.join(profile_names())}, or give a YAML file's path"
    )


def profile_names() -> tuple[str, ...]:
    """Ids of the profiles that come with Stuntcard."""
    return tuple(sorted(path.stem for path in shipped_directory().glob("*.yaml")))


@cache
def shipped_directory() -> Path:
    """`profiles/` of a checkout, or its copy inside an installed package."""
    package = Path(str(files("stuntcard")))
    packed = package / "_profiles"
    return packed if packed.is_dir() else package.parents[1] / "profiles"


def read_profile(path: Path) -> Profile:
    """The profile in a file. Raises ProfileError, or OSError when it can't be read."""
    return parse_profile(read_profile_text(path), str(path))


def read_profile_text(path: Path) -> bytes:
    """The text in a profile's file, one byte more than `parse_profile` takes at most. Raises OSError."""
    return read_text(path)


def parse_profile(raw: bytes, file: str) -> Profile:
    """The profile in a YAML text; `file` is its name for messages. Raises ProfileError."""
    return Document("profile", file, ProfileError).read(raw, Profile, cross_check)
