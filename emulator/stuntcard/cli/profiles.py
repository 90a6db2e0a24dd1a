"""The commands `list`, `show` and `profile`: the cards there are, and profiles of one's own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from stuntcard.cli.exit import fail
from stuntcard.cli.loading import loaded_profile
from stuntcard.cli.options import JsonOption, ProfileArgument

if TYPE_CHECKING:
    from stuntcard.profile.model import Profile

profile_app = typer.Typer(no_args_is_help=True, help="Check profiles, or write your own with an editor's help.")


def add_to(app: typer.Typer) -> None:
    """Adds the commands to the others."""
    app.command("list")(list_profiles)
    app.command()(show)
    app.add_typer(profile_app, name="profile")


def list_profiles(as_json: JsonOption = False) -> None:
    """List the cards there are.

    Example: stuntcard list
    """
    from stuntcard.profile.load import profile_names

    profiles = [loaded_profile(name) for name in profile_names()]
    if as_json:
        typer.echo(
            json.dumps([{"id": p.id, "name": p.name, "about": p.about.model_dump()} for p in profiles], indent=2)
        )
        return
    for profile in profiles:
        typer.echo(f"{profile.id:12} {profile.name:12} {profile.about.en}")


def show(
    profile: ProfileArgument,
    as_json: JsonOption = False,
    markdown: Annotated[bool, typer.Option("--markdown", help="Write a Markdown page.")] = False,
    page: Annotated[
        Path | None,
        typer.Option(help="Write it into this Markdown page; your own words around its marks stay.", metavar="FILE"),
    ] = None,
    attestation_issuer: Annotated[
        bool,
        typer.Option(
            "--attestation-issuer", help="Write the certificate, in PEM, that the card's statements about keys rest on."
        ),
    ] = False,
) -> None:
    """Show what a card is: its codes, areas and rules, and where each value comes from.

    Example: stuntcard show proid-q
    """
    loaded = loaded_profile(profile)
    if attestation_issuer:
        _show_attestation_issuer()
    elif as_json:
        typer.echo(loaded.model_dump_json(indent=2, by_alias=True))
    elif markdown or page is not None:
        _show_as_page(loaded, page)
    else:
        from stuntcard.cli.printing import print_profile

        print_profile(loaded)


def _show_attestation_issuer() -> None:
    from ssl import DER_cert_to_PEM_cert

    from stuntcard.card.attestation import issuer_certificate

    typer.echo(DER_cert_to_PEM_cert(issuer_certificate()), nl=False)


def _show_as_page(profile: Profile, file: Path | None) -> None:
    from stuntcard.words.card_page import PageError, new_page, updated_page

    if file is None:
        typer.echo(new_page(profile), nl=False)
        return
    try:
        text = updated_page(profile, file.read_text("utf-8")) if file.exists() else new_page(profile)
        file.write_text(text, "utf-8")
    except (PageError, UnicodeDecodeError) as error:
        fail(f"{file}: {error}")
    except OSError as error:
        fail(f"{file}: can't be written: {error.strerror}")


@profile_app.command()
def check(file: Annotated[Path, typer.Argument(help="A profile, as a YAML file.")]) -> None:
    """Check a profile, and tell all that is wrong with it, with line and column.

    Example: stuntcard profile check my-card.yaml
    """
    from stuntcard.profile.load import ProfileError, read_profile

    try:
        profile = read_profile(file)
    except ProfileError as error:
        fail(str(error))
    except OSError as error:
        fail(f"{file}: can't be read: {error.strerror}")
    typer.echo(f"{file}: good; a profile of {profile.name}")


@profile_app.command()
def schema() -> None:
    """Write the JSON Schema of profiles, for editors that check and complete YAML.

    Example: stuntcard profile schema > profile.schema.json
    """
    from stuntcard.profile.model import Profile

    typer.echo(json.dumps(Profile.model_json_schema(by_alias=True), indent=2))
