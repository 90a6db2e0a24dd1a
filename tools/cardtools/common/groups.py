"""Commands in groups; and what was meant by a word that is none of them, and by an option in a wrong place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NoReturn

import typer
from typer._click.exceptions import NoSuchOption  # Click, as Typer brings it along
from typer.core import TyperGroup

if TYPE_CHECKING:
    from typer._click.core import Command, Context  # Click, as Typer brings it along

_FEW = 10
"""As many commands are read at a glance; more are asked for with --help."""
_NEAR_MAX = 3


def new_group(about: str, mainly: str | None = None) -> typer.Typer:
    """A group of commands. `mainly`: the one that is meant where somebody gives what it is for, and no command."""
    return typer.Typer(no_args_is_help=True, cls=group_class(mainly), help=about)


def group_class(mainly: str | None = None) -> type[TyperGroup]:
    """What such a group is made of."""

    class Named(Group):
        ordinary = mainly

    return Named


class Group(TyperGroup):
    """A group that tells what was meant by a word that is none of its commands."""

    ordinary: str | None

    def resolve_command(self, ctx: Context, args: list[str]) -> tuple[str | None, Command | None, list[str]]:
        """As usual, but for a word that is no command."""
        if not (ctx.resilient_parsing or args[0].startswith("-") or args[0] in self.commands):
            ctx.fail(self._no_command(ctx, args[0]))
        return super().resolve_command(ctx, args)

    def _no_command(self, ctx: Context, word: str) -> str:
        from difflib import get_close_matches

        lines = [f"{ctx.command_path} has no command '{word}'."]
        if same := _of_that_name(ctx, word):
            lines.append(f"There is {_or(same)}.")
        elif near := get_close_matches(word, self.commands, _NEAR_MAX):
            lines.append(f"Did you mean {_or(f'{ctx.command_path} {name}' for name in near)}?")
        elif self.ordinary is not None:
            lines.append(f"If a command shall have it, say which, as in: {ctx.command_path} {self.ordinary} {word}")
        few = len(self.commands) <= _FEW
        lines.append(f"It has: {', '.join(self.commands)}." if few else f"All that it has: {ctx.command_path} --help")
        return "\n".join(lines)

    def parse_args(self, ctx: Context, args: list[str]) -> list[str]:
        """As usual, but for an option that belongs to the command that is named behind it."""
        given = list(args)
        try:
            return super().parse_args(ctx, args)
        except NoSuchOption as error:
            for word in given:
                command = self.commands.get(word)
                if command is not None and _has(command, ctx, error.option_name):
                    _out_of_place(error, f"It stands behind the command: {ctx.command_path} {word} {error.option_name}")
            raise

    def invoke(self, ctx: Context) -> object:
        """As usual, but for an option that belongs before the command."""
        try:
            return super().invoke(ctx)
        except NoSuchOption as error:
            mine = error.ctx is not None and error.ctx.parent is ctx
            if error.ctx is not None and mine and _has(self, ctx, error.option_name):
                where = f"{ctx.command_path} {error.option_name} … {error.ctx.info_name}"
                _out_of_place(error, f"It stands before the command: {where}")
            raise


def _out_of_place(error: NoSuchOption, told: str) -> NoReturn:
    error.message, error.possibilities = f"{error.message}.\n{told}", None
    raise error


def _has(command: Command, ctx: Context, option: str) -> bool:
    return any(option in parameter.opts for parameter in command.get_params(ctx))


def _or(commands: Iterable[str]) -> str:
    return " or ".join(f"`{command}`" for command in commands)


def _of_that_name(ctx: Context, name: str) -> list[str]:
    """Whole commands of this name that stand elsewhere; the one that stands in no group is the likeliest."""
    root = ctx.find_root()
    assert isinstance(root.command, TyperGroup)
    found = [command for command in _all(root.command, root.command_path) if command.split()[-1] == name]
    return [one for one in found if one == f"{root.command_path} {name}"] or found[:_NEAR_MAX]


def _all(group: TyperGroup, path: str) -> Iterator[str]:
    for name, command in group.commands.items():
        if isinstance(command, TyperGroup):
            yield from _all(command, f"{path} {name}")
        else:
            yield f"{path} {name}"
