"""The commands `profile`: profiles of one's own, begun, checked, and written with an editor's help."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from stuntcard.cli.completion import complete_profile
from stuntcard.cli.exit import fail, failing
from stuntcard.cli.groups import new_group
from stuntcard.cli.loading import failing_to_read, loaded_profile
from stuntcard.cli.options import ProfileArgument

if TYPE_CHECKING:
    from stuntcard.profile.blocks import Language
    from stuntcard.profile.model import Profile

profile_app = new_group("Begin a profile of your own, check it, or write it with an editor.", mainly="check")


def add_to(app: typer.Typer) -> None:
    """Adds the commands to the others."""
    app.add_typer(profile_app, name="profile")


@profile_app.command()
def new(
    file: Annotated[Path, typer.Argument(help="The new file; its name is the card's id, as in my-card.yaml.")],
    source: Annotated[
        str,
        typer.Option(
            "--from",
            help="The profile that is nearest to your card: an id, or a YAML file's path.",
            metavar="PROFILE",
            autocompletion=complete_profile,
        ),
    ],
    name: Annotated[
        str | None, typer.Option(help="What people call the card; without one, as its id.", metavar="NAME")
    ] = None,
    language: Annotated[
        str | None, typer.Option(help="Keep the texts in this language alone: en, cs or sl.", metavar="LANGUAGE")
    ] = None,
) -> None:
    """Begin a profile of your own with a copy of another: the same card under an id, a name and a number of its own.

    Example: stuntcard profile new --from proid-q my-card.yaml --language en
    """
    from stuntcard.profile.copying import NewProfile, copied
    from stuntcard.profile.load import profile_path, read_profile_text
    from stuntcard.profile.places import SUFFIXES

    if file.suffix not in SUFFIXES:
        fail(f"{file}: a profile's file ends in .yaml; try {file}.yaml")
    loaded_profile(source)
    with failing_to_read(source):
        text = read_profile_text(profile_path(source)).decode()
    if any("\ud800" <= letter <= "\udfff" for letter in f"{file.stem}{name}"):
        fail(f"{name or file.stem!r}: a name is text in UTF-8")
    made = copied(text, NewProfile(file.stem, name or file.stem, _language(language)))
    profile = _good(made, file)
    _write(file, made)
    typer.echo(f"{file}: {profile.name}, as {source} is. Change it, then: stuntcard profile check {file}")
    typer.echo(f"Run it: stuntcard run {_how_found(profile.id, file)}")


def _write(file: Path, text: str) -> None:
    try:
        with file.open("x", encoding="utf-8") as stream:
            stream.write(text)
    except FileExistsError:
        fail(f"{file}: is there already; choose another name")
    except OSError as error:
        fail(f"{file}: can't be written: {error.strerror}")


def _language(name: str | None) -> Language | None:
    from stuntcard.messages import UnknownLanguageError, messages_in

    if name is None:
        return None
    try:
        return messages_in(name).language
    except UnknownLanguageError as error:
        fail(str(error))


def _good(text: str, file: Path) -> Profile:
    """The new profile, where it is a good one: its id and name come from outside."""
    from stuntcard.profile.load import ProfileError, parse_profile

    try:
        return parse_profile(text.encode(), str(file))
    except ProfileError as error:
        fail("\n".join(dict.fromkeys(f"{file}: {mistake.message}" for mistake in error.mistakes)))


def _how_found(id_: str, file: Path) -> str:
    """What is typed for the card."""
    from stuntcard.profile.places import own_directories

    if file.absolute().parent in own_directories():
        return id_
    typed = file if file.name != str(file) else f"./{file}"
    return f"{typed} (or {id_}, once the file lies in {own_directories()[0]})"


@profile_app.command()
def check(profile: ProfileArgument) -> None:
    """Check a profile, and tell all that is wrong with it, with line and column, and which texts are missing.

    Example: stuntcard profile check my-card.yaml
    """
    from stuntcard.profile.languages import missing_texts
    from stuntcard.profile.load import ProfileError, load_profile, profile_path

    with failing_to_read(profile), failing(ProfileError):
        file, found = profile_path(profile), load_profile(profile)
    typer.echo(f"{file}: good; a profile of {found.name}")
    for language, places in missing_texts(found).items():
        texts = "text is" if len(places) == 1 else "texts are"
        typer.echo(f"{language}: {len(places)} {texts} missing, and another language's stand in: {', '.join(places)}")
    _tell_if_hidden(found.id, file)


def _tell_if_hidden(id_: str, file: Path) -> None:
    """Says so where the profile's id means another one."""
    from stuntcard.profile.load import profile_names, profile_path

    if id_ in profile_names() and profile_path(id_).resolve() != file.resolve():
        typer.echo(f"{id_} alone means {profile_path(id_)}; this one is found by its path only")


@profile_app.command()
def schema() -> None:
    """Write the JSON Schema of profiles, for editors that check and complete YAML.

    Example: stuntcard profile schema > profile.schema.json
    """
    from stuntcard.profile.model import Profile

    typer.echo(json.dumps(Profile.model_json_schema(by_alias=True), indent=2))
