"""The command `ready-for-claim`: what is still missing for a warranty claim, and making the card ready."""

from __future__ import annotations

from typing import Annotated

import typer

from cardtools.card import codes as card_codes
from cardtools.card.status import CodeState
from cardtools.manager.acts import code_by
from cardtools.manager.claim import Finding, Value, find_out, try_codes
from cardtools.manager.describing import container_line
from cardtools.manager.inventory import Inventory
from cardtools.manager.options import (
    CodesFileOption,
    JsonOption,
    LanguageOption,
    ModuleOption,
    ReaderOption,
    StdinOption,
    YesOption,
)
from cardtools.manager.printing import as_json
from cardtools.manager.refusals import ExitCode, ManagerError, UsageError
from cardtools.manager.run import Codes, Run, codes_of, run_of
from cardtools.manager.writing import erase_key, writing_code
from cardtools.told import Name, ToldError


def add_to(app: typer.Typer) -> None:
    """Adds the command to the others."""
    app.command("ready-for-claim")(ready_for_claim)


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
    reader: ReaderOption = None,
    language: LanguageOption = None,
    module: ModuleOption = None,
    stdin: StdinOption = False,
    codes_file: CodesFileOption = None,
    as_data: JsonOption = False,
) -> None:
    """Tell whether the card is ready for a warranty claim, and what is still missing.

    It is, when no certificate and no key of its user is left, and PIN, PUK and QPIN have their factory values. A code
    that was never changed has it for certain; of any other only --check-codes can tell.

    Ends with 0 when it is ready, and with 1 when it is not, or when that can't be told.

    Example: cardmanager ready-for-claim
    """
    with run_of(reader, language, module) as run:
        if prepare and (check_codes or as_data):
            raise UsageError("prepare-alone")
        finding = find_out(inventory := run.read_inventory())
        if prepare:
            _prepare(run, codes_of(run, stdin, codes_file), inventory, finding, yes)
            return
        if check_codes:
            with run.connection() as connection:
                finding = try_codes(connection, finding)
        if as_data:
            typer.echo(as_json(_data(finding)))
        else:
            _tell(run, finding)
        if not finding.ready:
            raise typer.Exit(ExitCode.REFUSED)


# Telling


def _tell(run: Run, finding: Finding) -> None:
    if finding.ready:
        run.say("claim-ready")
        return
    run.say("claim-unknown" if finding.ready is None else "claim-not-ready")
    for container in finding.objects:
        what = run.messages.text("claim-object", container=container_line(run.messages, container))
        run.line(f"- {what}")
    for found in finding.codes:
        if found.value is not Value.FACTORY:
            run.line("- " + run.messages.text(f"claim-code-{found.value}", code=Name(found.code.name)))
    for found in finding.codes:
        if found.value is Value.OTHER:
            run.warn_of("claim-check-costs", code=Name(found.code.name))
    if any(found.value is Value.UNKNOWN for found in finding.codes):
        run.say("claim-how-check")
    run.say("claim-how-prepare")


def _data(finding: Finding) -> dict[str, object]:
    return {
        "ready": finding.ready,
        "objects": [{"identifier": item.name, "number": item.number, "empty": item.empty} for item in finding.objects],
        "codes": {found.code.id: found.value.value for found in finding.codes},
    }


# Making ready


def _prepare(run: Run, codes: Codes, inventory: Inventory, finding: Finding, yes: bool) -> None:
    """Asks for all codes first, then sets them, and deletes last: a wrong code stops it while everything is there."""
    if finding.ready:
        run.say("claim-ready")
        return
    _stop_when_hopeless(inventory, finding)
    _confirm(run, finding, yes)
    present = _present_values(codes, finding)
    try:
        _set_codes(run, inventory, finding, present)
        _delete_all(run, inventory, finding)
    except ToldError:
        run.warn_of("prepared-half")
        raise
    run.say("claim-ready")


def _stop_when_hopeless(inventory: Inventory, finding: Finding) -> None:
    """Raises ManagerError when a code can't be brought back, before anything is done."""
    for found in finding.codes:
        if found.code.state is CodeState.SET:
            continue
        by = code_by(inventory.card, found.code)
        if by is None or by.state is not CodeState.SET:
            raise ManagerError("claim-hopeless", code=Name(found.code.name))


def _confirm(run: Run, finding: Finding, yes: bool) -> None:
    if finding.objects:
        run.confirm_counted("confirm-prepare", len(finding.objects), yes)
    else:
        run.confirm("confirm-prepare-codes", yes)


def _present_values(codes: Codes, finding: Finding) -> dict[str, str]:
    """The present value of every code that has one; it is not asked for where it is the factory's for certain."""
    return {
        found.code.id: found.factory_value if found.value is Value.FACTORY else codes.present(found.code)
        for found in finding.codes
        if found.code.state is CodeState.SET
    }


def _set_codes(run: Run, inventory: Inventory, finding: Finding, present: dict[str, str]) -> None:
    """Sets every code to its factory value: blocked ones by another, as long as that has the value that was given."""
    to_set = [found for found in finding.codes if found.value is not Value.FACTORY]
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


def _delete_all(run: Run, inventory: Inventory, finding: Finding) -> None:
    """Deletes the user's certificates and keys, with the factory value that the code for writing has by now."""
    if not finding.objects:
        return
    code = writing_code(inventory.card)
    value = next(found.factory_value for found in finding.codes if found.code.id == code.id)
    with run.token() as token:
        token.log_in({code.id: value})
        for item in finding.objects:
            if item.certificates and item.identifier is not None:
                token.delete_certificate(item.identifier)
            if item.has_private_key:
                erase_key(token, item)
    run.say_counted("prepared-deleted", len(finding.objects))
