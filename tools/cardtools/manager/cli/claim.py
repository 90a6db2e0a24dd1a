"""The command for a warranty claim."""

from __future__ import annotations

from typing import Annotated

import typer

from cardtools.common.command import with_option_groups
from cardtools.common.options import JsonOption, YesOption
from cardtools.manager.cli.app import app
from cardtools.manager.commands.options import CardOptions, CodeOptions


@app.command()
@with_option_groups
def ready_for_claim(
    check_codes: Annotated[
        bool,
        typer.Option(
            "--check-codes",
            help="Try the factory values; a code that has another loses a try. The last try is never risked.",
        ),
    ] = False,
    prepare: Annotated[
        bool, typer.Option("--prepare", help="Delete what is on the card, and set its codes to the factory values.")
    ] = False,
    yes: YesOption = False,
    *,
    card: CardOptions,
    codes: CodeOptions,
    as_data: JsonOption = False,
) -> None:
    """Tell whether the card is ready for a warranty claim, and what is still missing.

    It is, when no certificate and no key of its user is left, and PIN, PUK and QPIN have their factory values. A code
    that was never changed has it for certain; of any other only --check-codes can tell.

    Ends with 0 when it is ready, and with 1 when it is not, or when that can't be told.

    Example: cardmanager ready-for-claim
    """
    from cardtools.manager.commands.claim import prepare_for_claim, tell_readiness
    from cardtools.manager.commands.code_prompts import code_prompts
    from cardtools.manager.commands.run import manager_run
    from cardtools.manager.model.refusals import UsageError

    with manager_run(card) as run:
        if prepare and (check_codes or as_data):
            raise UsageError("prepare-alone")
        if prepare:
            prepare_for_claim(run, code_prompts(run, codes), yes)
        else:
            tell_readiness(run, check_codes=check_codes, as_data=as_data)
