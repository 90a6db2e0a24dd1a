"""Reads a profile from YAML. Every error has its line and column, and all of them come at once."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from stuntcard.profile.checks import cross_check
from stuntcard.profile.document import Document, DocumentError, Finding, read_text
from stuntcard.profile.model import Profile
from stuntcard.profile.places import files_by_name, is_path, shipped_directory

__all__ = [
    "ProfileError",
    "load_profile",
    "parse_profile",
    "profile_names",
    "profile_path",
    "profiles_found",
    "read_profile",
    "read_profile_text",
    "shipped_directory",
    "shipped_names",
]


class ProfileError(DocumentError):
    """A profile that can't be used; `mistakes` tells all that is wrong with it."""


def load_profile(name: str) -> Profile:
    """A profile by its id, of those that come with Stuntcard or one's own, or by the path of a YAML file.

    Raises ProfileError, or FileNotFoundError when there is none of that name.
    """
    path = profile_path(name)
    return _parsed(read_profile_text(path), str(path), None if is_path(name) else name)


def profile_path(name: str) -> Path:
    """The YAML file of a profile's id, or of a path. Raises FileNotFoundError when it is no path and no such id."""
    if is_path(name):
        return Path(name)
    shipped = shipped_directory() / f"{name}.yaml"
    found = shipped if shipped.is_file() else files_by_name().get(name)
    if found is None:
        raise FileNotFoundError(
            f"there is no profile '{name}'; there are: {', '.join(profile_names())}, or give a YAML file's path"
        )
    return found


def profile_names() -> tuple[str, ...]:
    """Ids of the profiles that come with Stuntcard, and of one's own."""
    return tuple(files_by_name())


def shipped_names() -> tuple[str, ...]:
    """Ids of the profiles that come with Stuntcard."""
    return tuple(sorted(path.stem for path in shipped_directory().glob("*.yaml")))


def profiles_found() -> tuple[tuple[Profile, ...], tuple[str, ...]]:
    """The profiles that are found by an id; and the ids of those, one's own, that can't be used."""
    good, bad = list[Profile](), list[str]()
    for name in profile_names():
        try:
            good.append(load_profile(name))
        except (ProfileError, OSError):
            bad.append(name)
    return tuple(good), tuple(bad)


def read_profile(path: Path) -> Profile:
    """The profile in a file. Raises ProfileError, or OSError when it can't be read."""
    return parse_profile(read_profile_text(path), str(path))


def read_profile_text(path: Path) -> bytes:
    """The text in a profile's file, one byte more than `parse_profile` takes at most. Raises OSError."""
    return read_text(path)


def parse_profile(raw: bytes, file: str) -> Profile:
    """The profile in a YAML text; `file` is its name for messages. Raises ProfileError."""
    return _parsed(raw, file, None)


@lru_cache(maxsize=16)
def _parsed(raw: bytes, file: str, wanted: str | None) -> Profile:
    """The profile, which is that of the id wanted, if one was. A list of scenarios asks for the same few many times."""

    def check(profile: Profile) -> Iterator[Finding]:
        if wanted is not None and profile.id != wanted:
            message = f"'{profile.id}' is not found by its id in a file called {Path(file).name}; give both one name"
            yield Finding(("id",), message)
        yield from cross_check(profile)

    return Document("profile", file, ProfileError).read(raw, Profile, check)
