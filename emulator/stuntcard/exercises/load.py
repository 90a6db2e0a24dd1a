"""Finds exercises and reads them from YAML. Every error has its line and column, and all of them come at once."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from stuntcard.exercises.checks import cross_check
from stuntcard.exercises.model import Exercise, Start
from stuntcard.profile.document import Document, DocumentError, Finding, read_text
from stuntcard.profile.load import profile_names, shipped_directory
from stuntcard.profile.model import Profile
from stuntcard.scenario.checks import cross_check as scenario_findings
from stuntcard.scenario.load import NamedScenario, instead_of, load_scenario, profile_beside, read_scenario
from stuntcard.scenario.model import Scenario

_SUFFIXES = {".yaml", ".yml"}


class ExerciseFileError(DocumentError):
    """An exercise that can't be used; `mistakes` tells all that is wrong with it."""


class NoSuchExerciseError(ValueError):
    """There is no exercise of that name, or several; says what to do."""


@dataclass(frozen=True, slots=True)
class NamedExercise:
    """An exercise, its name, the card that it starts from, and the document that tells where something stands."""

    name: str
    exercise: Exercise
    start: NamedScenario
    document: Document

    @property
    def profile(self) -> Profile:
        """The card's model."""
        return self.start.profile


def exercise_names() -> tuple[str, ...]:
    """Names of the exercises that come with Stuntcard."""
    return tuple(sorted(path.stem for path in _directory().glob("*.yaml")))


def load_exercise(name: str) -> NamedExercise:
    """An exercise by its name, or by the path of a YAML file.

    A shipped one's name begins with its profile's id, which may be left out where no other profile has one of the same
    name. Raises NoSuchExerciseError, ExerciseFileError, ScenarioFileError, ProfileError, or OSError.
    """
    names = exercise_names()
    found = [known for known in (name, *(f"{profile}-{name}" for profile in profile_names())) if known in names]
    if len(found) == 1:
        return read_exercise(_directory() / f"{found[0]}.yaml")
    if found:
        raise NoSuchExerciseError(f"several exercises are called '{name}'; give one of: {', '.join(found)}")
    path = Path(name)
    if path.suffix in _SUFFIXES or os.sep in name:
        return read_exercise(path)
    raise NoSuchExerciseError(f"there is no exercise '{name}'; {instead_of(name, names, 'stuntcard exercise list')}")


def read_exercise(path: Path) -> NamedExercise:
    """The exercise in a file. Raises ExerciseFileError, ScenarioFileError, ProfileError, or OSError."""
    return parse_exercise(read_text(path), str(path))


def parse_exercise(raw: bytes, file: str) -> NamedExercise:
    """The exercise in a YAML text; `file` is its path, from which its scenario is found, and its name for messages.

    Raises ExerciseFileError, or ScenarioFileError or ProfileError when it is one of these that can't be used.
    """
    document = Document("exercise", file, ExerciseFileError)
    exercise = document.read(raw, Exercise, lambda _: ())
    name = Path(file).stem
    start = _start(name, exercise, document, Path(file).parent)
    findings = tuple(cross_check(exercise, start))
    if findings:
        raise document.error(findings)
    return NamedExercise(name, exercise, start, document)


def _start(name: str, exercise: Exercise, document: Document, folder: Path) -> NamedScenario:
    """The card at first: a scenario, or what the exercise itself says of it, as one."""
    key = "scenario" if exercise.scenario is not None else "profile"
    try:
        if exercise.scenario is not None:
            return _scenario(exercise.scenario, folder)
        profile_file, profile = profile_beside(str(exercise.profile), folder)
    except (OSError, DocumentError) as error:
        if isinstance(error, DocumentError):
            raise
        reason = f"can't be read: {error.strerror}" if error.errno is not None else str(error)
        raise document.error((Finding((key,), reason),)) from error
    scenario = _as_scenario(exercise, profile)
    findings = tuple(Finding(("start", *one.path), one.message) for one in scenario_findings(scenario, profile))
    if findings:
        raise document.error(findings)
    return NamedScenario(name, scenario, profile, document, profile_file)


def _as_scenario(exercise: Exercise, profile: Profile) -> Scenario:
    start = exercise.start or Start()
    return Scenario(
        schema=1,
        profile=profile.id,
        title=exercise.title,
        text=exercise.story,
        assumed="An exercise's own.",
        codes=start.codes,
        parts=start.parts,
        card=start.card,
        holder=start.holder,
        areas=start.areas,
        faults=start.faults,
    )


def _scenario(name: str, folder: Path) -> NamedScenario:
    path = Path(name)
    return read_scenario(folder / path) if path.suffix in _SUFFIXES else load_scenario(name)


def _directory() -> Path:
    return shipped_directory() / "exercises"
