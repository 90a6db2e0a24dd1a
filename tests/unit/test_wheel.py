"""A wheel built from this checkout, installed elsewhere, works away from it."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import tempfile
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PATIENCE = 120


def run(*command: str | Path, cwd: Path, environment: dict[str, str] | None = None) -> str:
    result = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env={**os.environ, **(environment or {})},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A virtual environment with the wheel in it, and nothing downloaded for that."""
    folder = tmp_path_factory.mktemp("wheel")
    offline = ("--no-deps", "--no-index", "--disable-pip-version-check", "-q")
    run(sys.executable, "-m", "pip", "wheel", "--no-build-isolation", *offline, "-w", folder, ROOT, cwd=folder)
    [wheel] = folder.glob("stuntcard-*.whl")
    environment = folder / "venv"
    venv.create(environment, with_pip=False)
    pip = (sys.executable, "-m", "pip", "--python", environment / "bin" / "python")
    run(*pip, "install", *offline, wheel, cwd=folder)
    return environment


def away(installed: Path, *command: str | Path) -> str:
    """A command of the environment, from its own folder; libraries come from where these tests have them."""
    with tempfile.TemporaryDirectory(prefix="sc-") as runtime:  # in a path short enough for a Unix socket
        environment = {"PYTHONPATH": sysconfig.get_path("purelib"), "XDG_RUNTIME_DIR": runtime}
        return run(installed / "bin" / command[0], *command[1:], cwd=installed, environment=environment)


def test_it_is_the_installed_package_that_runs(installed: Path) -> None:
    where = away(installed, "python", "-c", "import stuntcard; print(stuntcard.__file__)").strip()
    assert Path(where).is_relative_to(installed)


def test_the_profiles_travel_inside(installed: Path) -> None:
    listed = [line.split()[0] for line in away(installed, "stuntcard", "list").splitlines()]
    assert listed == sorted(path.stem for path in (ROOT / "profiles").glob("*.yaml"))
    assert "PQ-06" in away(installed, "stuntcard", "show", "proid-q")


def test_a_card_can_be_run(installed: Path) -> None:
    script = 'test -S "$PCSCLITE_CSOCK_NAME" && echo served'
    assert away(installed, "stuntcard", "exec", "proid-q", "--", "sh", "-c", script) == "served\n"
