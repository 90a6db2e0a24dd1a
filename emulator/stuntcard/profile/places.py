"""Where profiles lie: those that come with Stuntcard, and one's own on the search path."""

from __future__ import annotations

import os
from contextlib import suppress
from functools import cache
from importlib.resources import files
from pathlib import Path

SEARCH_PATH = "STUNTCARD_PROFILES"
"""The variable with directories of one's own profiles, parted as in PATH."""
SUFFIXES = (".yaml", ".yml")


@cache
def shipped_directory() -> Path:
    """`profiles/` of a checkout, or its copy inside an installed package."""
    package = Path(str(files("stuntcard")))
    packed = package / "_profiles"
    return packed if packed.is_dir() else package.parents[1] / "profiles"


def home_directory() -> Path:
    """The directory of all that Stuntcard keeps: STUNTCARD_HOME, or `stuntcard` in the user's data directory."""
    own = os.environ.get("STUNTCARD_HOME")
    if own:
        return Path(own).absolute()
    # Whoever never stores a card shall not wait for it to load.
    from platformdirs import user_data_path

    return user_data_path("stuntcard", appauthor=False)


def own_directories() -> tuple[Path, ...]:
    """The directories of one's own profiles, in the order of looking: those of STUNTCARD_PROFILES, then the home's."""
    named = [Path(name) for name in os.environ.get(SEARCH_PATH, "").split(os.pathsep) if name]
    return (*named, home_directory() / "profiles")


def all_directories() -> tuple[Path, ...]:
    """The directories of all profiles. Stuntcard's own come first, so that an id of theirs always means them."""
    return (shipped_directory(), *own_directories())


def is_path(name: str) -> bool:
    """Whether what somebody named is a file, and no id."""
    return Path(name).suffix in SUFFIXES or os.sep in name


def files_by_name(folder: str = "") -> dict[str, Path]:
    """The YAML files of all directories, or of a folder in each, by their names without the ending."""
    found: dict[str, Path] = {}
    for directory in all_directories():
        # A directory on the search path that can't be read, or be a path at all, has none.
        with suppress(OSError):
            for path in sorted((directory / folder).glob("*.yaml")):
                found.setdefault(path.stem, path)
    return dict(sorted(found.items()))
