"""docs/clients.md: every recipe works as it stands, one after the other with the same card."""

from __future__ import annotations

import os
import re
import shlex
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.clients.stuntcard_command import STUNTCARD

pytestmark = pytest.mark.own_module

PAGE = (Path(__file__).parents[2] / "docs" / "clients.md").read_text("utf-8")
SECTIONS = {part.partition("\n")[0]: part for part in re.split(r"^## ", PAGE, flags=re.MULTILINE)[1:]}
BEFORE = "Before"
RECIPES = [title for title, text in SECTIONS.items() if "```sh" in text and title != BEFORE]
PORTS = ("4433", "8088")
"""Those that the page names; a test takes free ones."""
LEFT_OUT = "…"
PATIENCE = 120


def blocks(title: str, language: str) -> list[str]:
    """A section's blocks of one language."""
    return re.findall(rf"^```{language}\n(.+?)^```$", SECTIONS[title], re.DOTALL | re.MULTILINE)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    return port


def run(script: str, folder: Path) -> str:
    """What a script prints that runs as someone would type it, with a home of its own; it must end well."""
    for port in PORTS:
        script = re.sub(rf"\b{port}\b", str(free_port()), script)
    # A machine with much other work takes longer to start a server.
    script = re.sub(r"^sleep \d$", "sleep 3", script, flags=re.MULTILINE)
    environment = {
        **os.environ,
        "PATH": f"{STUNTCARD.parent}:{os.environ['PATH']}:/usr/sbin",
        "HOME": str(folder),
        "XDG_RUNTIME_DIR": str(folder / "run"),
        "LC_ALL": "C.UTF-8",
    }
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=PATIENCE,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """Where everything of "Before" was done; its variables are in the file `environment`."""
    # A socket's path is short.
    with tempfile.TemporaryDirectory(prefix="recipes-") as name:
        folder = Path(name)
        (folder / "run").mkdir(mode=0o700)
        before = "".join(blocks(BEFORE, "sh"))
        try:
            run(f"set -a\n{before}export -p > environment\n", folder)
            yield folder
        finally:
            run("stuntcard stop proid-q || true", folder)


def as_pattern(line: str) -> str:
    """A line of the output shown: what is left out of it may be any characters, or if it is all, any lines."""
    if line == LEFT_OUT:
        return r"(?:.*\n)*"
    return ".*".join(map(re.escape, line.split(LEFT_OUT))) + r"\n"


@pytest.mark.parametrize("title", RECIPES)
def test_a_recipe_works_as_it_stands(title: str, folder: Path, tmp_path: Path) -> None:
    for file in folder.iterdir():
        if file.is_file():
            (tmp_path / file.name).write_bytes(file.read_bytes())
    recipe = "".join(blocks(title, "sh"))
    shown = run(f"source environment\ncd {shlex.quote(str(tmp_path))}\n{recipe}", folder)
    (wanted,) = blocks(title, "text")
    assert re.fullmatch("".join(map(as_pattern, wanted.splitlines())), shown), shown


def test_the_page_names_no_recipe_without_its_output() -> None:
    assert all(len(blocks(title, "text")) == 1 for title in RECIPES)
    assert len(RECIPES) >= 8
