"""The command `ready-for-claim`: what is still missing for a warranty claim, and making the card ready."""

from __future__ import annotations

import typer

from cardtools.card import codes as card_codes
from cardtools.card.status import CodeState
from cardtools.common.exit_codes import ExitCode
from cardtools.common.told import Name, ToldError
from cardtools.manager.commands.code_prompts import CodePrompts
from cardtools.manager.commands.run import ManagerRun
from cardtools.manager.model.claim import KnownValue, Readiness, readiness_of, with_codes_tried
from cardtools.manager.model.code_actions import code_by
from cardtools.manager.model.describing import container_line
from cardtools.manager.model.inventory import Inventory
from cardtools.manager.model.refusals import ManagerError
from cardtools.manager.model.writing import erase_key, writing_code

# Telling


def tell_readiness(run: ManagerRun, *, check_codes: bool, as_data: bool) -> None:
    """Tells what is still missing, and ends the command with 1 when something is. Raises ToldError, typer.Exit."""
    readiness = readiness_of(run.read_inventory())
    if check_codes:
        with run.connection() as connection:
            readiness = with_codes_tried(connection, readiness)
    if as_data:
        run.json(_data(readiness))
    else:
        _tell(run, readiness)
    if not readiness.ready:
        raise typer.Exit(ExitCode.REFUSED)


def _tell(run: ManagerRun, readiness: Readiness) -> None:
    if readiness.ready:
        run.say("claim-ready")
        return
    run.say("claim-unknown" if readiness.ready is None else "claim-not-ready")
    for container in readiness.objects:
        what = run.messages.text("claim-object", container=container_line(run.messages, container))
        run.line(f"- {what}")
    for found in readiness.codes:
        if found.value is not KnownValue.FACTORY:
            run.line("- " + run.messages.text(f"claim-code-{found.value}", code=Name(found.code.name)))
    for found in readiness.codes:
        if found.value is KnownValue.OTHER:
            run.warn_of("claim-check-costs", code=Name(found.code.name))
    if any(found.value is KnownValue.UNKNOWN for found in readiness.codes):
        run.say("claim-how-check")
    run.say("claim-how-prepare")
    if readiness.ready is False:
        run.say("claim-comes-back")


def _data(readiness: Readiness) -> dict[str, object]:
    return {
        "ready": readiness.ready,
        "objects": [
            {"identifier": item.name, "number": item.number, "empty": item.empty} for item in readiness.objects
        ],
        "codes": {found.code.id: found.value.value for found in readiness.codes},
    }


# Making ready


def prepare_for_claim(run: ManagerRun, codes: CodePrompts, yes: bool) -> None:
    """Makes the card ready, once that is confirmed. Raises ToldError.

    Asks for all codes first, then sets them, and deletes last: a wrong code stops it while everything is there.
    """
    inventory = run.read_inventory()
    readiness = readiness_of(inventory)
    if readiness.ready:
        run.say("claim-ready")
        return
    _stop_when_hopeless(inventory, readiness)
    _confirm(run, readiness, yes)
    present = _present_values(codes, readiness)
    try:
        _set_codes(run, inventory, readiness, present)
        _delete_all(run, inventory, readiness)
    except ToldError:
        run.warn_of("prepared-half")
        raise
    run.say("claim-ready")


def _stop_when_hopeless(inventory: Inventory, readiness: Readiness) -> None:
    """Raises ManagerError when a code can't be brought back, before anything is done."""
    for found in readiness.codes:
        if found.code.state is CodeState.SET:
            continue
        by = code_by(inventory.card, found.code)
        if by is None or by.state is not CodeState.SET:
            raise ManagerError("claim-hopeless", code=Name(found.code.name))


def _confirm(run: ManagerRun, readiness: Readiness, yes: bool) -> None:
    if readiness.objects:
        run.confirm_counted("confirm-prepare", len(readiness.objects), yes)
    else:
        run.confirm("confirm-prepare-codes", yes)


def _present_values(codes: CodePrompts, readiness: Readiness) -> dict[str, str]:
    """The present value of every code that has one; it is not asked for where it is the factory's for certain."""
    return {
        found.code.id: found.factory_value if found.value is KnownValue.FACTORY else codes.present(found.code)
        for found in readiness.codes
        if found.code.state is CodeState.SET
    }


def _set_codes(run: ManagerRun, inventory: Inventory, readiness: Readiness, present: dict[str, str]) -> None:
    """Sets every code to its factory value: blocked ones by another, as long as that has the value that was given."""
    to_set = [found for found in readiness.codes if found.value is not KnownValue.FACTORY]
    with run.connection() as connection:
        for found in sorted(to_set, key=lambda found: found.code.state is CodeState.SET):
            code = found.code
            if code.state is CodeState.SET:
                card_codes.change(connection, code, present[code.id], found.factory_value)
            else:
                by = code_by(inventory.card, code)
                assert by is not None, "a code that nothing sets has stopped it before"
                card_codes.reset(connection, code, by, present[by.id], found.factory_value)
            run.say("prepared-code", code=Name(code.name))


def _delete_all(run: ManagerRun, inventory: Inventory, readiness: Readiness) -> None:
    """Deletes the user's certificates and keys, with the factory value that the code for writing has by now."""
    if not readiness.objects:
        return
    code = writing_code(inventory.card)
    value = next(found.factory_value for found in readiness.codes if found.code.id == code.id)
    with run.token() as token:
        token.log_in({code.id: value})
        for item in readiness.objects:
            if item.certificates and item.identifier is not None:
                token.delete_certificate(item.identifier)
            if item.has_private_key:
                erase_key(token, item)
    run.say_counted("prepared-deleted", len(readiness.objects))
