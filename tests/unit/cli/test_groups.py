"""A word that is no command, and an option in a wrong place: every group tells what was meant."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from stuntcard.cli.app import all_commands
from stuntcard.cli.groups import Group
from typer.core import TyperGroup
from typer.main import get_command
from typer.testing import CliRunner


def said(line: str) -> str:
    """What a mistake is told, without the frame around it and its line breaks."""
    result = CliRunner().invoke(all_commands(), line.split(), prog_name="stuntcard")
    assert (result.exit_code, result.stdout) == (2, "")
    return " ".join(result.stderr.replace("│", " ").split())


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("card lst", "stuntcard card has no command 'lst'. Did you mean `stuntcard card list`? It has: new, list,"),
        ("exce", "stuntcard has no command 'exce'. Did you mean `stuntcard exec`? All that it has: stuntcard --help"),
        ("exercise stop", "There is `stuntcard stop`. It has: list, show, check, schema, start, status, hint, call."),
        ("campaign show", "There is `stuntcard show`. It has: list, check, schema, run, repeat, report, compare,"),
        ("restore", "stuntcard has no command 'restore'. There is `stuntcard snapshot restore`."),
        ("trace a.jsonl", "If a command shall have it, say which, as in: stuntcard trace show a.jsonl It has: show,"),
        ("proid-q", "If a command shall have it, say which, as in: stuntcard run proid-q"),
        ("--language cs show proid-q", "--language. It stands behind the command: stuntcard show --language"),
        ("list --version", "No such option: --version. It stands before the command: stuntcard --version … list"),
        ("show proid-q --languag cs", "No such option: --languag (Possible options: --language)"),
        ("show proid-q --nothing-like-it", "No such option: --nothing-like-it"),
    ],
)
def test_what_was_meant_is_told(typed: str, told: str) -> None:
    assert told in said(typed)


def groups(group: TyperGroup, path: str) -> Iterator[tuple[str, TyperGroup]]:
    yield path, group
    for name, command in group.commands.items():
        if isinstance(command, TyperGroup):
            yield from groups(command, f"{path} {name}")


def test_every_group_tells_so_and_its_ordinary_command_is_one_of_its_own() -> None:
    root = get_command(all_commands())
    assert isinstance(root, TyperGroup)
    for path, group in groups(root, "stuntcard"):
        assert isinstance(group, Group), path
        assert group.ordinary in group.commands, path
