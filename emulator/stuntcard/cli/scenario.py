"""The `scenario` commands. In a module that `exec` does not load."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Annotated

import typer

BAD_INPUT = 2

scenario_app = typer.Typer(
    no_args_is_help=True, help="Cards in trouble, ready made: `run --scenario NAME`, `exec --scenario NAME`."
)

LanguageOption = Annotated[str, typer.Option(help="en, cs or sl.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Write JSON, for scripts.")]
NameArgument = Annotated[str, typer.Argument(help="A scenario (see `stuntcard scenario list`), or a YAML file's path.")]


def add_to(app: typer.Typer) -> None:
    """Adds the commands to the others."""
    app.add_typer(scenario_app, name="scenario")


@scenario_app.command("list")
def list_scenarios(
    profile: Annotated[str | None, typer.Argument(help="A profile's id; absent: of all cards.")] = None,
    language: LanguageOption = "en",
    as_json: JsonOption = False,
    markdown: Annotated[bool, typer.Option("--markdown", help="Write a table in Markdown.")] = False,
) -> None:
    """List the scenarios that come with Stuntcard.

    Example: stuntcard scenario list zzzs-pk --language sl
    """
    from stuntcard.running.scenarios import listing

    _print(lambda: listing(profile, language, "json" if as_json else "markdown" if markdown else "text"))


@scenario_app.command()
def show(name: NameArgument, language: LanguageOption = "en", as_json: JsonOption = False) -> None:
    """Show a scenario: what happened, the card as it stands then, and what should come of it.

    Example: stuntcard scenario show proid-q-puk-last-try --language cs
    """
    from stuntcard.running.scenarios import shown

    _print(lambda: shown(name, language, as_json))


@scenario_app.command()
def check(
    scenarios: Annotated[list[str], typer.Argument(help="YAML files, or scenarios' names.")],
    language: LanguageOption = "en",
) -> None:
    """Check scenarios: their form, and that a card can come to the state that they want.

    Example: stuntcard scenario check my-scenario.yaml
    """
    from stuntcard.running.scenarios import checked

    _print(lambda: "\n".join(checked(name, language) for name in scenarios))


@scenario_app.command()
def schema() -> None:
    """Write the JSON Schema of scenarios, for editors that check and complete YAML.

    Example: stuntcard scenario schema > scenario.schema.json
    """
    import json

    from stuntcard.scenario.model import Scenario

    _print(lambda: json.dumps(Scenario.model_json_schema(by_alias=True), indent=2))


def _print(text: Callable[[], str]) -> None:
    from stuntcard.profile.document import DocumentError
    from stuntcard.running.scenarios import ScenarioRefusedError

    try:
        typer.echo(text())
    except (ScenarioRefusedError, DocumentError) as error:
        print(error, file=sys.stderr)
        raise typer.Exit(BAD_INPUT) from error
