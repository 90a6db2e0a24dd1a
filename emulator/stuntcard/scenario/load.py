"""Finds scenarios and reads them from YAML. Every error has its line and column, and all of them come at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from stuntcard.profile.document import Document, DocumentError, Finding, read_text
from stuntcard.profile.load import (
    ProfileError,
    profile_names,
    profile_path,
    read_profile,
    shipped_directory,
    shipped_names,
)
from stuntcard.profile.model import Profile
from stuntcard.profile.places import SUFFIXES, files_by_name, is_path
from stuntcard.scenario.checks import cross_check
from stuntcard.scenario.model import Scenario

_FOLDER = "scenarios"
"""Where scenarios lie in a directory of profiles."""


class ScenarioFileError(DocumentError):
    """A scenario that can't be used; `mistakes` tells all that is wrong with it."""


@dataclass(frozen=True, slots=True)
class NamedScenario:
    """A scenario, its name, its profile, and the document that tells where in the file something stands."""

    name: str
    scenario: Scenario
    profile: Profile
    document: Document
    profile_file: Path
    """Where its profile was read from."""


def scenario_names() -> tuple[str, ...]:
    """Names of the scenarios that come with Stuntcard, and of those that lie beside one's own profiles."""
    return tuple(files_by_name(_FOLDER))


def scenarios_found() -> tuple[tuple[NamedScenario, ...], tuple[str, ...]]:
    """The scenarios that are found by a name; and the names of those, one's own, that can't be used."""
    good, bad = list[NamedScenario](), list[str]()
    for name, path in files_by_name(_FOLDER).items():
        try:
            good.append(read_scenario(path))
        except (DocumentError, OSError):
            bad.append(name)
    return tuple(good), tuple(bad)


def load_scenario(name: str, profile: str | None = None) -> NamedScenario:
    """A scenario by its name, or by the path of a YAML file.

    Its name begins with its profile's id, which may be left out where no other profile has one of the same name, or
    where `profile` says which is meant: an id, or a YAML file, which then stands for the profile of its id. Raises
    ScenarioFileError, ProfileError, OSError, or FileNotFoundError when there is none of that name.
    """
    given = (Path(profile), read_profile(Path(profile))) if profile is not None and is_path(profile) else None
    path = scenario_path(name, given[1].id if given is not None else profile)
    return parse_scenario(read_text(path), str(path), given)


def scenario_path(name: str, profile: str | None = None) -> Path:
    """The YAML file of a scenario's name, or of a path; `profile` is an id.

    Raises FileNotFoundError when it is neither.
    """
    if is_path(name):
        return Path(name)
    ids = (profile,) if profile is not None else None
    shipped = {path.stem: path for path in (shipped_directory() / _FOLDER).glob("*.yaml")}
    found = _called(name, ids or shipped_names(), shipped)
    if not found:
        found = _called(name, ids or profile_names(), files_by_name(_FOLDER))
    if len(found) > 1:
        raise FileNotFoundError(f"several scenarios are called '{name}'; give one of: {', '.join(found)}")
    for path in found.values():
        return path
    raise FileNotFoundError(
        f"there is no scenario '{name}'; {instead_of(name, scenario_names(), 'stuntcard scenario list', profile)}"
    )


def _called(name: str, ids: Iterable[str], files: Mapping[str, Path]) -> dict[str, Path]:
    """The files of that name, with a profile's id before it or without."""
    return {full: files[full] for full in (name, *(f"{id_}-{name}" for id_ in ids)) if full in files}


def read_scenario(path: Path) -> NamedScenario:
    """The scenario in a file. Raises ScenarioFileError, ProfileError, or OSError when it can't be read."""
    return parse_scenario(read_text(path), str(path))


def parse_scenario(raw: bytes, file: str, given: tuple[Path, Profile] | None = None) -> NamedScenario:
    """The scenario in a YAML text; `file` is its path, from which its profile is found, and its name for messages.

    `given`: a profile's file and the profile in it, which is taken for the one of its id. Raises ScenarioFileError, or
    ProfileError when it is the profile that can't be used.
    """
    document = Document("scenario", file, ScenarioFileError)
    scenario = document.read(raw, Scenario, lambda _: ())
    try:
        found = given if given is not None and given[1].id == scenario.profile else None
        profile_file, profile = found or profile_beside(scenario.profile, Path(file).parent)
    except (OSError, ProfileError) as error:
        if isinstance(error, ProfileError):
            raise
        reason = f"can't be read: {error.strerror}" if error.errno is not None else str(error)
        raise document.error((Finding(("profile",), reason),)) from error
    findings = tuple(cross_check(scenario, profile))
    if findings:
        raise document.error(findings)
    return NamedScenario(Path(file).stem, scenario, profile, document, profile_file)


def profile_beside(name: str, folder: Path) -> tuple[Path, Profile]:
    """A profile by its id, or by a path that is seen from a folder, and its file. Raises ProfileError, or OSError."""
    file = folder / name if Path(name).suffix in SUFFIXES else profile_path(name)
    return file, read_profile(file)


def instead_of(name: str, names: tuple[str, ...], listing: str, card: str | None = None) -> str:
    """What might have been meant by a name that is unknown, nearest first, and how to see those that are known.

    `card`: the id of a profile that was named; its own come first.
    """
    import difflib

    def near(name: str, names: Iterable[str]) -> list[str]:
        return difflib.get_close_matches(name, list(names), n=3, cutoff=0.5)

    own = near(f"{card}-{name}", (known for known in names if known.startswith(f"{card}-")))
    close = list(dict.fromkeys(own + near(name, names))) or [known for known in names if name in known]
    close = close[:3]
    listing = f"see `{listing}`, or give a YAML file's path"
    return f"did you mean {' or '.join(close)}? ({listing})" if close else listing
