"""The commands `list` and `show`: the cards there are."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from stuntcard.cli.exit import fail
from stuntcard.cli.loading import loaded_profile
from stuntcard.cli.options import JsonOption, LanguageOption, ProfileArgument

if TYPE_CHECKING:
    from stuntcard.messages import Messages
    from stuntcard.profile.model import Profile


def add_to(app: typer.Typer) -> None:
    """Adds the commands to the others."""
    app.command("list")(list_profiles)
    app.command()(show)


def list_profiles(language: LanguageOption = "", as_json: JsonOption = False) -> None:
    """List the cards there are: those that come with Stuntcard, and your own.

    Example: stuntcard list
    """
    from stuntcard.messages import messages_in
    from stuntcard.profile.load import profiles_found

    messages = messages_in(language)
    profiles, bad = profiles_found()
    for name in bad:
        typer.echo(messages.text("profile-unusable", name=name), err=True)
    if as_json:
        typer.echo(
            json.dumps([{"id": p.id, "name": p.name, "about": p.about.model_dump()} for p in profiles], indent=2)
        )
        return
    for profile in profiles:
        typer.echo(f"{profile.id:12} {profile.name:12} {messages.of(profile.about)}")


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
    language: LanguageOption = "",
) -> None:
    """Show what a card is: its codes, areas and rules, and where each value comes from.

    Example: stuntcard show proid-q
    """
    from stuntcard.messages import messages_in

    loaded, messages = loaded_profile(profile), messages_in(language)
    if attestation_issuer:
        _show_attestation_issuer()
    elif as_json:
        typer.echo(loaded.model_dump_json(indent=2, by_alias=True))
    elif markdown or page is not None:
        _show_as_page(loaded, messages, page)
    else:
        from stuntcard.cli.printing import print_profile

        print_profile(loaded, messages)


def _show_attestation_issuer() -> None:
    from ssl import DER_cert_to_PEM_cert

    from stuntcard.card.attestation import issuer_certificate

    typer.echo(DER_cert_to_PEM_cert(issuer_certificate()), nl=False)


def _show_as_page(profile: Profile, messages: Messages, file: Path | None) -> None:
    from stuntcard.words.card_page import PageError, new_page, updated_page

    if file is None:
        typer.echo(new_page(profile, messages), nl=False)
        return
    try:
        text = (
            updated_page(profile, messages, file.read_text("utf-8")) if file.exists() else new_page(profile, messages)
        )
        file.write_text(text, "utf-8")
    except (PageError, UnicodeDecodeError) as error:
        fail(f"{file}: {error}")
    except OSError as error:
        fail(f"{file}: can't be written: {error.strerror}")
