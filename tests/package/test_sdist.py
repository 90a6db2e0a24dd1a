"""The source distribution holds all that the checkout does, and so can test itself."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.package.conftest import PATIENCE, ROOT

pytestmark = pytest.mark.package


def test_an_index_would_take_both(sdist: Path, wheel: Path) -> None:
    judged = subprocess.run(
        [sys.executable, "-m", "twine", "--no-color", "check", "--strict", sdist, wheel],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert judged.returncode == 0, judged.stdout + judged.stderr
    assert judged.stdout.count("PASSED") == 2


def test_it_holds_every_file_of_the_checkout(unpacked: Path) -> None:
    names = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(names, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    held = {str(path.relative_to(unpacked)) for path in unpacked.rglob("*") if not path.is_dir()}
    assert held - {"PKG-INFO"} == set(listed.split("\0")) - {""}


def test_it_tests_itself(unpacked: Path) -> None:
    """The quickest of its tests; what they test is what was unpacked, and not what the checkout has."""
    environment = {**os.environ, "PYTHONPATH": f"{unpacked / 'emulator'}:{unpacked / 'tools'}"}
    where = [sys.executable, "-c", "import cardtools, stuntcard; print(cardtools.__file__, stuntcard.__file__)"]
    told = subprocess.run(where, cwd=unpacked, env=environment, check=True, capture_output=True, text=True).stdout
    assert [Path(path).is_relative_to(unpacked) for path in told.split()] == [True, True]

    tested = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "tests/unit/iso7816", "tests/unit/test_layers.py"],
        cwd=unpacked,
        env=environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert tested.returncode == 0, tested.stdout
    assert re.search(r"^[0-9]{3,} passed in ", tested.stdout, re.MULTILINE), tested.stdout


def test_the_wheel_is_two_packages_and_four_manual_pages(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    of_hatch, data = (
        next(name.split("/")[0] for name in names if f".{kind}/" in name) for kind in ("dist-info", "data")
    )
    assert {name.split("/")[0] for name in names} == {"stuntcard", "cardtools", of_hatch, data}
    assert {"stuntcard/py.typed", "cardtools/py.typed", f"{of_hatch}/licenses/LICENSE"} <= names
    pages = ("stuntcard", "cardmanager", "enrol", "cardtools-ca", "cardconsole")
    assert {name for name in names if name.startswith(data)} == {
        f"{data}/data/share/man/man1/{page}.1" for page in pages
    }
