"""The package as it would be published: built once, and installed in environments that hold nothing else."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PATIENCE = 180


@dataclass(frozen=True)
class Ended:
    """What a program ended with and wrote."""

    status: int
    out: str
    err: str


@dataclass(frozen=True)
class Environment:
    """A virtual environment with the wheel in it, and a home of its own for what the commands keep."""

    folder: Path
    home: Path

    def run(self, *command: str | Path) -> Ended:
        """Runs a program of the environment to its end."""
        with self.started(*command) as program:
            out, err = program.communicate(timeout=PATIENCE)
        return Ended(program.returncode, out, err)

    @contextmanager
    def started(self, *command: str | Path) -> Iterator[subprocess.Popen[str]]:
        """Starts a program of the environment, with nothing of this checkout or its environment in reach."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV"))}
        own = dict.fromkeys(("HOME", "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME", "XDG_DATA_HOME"), str(self.home))
        program = subprocess.Popen(
            [str(self.folder / "bin" / command[0]), *(str(part) for part in command[1:])],
            cwd=self.home,
            env=kept | own | {"PATH": f"{self.folder / 'bin'}:/usr/bin:/bin", "LC_ALL": "C.UTF-8"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        with program:
            try:
                yield program
            finally:
                program.terminate()

    def done(self, *command: str | Path) -> str:
        """Has a program do something, which must be done; gives what it writes."""
        ended = self.run(*command)
        assert ended.status == 0, ended.out + ended.err
        return ended.out

    def install(self, *what: str | Path) -> None:
        """Installs by pip, in the versions that the lock has."""
        constraints = self.home / "constraints.txt"
        constraints.write_text("\n".join(locked_versions()))
        pip(
            "--python",
            self.folder / "bin" / "python",
            "install",
            "--quiet",
            "--constraint",
            constraints,
            *what,
        )


def pip(*arguments: str | Path) -> None:
    """The pip of the development environment."""
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", *(str(part) for part in arguments)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def locked_versions() -> list[str]:
    """What the lock pins, without its hashes: with these, pip would want one of the wheel too."""
    return re.findall(r"^[\w.-]+==[^\\\n]+", (ROOT / "locks" / "development.txt").read_text(), re.MULTILINE)


@pytest.fixture(scope="session")
def sdist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The source distribution of this checkout."""
    folder = tmp_path_factory.mktemp("sdist")
    build = [sys.executable, "-m", "hatchling", "build", "--target", "sdist", "--directory", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True, timeout=PATIENCE)
    [built] = folder.iterdir()
    return built


@pytest.fixture(scope="session")
def unpacked(sdist: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that the source distribution unpacks to."""
    folder = tmp_path_factory.mktemp("unpacked")
    subprocess.run(["tar", "-xzf", sdist, "-C", folder], check=True, timeout=PATIENCE)
    [top] = folder.iterdir()
    return top


@pytest.fixture(scope="session")
def wheel(sdist: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from the source distribution and not from the checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    pip("wheel", "--quiet", "--no-deps", "--no-index", "--no-build-isolation", "--wheel-dir", folder, sdist)
    [built] = folder.iterdir()
    return built


def new_environment(folder: Path) -> Iterator[Environment]:
    venv.create(folder, with_pip=False)
    home = Path(tempfile.mkdtemp(prefix="sc-"))  # in a path short enough for a Unix socket
    yield Environment(folder, home)
    shutil.rmtree(home)


@pytest.fixture(scope="session")
def bare(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Environment]:
    """An environment with the wheel, what it asks for, and pytest for its plugin."""
    for environment in new_environment(tmp_path_factory.mktemp("bare")):
        environment.install(wheel, "pytest")
        yield environment


@pytest.fixture(scope="session")
def with_tools(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Environment]:
    """An environment with the wheel and its extra."""
    for environment in new_environment(tmp_path_factory.mktemp("tools")):
        environment.install(f"{wheel}[tools]")
        yield environment
