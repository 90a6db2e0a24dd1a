"""The commands `settings show` and `settings set`."""

from __future__ import annotations

from typing import Annotated

import typer

from cardtools.enrol.options import JsonOption, LanguageOption
from cardtools.enrol.run import Run, run_of
from cardtools.enrol.settings import FILE, Settings, change_setting, home

settings_app = typer.Typer(no_args_is_help=True, help="Show and change the client's settings.")


def add_to(app: typer.Typer) -> None:
    """Adds the commands to the others."""
    app.add_typer(settings_app, name="settings")


@settings_app.command("show")
def show(language: LanguageOption = None, as_json: JsonOption = False) -> None:
    """Show the settings, and where they are kept.

    Example: enrol settings show
    """
    with run_of(language) as run:
        values = _values(run.settings)
        if as_json:
            run.json(values)
            return
        width = max(len(name) for name in values)
        for name, value in values.items():
            run.line(f"{name:{width}}  {run.messages.text('setting-not-set') if value is None else value}")
        run.progress(str(home() / FILE))


@settings_app.command("set")
def set_(
    name: Annotated[str, typer.Argument(help="ca-url, ca-patience, language or pki-manager-version.")],
    value: Annotated[str, typer.Argument(help='The new value; "" brings the default back.')],
    language: LanguageOption = None,
) -> None:
    """Change a setting.

    Example: enrol settings set pki-manager-version 1.4.10
    """
    with run_of(language) as run:
        _show_change(run, name, change_setting(home(), name, value))


def _show_change(run: Run, name: str, settings: Settings) -> None:
    value = _values(settings)[name]
    if value is None:
        run.say("setting-default", name=name)
    else:
        run.say("setting-set", name=name, value=str(value))


def _values(settings: Settings) -> dict[str, str | float | None]:
    return settings.model_dump(mode="json", by_alias=True)
