"""The commands for codes."""

from __future__ import annotations

from cardtools.common.command import with_option_groups
from cardtools.manager.cli.app import app
from cardtools.manager.commands.options import CardOptions, CodeArgument, CodeOptions, ReaderOptions


@app.command()
@with_option_groups
def change(code: CodeArgument, *, card: ReaderOptions, codes: CodeOptions) -> None:
    """Change a code with its present value. The new value is asked for twice.

    A code that somebody may have learnt is to be changed. Tell codes to nobody, and write none down with the card.

    Example: cardmanager change PIN
    """
    from cardtools.manager.commands.code_prompts import code_prompts
    from cardtools.manager.commands.codes import change_code
    from cardtools.manager.commands.run import manager_run

    with manager_run(CardOptions(card.reader, card.language)) as run:
        change_code(run, code_prompts(run, codes), code)


@app.command()
@with_option_groups
def unblock(code: CodeArgument, *, card: ReaderOptions, codes: CodeOptions) -> None:
    """Unblock a code with the code that the card has for that, and set its new value in the same act.

    A code that is not blocked but forgotten is set anew in the same way, where the card allows it.

    Example: cardmanager unblock PIN
    """
    from cardtools.manager.commands.code_prompts import code_prompts
    from cardtools.manager.commands.codes import set_by_another
    from cardtools.manager.commands.run import manager_run
    from cardtools.manager.model.code_actions import CodeAction

    with manager_run(CardOptions(card.reader, card.language)) as run:
        set_by_another(run, code_prompts(run, codes), code, CodeAction.UNBLOCK)


@app.command()
@with_option_groups
def set_first(code: CodeArgument, *, card: ReaderOptions, codes: CodeOptions) -> None:
    """Set a code that has no value yet, with the code that the card has for that.

    Such as eObčanka's PUK with IOK, its PIN and QPIN with PUK, and KPEP's PIN with TPIN.

    Example: cardmanager set-first PUK
    """
    from cardtools.manager.commands.code_prompts import code_prompts
    from cardtools.manager.commands.codes import set_by_another
    from cardtools.manager.commands.run import manager_run
    from cardtools.manager.model.code_actions import CodeAction

    with manager_run(CardOptions(card.reader, card.language)) as run:
        set_by_another(run, code_prompts(run, codes), code, CodeAction.SET_FIRST)
