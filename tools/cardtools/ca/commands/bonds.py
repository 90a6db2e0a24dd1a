"""The commands `cardtools-ca bond …`."""

from __future__ import annotations

from typing import Annotated

import typer

from cardtools.ca.commands.run import BY_HAND, FolderArgument, explained, line, opened, said
from cardtools.common.groups import new_group
from cardtools.common.terms import UndoState

bond_app = new_group("Requests to undo the bond between a card and its applicant.")
UndoRequestArgument = Annotated[int, typer.Argument(help="The request's number.", metavar="NUMBER", min=0)]


@bond_app.command("requests")
def bond_requests(
    folder: FolderArgument,
    state: Annotated[UndoState | None, typer.Option(help="Only those in this state.")] = None,
) -> None:
    """List the newest requests to undo bonds, newest first."""
    from cardtools.ca.office import undo_requests

    with explained(), opened(folder) as service:
        for record in undo_requests.listed(service, None, state):
            fields = (str(record.number), record.state, str(record.card), record.sender, record.name)
            typer.echo(line(*fields, *([record.reason] if record.reason else [])))


@bond_app.command("undo")
def bond_undo(folder: FolderArgument, number: UndoRequestArgument) -> None:
    """Carry a request out: undo the bond, once nothing on the card is valid any more."""
    from cardtools.ca.office import undo_requests

    with explained(), opened(folder) as service:
        undone = undo_requests.carry_out(service, number, BY_HAND).card
        typer.echo(said("ca-said-undone", card=str(undone)))


@bond_app.command("refuse")
def bond_refuse(
    folder: FolderArgument,
    number: UndoRequestArgument,
    reason: Annotated[str, typer.Option(help="Why; the authorised person reads it.")],
) -> None:
    """Refuse a request to undo a bond."""
    from cardtools.ca.office import undo_requests

    with explained(), opened(folder) as service:
        undo_requests.refuse(service, number, reason, BY_HAND)
