"""The command `windows reg`."""

from __future__ import annotations

import sys
from codecs import BOM_UTF16_LE
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from stuntcard.cli.completion import complete_profile
from stuntcard.cli.exit import fail
from stuntcard.cli.groups import new_group
from stuntcard.cli.loading import loaded_profile

if TYPE_CHECKING:
    from stuntcard.words.windows_registry import CardEntry

windows_app = new_group("What Windows wants to know of the cards.", mainly="reg")

_OF_OPENSC = r"C:\Program Files\OpenSC Project\OpenSC\minidriver\opensc-minidriver.dll"
_OF_WINDOWS = "msclmd.dll"
_IN_BOX = ("gids", "piv")
"""The command sets that Windows' own minidriver speaks."""


def add_to(app: typer.Typer) -> None:
    """Adds the commands to the others."""
    app.add_typer(windows_app, name="windows")


@windows_app.command()
def reg(
    profiles: Annotated[
        list[str] | None,
        typer.Argument(
            help="Profiles, by id or file; without any, all that there are.",
            metavar="[PROFILE]...",
            autocompletion=complete_profile,
            show_default=False,
        ),
    ] = None,
    output: Annotated[
        Path | None, typer.Option(help="Write this file, in UTF-16 as regedit does; without it, to the screen.")
    ] = None,
    remove: Annotated[bool, typer.Option("--remove", help="Take out again what was entered.")] = False,
    minidriver: Annotated[str, typer.Option(help="Where OpenSC's minidriver is, on Windows.")] = _OF_OPENSC,
) -> None:
    """Write a .reg file that tells Windows by their ATRs which driver the cards are for.

    The cards' own ATRs and MyEID's go to OpenSC, those of gids and piv to the driver that Windows brings along.

    Example: stuntcard windows reg --output cards.reg
    """
    from stuntcard.words.windows_registry import registry_file

    text = registry_file(_entries(profiles, minidriver), remove=remove)
    if output is None:
        sys.stdout.write(text.replace("\r\n", "\n"))
        return
    try:
        output.write_bytes(BOM_UTF16_LE + text.encode("utf-16-le"))
    except OSError as error:
        fail(f"--output {output}: can't be written: {error.strerror}")


def _entries(profiles: list[str] | None, minidriver: str) -> Iterator[CardEntry]:
    """An entry for each ATR that one of the cards can have."""
    from stuntcard.applets.registry import ATRS
    from stuntcard.profile.load import profile_names
    from stuntcard.words.windows_registry import CardEntry

    models = [loaded_profile(name) for name in profiles or profile_names()]
    named = [(f"shown as {name}", atr, _OF_WINDOWS if name in _IN_BOX else minidriver) for name, atr in ATRS.items()]
    named += [(model.name, model.atr.value, minidriver) for model in models]
    done = set()
    for name, atr, driver in named:
        if atr not in done:
            done.add(atr)
            yield CardEntry(f"Stuntcard {name}", bytes.fromhex(atr), driver)
