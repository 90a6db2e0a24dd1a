"""The command for several acts."""

from __future__ import annotations

from cardtools.common.command import with_option_groups
from cardtools.manager.cli.app import app
from cardtools.manager.commands.options import CardOptions


@app.command()
@with_option_groups
def shell(
    *,
    card: CardOptions,
) -> None:
    """Do several things one after another; a code that opens the card is asked for once.

    Commands are typed as they are without `cardmanager`; `login`, `logout`, `help` and `exit` come in addition. A login
    ends when the card is taken out. A code for a single use, such as QPIN, is asked for each time.

    Example: cardmanager shell
    """
    from cardtools.manager.commands.shell import run_shell

    run_shell(lambda words: app(words, prog_name="cardmanager"), card)
