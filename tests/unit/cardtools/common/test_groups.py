"""A word that is no command, and an option in a wrong place: every tool and group tells what was meant."""

from __future__ import annotations

from collections.abc import Iterator

import cardtools.ca.cli
import cardtools.console.cli
import cardtools.enrol.cli
import cardtools.manager.cli
import pytest
import typer
from cardtools.common.groups import Group
from typer.core import TyperGroup
from typer.main import get_command
from typer.testing import CliRunner

APPS = {
    "cardmanager": cardtools.manager.cli.app,
    "enrol": cardtools.enrol.cli.app,
    "cardtools-ca": cardtools.ca.cli.app,
    "cardconsole": cardtools.console.cli.app,
}


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("cardmanager shwo", "cardmanager has no command 'shwo'. Did you mean `cardmanager show`? All that it has:"),
        ("cardmanager --reader x show", "--reader. It stands behind the command: cardmanager show --reader"),
        ("enrol settings langage", "as in: enrol settings set langage It has: show, set."),
        ("enrol qualified", "If a command shall have it, say which, as in: enrol request qualified"),
        ("cardtools-ca token list-all", "cardtools-ca token has no command 'list-all'. Did you mean"),
        ("cardtools-ca undo", "cardtools-ca has no command 'undo'. There is `cardtools-ca bond undo`."),
        ("cardconsole my.yaml", "say which, as in: cardconsole class my.yaml It has: class."),
        ("cardconsole class my.yaml --port 1", "It stands before the command: cardconsole --port … class"),
    ],
)
def test_what_was_meant_is_told(typed: str, told: str) -> None:
    tool, *words = typed.split()
    result = CliRunner().invoke(APPS[tool], words, prog_name=tool)
    assert result.exit_code == 2  # what was typed
    assert told in " ".join(result.stderr.replace("│", " ").split())


def groups(group: TyperGroup) -> Iterator[TyperGroup]:
    yield group
    for command in group.commands.values():
        if isinstance(command, TyperGroup):
            yield from groups(command)


@pytest.mark.parametrize("app", APPS.values(), ids=list(APPS))
def test_every_group_tells_so_and_its_ordinary_command_is_one_of_its_own(app: typer.Typer) -> None:
    root = get_command(app)
    assert isinstance(root, TyperGroup)
    for group in groups(root):
        assert isinstance(group, Group)
        assert group.ordinary is None or group.ordinary in group.commands
