"""The commands `change`, `unblock` and `set-first`."""

from __future__ import annotations

import typer

from cardtools.card import codes as card_codes
from cardtools.manager.acts import Act, code_by, find_code, why_not
from cardtools.manager.options import CodeArgument, CodesFileOption, LanguageOption, ReaderOption, StdinOption
from cardtools.manager.run import Codes, Run, codes_of, run_of
from cardtools.told import Name


def add_to(app: typer.Typer) -> None:
    """Adds the commands to the others."""
    app.command("change")(change)
    app.command("unblock")(unblock)
    app.command("set-first")(set_first)


def change(
    code: CodeArgument,
    reader: ReaderOption = None,
    language: LanguageOption = None,
    stdin: StdinOption = False,
    codes_file: CodesFileOption = None,
) -> None:
    """Change a code with its present value. The new value is asked for twice.

    Example: cardmanager change PIN
    """
    with run_of(reader, language) as run:
        change_code(run, codes_of(run, stdin, codes_file), code)


def unblock(
    code: CodeArgument,
    reader: ReaderOption = None,
    language: LanguageOption = None,
    stdin: StdinOption = False,
    codes_file: CodesFileOption = None,
) -> None:
    """Unblock a code with the code that the card has for that, and set its new value in the same act.

    A code that is not blocked but forgotten is set anew in the same way, where the card allows it.

    Example: cardmanager unblock PIN
    """
    with run_of(reader, language) as run:
        set_by_another(run, codes_of(run, stdin, codes_file), code, Act.UNBLOCK)


def set_first(
    code: CodeArgument,
    reader: ReaderOption = None,
    language: LanguageOption = None,
    stdin: StdinOption = False,
    codes_file: CodesFileOption = None,
) -> None:
    """Set a code that has no value yet, with the code that the card has for that.

    Such as eObčanka's PUK with IOK, its PIN and QPIN with PUK, and KPEP's PIN with TPIN.

    Example: cardmanager set-first PUK
    """
    with run_of(reader, language) as run:
        set_by_another(run, codes_of(run, stdin, codes_file), code, Act.SET_FIRST)


def change_code(run: Run, codes: Codes, name: str) -> None:
    """Changes a code. Raises ToldError; what is wrong with the values is found before the card gets any."""
    card = run.read_card()
    code = find_code(card, name)
    if reason := why_not(card, code, Act.CHANGE):
        raise reason
    old = codes.present(code)
    new = codes.new(code)
    with run.connection() as connection:
        card_codes.change(connection, code, old, new)
    run.say("changed", code=Name(code.name))


def set_by_another(run: Run, codes: Codes, name: str, act: Act) -> None:
    """Unblocks a code, or sets it first, with the one that the card names for that. Raises ToldError."""
    card = run.read_card()
    code = find_code(card, name)
    if reason := why_not(card, code, act):
        raise reason
    by = code_by(card, code)
    assert by is not None, "why_not refuses what no code sets"
    by_value = codes.present(by)
    new = codes.new(code)
    with run.connection() as connection:
        card_codes.reset(connection, code, by, by_value, new)
    run.say("unblocked" if act is Act.UNBLOCK else "set-first-done", code=Name(code.name), by=Name(by.name))
