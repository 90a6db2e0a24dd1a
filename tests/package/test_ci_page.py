"""What docs/ci.md shows for GitHub, step by step as a runner does it; and the development container's command."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.package.ci_page import shown
from tests.package.conftest import ROOT, Environment

pytestmark = [pytest.mark.package, pytest.mark.timeout(900)]

# Looks whether what it would install is there; the machine stays as it is.
SUDO = """#!/bin/sh
[ "$1 $2" = "apt-get install" ] || exit 1
shift 2
for package; do
    case $package in -*) continue ;; esac
    dpkg-query --show --showformat '${Status}\n' "$package" | grep -qx 'install ok installed' || exit 1
done
"""


class Runner:
    """One job's runner: a shell a step; what a step writes to these two files is there for those after it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.temporary = folder, folder / "temp"
        for made in (folder, self.temporary, folder / "bin", folder / "home"):
            made.mkdir()
        self.path, self.variables = folder / "path", folder / "env"
        self.path.touch()
        self.variables.touch()
        sudo = folder / "bin" / "sudo"
        sudo.write_text(SUDO)
        sudo.chmod(0o755)

    def environment(self) -> dict[str, str]:
        added = self.path.read_text().split()
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV"))}
        return {
            **kept,
            "HOME": str(self.folder / "home"),
            "PATH": ":".join([*reversed(added), str(self.folder / "bin"), "/usr/sbin:/usr/bin:/sbin:/bin"]),
            "RUNNER_TEMP": str(self.temporary),
            "GITHUB_PATH": str(self.path),
            "GITHUB_ENV": str(self.variables),
            **dict(line.split("=", 1) for line in self.variables.read_text().splitlines()),
        }

    def step(self, step: dict[str, Any], inputs: dict[str, str]) -> str:
        """Runs a step as the runner does; gives what it wrote."""
        own = {
            name: re.sub(r"\$\{\{ inputs\.(\w+) \}\}", lambda found: inputs[found[1]], value)
            for name, value in step.get("env", {}).items()
        }
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
            cwd=self.folder, env=self.environment() | own, capture_output=True, text=True, timeout=600, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


def test_github_has_a_card_for_the_steps_after_the_action(wheel: Path, bare: Environment) -> None:
    action = shown(".github/actions/stuntcard/action.yml")
    job = shown(".github/workflows/card-tests.yml")["jobs"]["card-tests"]["steps"]
    assert job[1]["uses"] == "./.github/actions/stuntcard"
    assert set(job[1]["with"]) == set(action["inputs"])
    # A socket's path is short.
    runner = Runner(bare.home / "runner")
    inputs = {**job[1]["with"], "package": str(wheel)}
    for step in action["runs"]["steps"]:
        runner.step(step, inputs)
    try:
        assert "token label        : TokenME" in runner.step(job[2], {})
        assert "qa (tokenme): operational" in runner.step(job[3], {})
    finally:
        runner.step({"run": "stuntcard stop qa"}, {})
        shutil.rmtree(runner.folder)


def test_the_development_container_makes_what_there_is_to_make() -> None:
    made = json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text())
    targets = re.findall(r"make (\w+)", made["postCreateCommand"])
    assert targets == ["setup"]
    assert re.search(r"^setup:", (ROOT / "Makefile").read_text(), re.MULTILINE)
