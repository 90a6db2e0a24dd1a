"""The manual pages say what the commands say of themselves."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = ROOT / "docs" / "man"


def test_the_pages_are_those_that_make_docs_would_write(tmp_path: Path) -> None:
    subprocess.run([sys.executable, ROOT / "make" / "man_pages.py", tmp_path], check=True, cwd=ROOT, timeout=60)
    written = {page.name: page.read_text() for page in tmp_path.iterdir()}
    assert {page.name: page.read_text() for page in PAGES.iterdir()} == written


def test_every_command_of_the_package_has_a_page() -> None:
    commands = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["scripts"]
    assert {page.stem for page in PAGES.glob("*.1")} == set(commands)
