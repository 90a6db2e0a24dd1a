"""The commands `desk check` and `desk schema`: desks as YAML files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from stuntcard.cli.exit import fail, failing
from stuntcard.cli.groups import new_group

desk_app = new_group("Check desks as files, for `run --desk FILE` and `exec --desk FILE`.", mainly="check")


def add_to(app: typer.Typer) -> None:
    """Adds the commands to the others."""
    app.add_typer(desk_app, name="desk")


@desk_app.command()
def check(file: Annotated[Path, typer.Argument(help="A desk, as a YAML file.")]) -> None:
    """Check a desk, and tell all that is wrong with it, with line and column.

    Example: stuntcard desk check desk.yaml
    """
    from stuntcard.running.desk_file import DeskFileError, read_desk

    try:
        with failing(DeskFileError):
            plans = read_desk(file)
    except OSError as error:
        fail(f"{file}: can't be read: {error.strerror}")
    names = ", ".join(plan.name or str(plan.scenario) for plan in plans)
    typer.echo(f"{file}: good; a desk with {len(plans)} readers: {names}")


@desk_app.command()
def schema() -> None:
    """Write the JSON Schema of desks, for editors that check and complete YAML.

    Example: stuntcard desk schema > desk.schema.json
    """
    from stuntcard.running.desk_file import DeskFile

    typer.echo(json.dumps(DeskFile.model_json_schema(by_alias=True), indent=2))
