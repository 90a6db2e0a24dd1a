"""The commands `change`, `unblock` and `set-first`."""

from __future__ import annotations

from cardtools.card import codes as card_codes
from cardtools.card.pinpad import PinPad
from cardtools.common.told import Name
from cardtools.manager.commands.code_prompts import CodePrompts
from cardtools.manager.commands.run import ManagerRun
from cardtools.manager.model.code_actions import CodeAction, code_by, find_code, why_not


def change_code(run: ManagerRun, codes: CodePrompts, name: str) -> None:
    """Changes a code. Raises ToldError; what is wrong with the values is found before the card gets any."""
    card = run.read_card()
    code = find_code(card, name)
    if reason := why_not(card, code, CodeAction.CHANGE):
        raise reason
    if pad := _pad(codes):
        codes.before_the_pad("pad-change", code, code=Name(code.name))
        with run.connection() as connection:
            card_codes.change_at_pad(connection, pad, code)
    else:
        old = codes.present(code)
        new = codes.new(code)
        with run.connection() as connection:
            card_codes.change(connection, code, old, new)
    run.say("changed", code=Name(code.name))


def set_by_another(run: ManagerRun, codes: CodePrompts, name: str, action: CodeAction) -> None:
    """Unblocks a code, or sets it first, with the one that the card names for that. Raises ToldError."""
    card = run.read_card()
    code = find_code(card, name)
    if reason := why_not(card, code, action):
        raise reason
    by = code_by(card, code)
    assert by is not None, "why_not refuses what no code sets"
    if pad := _pad(codes):
        codes.before_the_pad("pad-set", by, by=Name(by.name), code=Name(code.name))
        with run.connection() as connection:
            card_codes.reset_at_pad(connection, pad, code, by)
    else:
        by_value = codes.present(by)
        new = codes.new(code)
        with run.connection() as connection:
            card_codes.reset(connection, code, by, by_value, new)
    run.say("unblocked" if action is CodeAction.UNBLOCK else "set-first-done", code=Name(code.name), by=Name(by.name))


def _pad(codes: CodePrompts) -> PinPad | None:
    """The reader's keys, where somebody types and it has some for two codes at once."""
    pad = codes.pad()
    return pad if pad is not None and pad.modify_direct is not None else None
