"""The commands `cardtools-ca customer …`."""

from __future__ import annotations

from typing import Annotated

import typer

from cardtools.ca.commands.run import BY_HAND, FolderArgument, explained, opened
from cardtools.common.groups import new_group

customer_app = new_group("The CA's customers. None sees another's people and cards.")


@customer_app.command("add")
def customer_add(
    folder: FolderArgument,
    name: Annotated[str, typer.Argument(help="As its people name their organisation.", metavar="NAME")],
) -> None:
    """Make a customer. From now on it has the requests that name it as the applicant's organisation."""
    from cardtools.ca.office import customers

    with explained(), opened(folder) as service:
        customers.add(service, name, BY_HAND)


@customer_app.command("list")
def customer_list(folder: FolderArgument) -> None:
    """List the customers."""
    from cardtools.ca.office import customers

    with explained(), opened(folder) as service:
        for name in customers.listed(service):
            typer.echo(name)
