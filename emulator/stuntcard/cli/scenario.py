"""The `scenario` commands: cards in trouble, ready made; listed, shown and checked."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from stuntcard.cli.completion import complete_profile, complete_scenario
from stuntcard.cli.groups import new_group
from stuntcard.cli.loading import scenario_refusals
from stuntcard.cli.options import JsonOption, LanguageOption

scenario_app = new_group("Cards in trouble, ready made: `run --scenario NAME`, `exec --scenario NAME`.", mainly="show")

NameArgument = Annotated[
    str,
    typer.Argument(
        help="A scenario (see `stuntcard scenario list`), or a YAML file's path.", autocompletion=complete_scenario
    ),
]


def add_to(app: typer.Typer) -> None:
    """Adds the commands to the others."""
    app.add_typer(scenario_app, name="scenario")


@scenario_app.command("list")
def list_scenarios(
    profile: Annotated[
        str | None, typer.Argument(help="A profile's id; absent: of all cards.", autocompletion=complete_profile)
    ] = None,
    language: LanguageOption = "",
    as_json: JsonOption = False,
    markdown: Annotated[bool, typer.Option("--markdown", help="Write a table in Markdown.")] = False,
) -> None:
    """List the scenarios that come with Stuntcard.

    Example: stuntcard scenario list zzzs-pk --language sl
    """
    from stuntcard.cli.listing import scenario_listing

    typer.echo(scenario_listing(profile, language, "json" if as_json else "markdown" if markdown else "text"))


@scenario_app.command()
def show(name: NameArgument, language: LanguageOption = "", as_json: JsonOption = False) -> None:
    """Show a scenario: what happened, the card as it stands then, and what should come of it.

    Example: stuntcard scenario show proid-q-puk-last-try --language cs
    """
    from stuntcard.cli.scenario_texts import shown

    with scenario_refusals():
        typer.echo(shown(name, language, as_json))


@scenario_app.command()
def check(
    scenarios: Annotated[
        list[str], typer.Argument(help="YAML files, or scenarios' names.", autocompletion=complete_scenario)
    ],
    language: LanguageOption = "",
) -> None:
    """Check scenarios: their form, and that a card can come to the state that they want.

    Example: stuntcard scenario check my-scenario.yaml
    """
    from stuntcard.cli.scenario_texts import checked

    with scenario_refusals():
        typer.echo("\n".join(checked(name, language) for name in scenarios))


@scenario_app.command()
def schema() -> None:
    """Write the JSON Schema of scenarios, for editors that check and complete YAML.

    Example: stuntcard scenario schema > scenario.schema.json
    """
    from stuntcard.scenario.model import Scenario

    typer.echo(json.dumps(Scenario.model_json_schema(by_alias=True), indent=2))
