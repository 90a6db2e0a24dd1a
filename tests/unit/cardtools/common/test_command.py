"""How the tools' commands start and end: the version, the completion of shells, and what is missing."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from importlib.metadata import requires, version
from pathlib import Path

import pytest

from tests import programs

TOOLS = {
    "cardmanager": "cardtools.manager.cli",
    "enrol": "cardtools.enrol.cli",
    "cardtools-ca": "cardtools.ca.cli",
    "cardconsole": "cardtools.console.cli",
}
# The modules of the extra by which its commands can fail, with a command that needs each.
WITHOUT = [
    ("cardmanager", ("show",), "smartcard"),
    ("cardmanager", ("change", "PIN"), "smartcard"),
    ("cardmanager", ("devices",), "pkcs11"),
    ("enrol", ("request", "qualified"), "smartcard"),
    ("enrol", ("clean",), "pkcs11"),
    ("enrol", ("download", "BP0123456789"), "httpx"),
    ("cardtools-ca", ("run", "."), "fastapi"),
    ("cardtools-ca", ("run", "."), "jinja2"),
    ("cardtools-ca", ("run", "."), "python_multipart"),
    ("cardtools-ca", ("run", "."), "uvicorn"),
    ("cardtools-ca", ("mail", ".", "card.eml"), "pyhanko"),
    ("cardconsole", ("--no-browser",), "fastapi"),
    ("cardconsole", ("--no-browser",), "httpx"),
    ("cardconsole", ("--no-browser",), "jinja2"),
    ("cardconsole", ("--no-browser",), "python_multipart"),
    ("cardconsole", ("--no-browser",), "uvicorn"),
]
PROGRAM = """
import importlib, importlib.abc, sys

module, missing = sys.argv[1], set(sys.argv[2].split(","))

class Missing(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name.partition(".")[0] in missing:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Missing())
sys.argv[1:] = sys.argv[3:]
importlib.import_module(module).main()
"""


def run(
    tool: str, *arguments: str, folder: Path, missing: Sequence[str] = (), **environment: str
) -> subprocess.CompletedProcess[str]:
    """Runs a tool in an empty folder, in an environment in which some modules are not installed."""
    own = {**os.environ, "LC_ALL": "C.UTF-8", "ENROL_HOME": str(folder), "XDG_STATE_HOME": str(folder)}
    command = (sys.executable, "-c", PROGRAM, TOOLS[tool], ",".join(missing), *arguments)
    return programs.run(*command, cwd=folder, env=own | environment)


@pytest.mark.parametrize("tool", TOOLS)
def test_the_version(tool: str, tmp_path: Path) -> None:
    ended = run(tool, "--version", folder=tmp_path)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, f"{tool} {version('stuntcard')}\n", "")


@pytest.mark.parametrize(
    ("tool", "typed", "offered"),
    [
        ("cardmanager", "set", "set-first"),
        ("enrol", "dow", "download"),
        ("cardconsole", "cl", "class"),
        ("cardtools-ca", "tok", "token"),
    ],
)
def test_shells_complete_a_subcommand(tool: str, typed: str, offered: str, tmp_path: Path) -> None:
    words = {f"_{tool.upper().replace('-', '_')}_COMPLETE": "complete_bash", "COMP_WORDS": f"{tool} {typed}"}
    ended = run(tool, folder=tmp_path, COMP_CWORD="1", **words)
    assert (ended.returncode, ended.stdout.split(), ended.stderr) == (0, [offered], "")


@pytest.mark.parametrize(("tool", "arguments", "missing"), WITHOUT)
def test_without_the_extra_a_command_says_how_to_install_it(
    tool: str, arguments: tuple[str, ...], missing: str, tmp_path: Path
) -> None:
    ended = run(tool, *arguments, folder=tmp_path, missing=[missing])
    assert (ended.returncode, ended.stdout, ended.stderr) == (
        69,
        "",
        f"{tool} needs {missing}, which is not installed. Install it: pip install 'stuntcard[tools]'\n",
    )


@pytest.mark.parametrize("tool", TOOLS)
def test_without_all_of_the_extra_a_command_still_tells_of_itself(tool: str, tmp_path: Path) -> None:
    extra = [
        "fastapi", "fpdf", "httpx", "jinja2", "pyhanko", "pyhanko_certvalidator", "smartcard", "python_multipart",
        "pkcs11", "uvicorn", "anyio", "starlette",
    ]  # fmt: skip
    assert len([one for one in requires("stuntcard") or [] if one.endswith("extra == 'tools'")]) <= len(extra)
    for option in ("--version", "--help"):
        assert run(tool, option, folder=tmp_path, missing=extra).returncode == 0
