"""What is installed is bounded for those who install the wheel, and locked for those who develop."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
LOCKS = sorted((ROOT / "locks").glob("*.txt"))


def named(*tables: list[str | dict[str, str]]) -> list[Requirement]:
    return [Requirement(entry) for table in tables for entry in table if isinstance(entry, str)]


GROUPS = PROJECT["dependency-groups"]
BUILD = named(PROJECT["build-system"]["requires"], GROUPS["build"])
ALL = BUILD + named(
    PROJECT["project"]["dependencies"], *PROJECT["project"]["optional-dependencies"].values(), *GROUPS.values()
)


@dataclass(frozen=True)
class Locked:
    """One package of a lock: its name, its only version, and the hashes of its files."""

    name: str
    version: str
    hashes: tuple[str, ...]


def entries(lock: Path) -> Iterator[Locked]:
    lines = "".join(line for line in lock.read_text().splitlines(keepends=True) if not line.startswith("#"))
    for entry in lines.replace("\\\n", " ").splitlines():
        pinned, *hashes = entry.split(" --hash=")
        name, version = pinned.split(";")[0].strip().split("==")
        yield Locked(name, version, tuple(digest.strip() for digest in hashes))


@pytest.mark.parametrize("requirement", ALL, ids=str)
def test_a_dependency_has_a_lower_and_an_upper_bound(requirement: Requirement) -> None:
    operators = {bound.operator for bound in requirement.specifier}
    assert operators == {">=", "<"}


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_every_locked_package_has_the_hashes_of_its_files(lock: Path) -> None:
    locked = list(entries(lock))
    assert locked
    for package in locked:
        assert package.hashes
        assert all(re.fullmatch("sha256:[0-9a-f]{64}", digest) for digest in package.hashes), package.name


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_a_lock_names_no_place_to_load_from(lock: Path) -> None:
    """So that it serves whoever has an index of their own, and tells of nobody's."""
    text = lock.read_text()
    for telling in ("://", "--index", "--extra-index", "--find-links", " @ "):
        assert telling not in text


def test_the_lock_fits_what_the_project_names() -> None:
    """When this fails, `make lock` mends it."""
    versions = {package.name: package.version for package in entries(ROOT / "locks" / "development.txt")}
    for requirement in ALL:
        assert requirement.specifier.contains(versions[canonicalize_name(requirement.name)]), str(requirement)


def test_what_builds_is_locked_alike_in_both_locks() -> None:
    """It is installed first, by itself: pyscard is built with it."""
    development = list(entries(ROOT / "locks" / "development.txt"))
    build = list(entries(ROOT / "locks" / "build.txt"))
    assert {canonicalize_name(requirement.name) for requirement in BUILD} <= {package.name for package in build}
    assert [package for package in build if package not in development] == []
