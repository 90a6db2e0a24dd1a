"""Finds scenarios and reads them from YAML. Every error has its line and column, and all of them come at once."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from stuntcard.profile.document import Document, DocumentError, Finding, read_text
from stuntcard.profile.load import ProfileError, profile_names, profile_path, read_profile, shipped_directory
from stuntcard.profile.model import Profile
from stuntcard.scenario.checks import cross_check
from stuntcard.scenario.model import Scenario

_SUFFIXES = {".yaml", ".yml"}


class ScenarioFileError(DocumentError):
    """A scenario that can't be used; `mistakes` tells all that is wrong with it."""


@dataclass(frozen=True, slots=True)
class NamedScenario:
    """A scenario, its name, its profile, and the document that tells where in the file something stands."""

    name: str
    scenario: Scenario
    profile: Profile
    document: Document
    folder: Path
    """Where its file lies, from which its profile's path is seen."""


def scenario_names() -> tuple[str, ...]:
    """Names of the scenarios that come with Stuntcard."""
    return tuple(sorted(path.stem for path in _directory().glob("*.yaml")))


def load_scenario(name: str, profile: str | None = None) -> NamedScenario:
    """A scenario by its name, or by the path of a YAML file.

    A shipped one's name begins with its profile's id, which may be left out where no other profile has one of the same
    name, or where `profile` says which is meant. Raises ScenarioFileError, ProfileError, or FileNotFoundError when
    there is none of that name.
    """
    return read_scenario(scenario_path(name, profile))


def scenario_path(name: str, profile: str | None = None) -> Path:
    """The YAML file of a scenario's name, or of a path. Raises FileNotFoundError when it is neither."""
    names = scenario_names()
    full = [f"{known}-{name}" for known in ((profile,) if profile is not None else profile_names())]
    found = [known for known in (name, *full) if known in names]
    if len(found) == 1:
        return _directory() / f"{found[0]}.yaml"
    if found:
        raise FileNotFoundError(f"several scenarios are called '{name}'; give one of: {', '.join(found)}")
    path = Path(name)
    if path.suffix in _SUFFIXES or os.sep in name:
        return path
    raise FileNotFoundError(f"there is no scenario '{name}'; {instead_of(name, names, 'stuntcard scenario list')}")


def read_scenario(path: Path) -> NamedScenario:
    """The scenario in a file. Raises ScenarioFileError, ProfileError, or OSError when it can't be read."""
    return parse_scenario(read_text(path), str(path))


def parse_scenario(raw: bytes, file: str) -> NamedScenario:
    """The scenario in a YAML text; `file` is its path, from which its profile is found, and its name for messages.

    Raises ScenarioFileError, or ProfileError when it is the profile that can't be used.
    """
    document = Document("scenario", file, ScenarioFileError)
    scenario = document.read(raw, Scenario, lambda _: ())
    try:
        profile = profile_beside(scenario.profile, Path(file).parent)
    except (OSError, ProfileError) as error:
        if isinstance(error, ProfileError):
            raise
        reason = f"can't be read: {error.strerror}" if error.errno is not None else str(error)
        raise document.error((Finding(("profile",), reason),)) from error
    findings = tuple(cross_check(scenario, profile))
    if findings:
        raise document.error(findings)
    return NamedScenario(Path(file).stem, scenario, profile, document, Path(file).parent)


def profile_beside(name: str, folder: Path) -> Profile:
    """A profile by its id, or by a path that is seen from a folder. Raises ProfileError, or OSError."""
    return read_profile(profile_file_beside(name, folder))


def profile_file_beside(name: str, folder: Path) -> Path:
    """The file of that profile. Raises OSError."""
    path = Path(name)
    return folder / path if path.suffix in _SUFFIXES else profile_path(name)


def instead_of(name: str, names: tuple[str, ...], listing: str) -> str:
    """What might have been meant by a name that is unknown, and how to see those that are known."""
    import difflib

    close = difflib.get_close_matches(name, names, n=3, cutoff=0.5)
    close = close or [known for known in names if name in known][:3]
    listing = f"see `{listing}`, or give a YAML file's path"
    return f"did you mean {' or '.join(close)}? ({listing})" if close else listing


def _directory() -> Path:
    return shipped_directory() / "scenarios"
