"""docs/explore-and-advise.md shows what the commands really print."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from tests.unit.cli.command_line import run

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "explore-and-advise.md").read_text("utf-8")
EXAMPLES = re.findall(r"^```console\n\$ stuntcard (.+?)\n(.+?)\n```$", PAGE, re.DOTALL | re.MULTILINE)
LEFT_OUT = "…"
"""A line that stands for any number of lines."""


def test_there_are_examples_of_both_commands_in_all_languages() -> None:
    commands = {command for command, _ in EXAMPLES}
    assert {command.split()[0] for command in commands} == {"explore", "advise"}
    assert all(any(f"--language {language}" in command for command in commands) for language in ("cs", "sl"))


@pytest.mark.parametrize(("command", "shown"), EXAMPLES, ids=[command for command, _ in EXAMPLES])
def test_an_example_is_what_the_command_prints(
    command: str, shown: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (claim,) = re.findall(r"```yaml\nclaims:\n(.+?)```", PAGE, re.DOTALL)
    profile = (ROOT / "profiles" / "zzzs-pk.yaml").read_text("utf-8")
    (tmp_path / "my-card.yaml").write_text(profile + claim, "utf-8")

    result = run(*shlex.split(command))
    assert result.exit_code == (1 if "BROKEN" in shown else 0)
    pieces = [re.escape(piece) for piece in shown.split(f"{LEFT_OUT}\n")]
    pattern = r"(?:.*\n)*".join(pieces).removesuffix(re.escape(LEFT_OUT))
    assert re.match(pattern if pattern.endswith("\n") else rf"{pattern}\n\Z", result.output), result.output
