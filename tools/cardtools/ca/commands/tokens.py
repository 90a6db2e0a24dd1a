"""The commands `cardtools-ca token …`."""

from __future__ import annotations

from typing import Annotated

import typer

from cardtools.ca.commands.run import BY_HAND, CustomerOption, FolderArgument, explained, fail, line, opened
from cardtools.common.exit_codes import ExitCode
from cardtools.common.groups import new_group

token_app = new_group("Tokens for operators and for the customer's authorised persons.")


@token_app.command("add")
def token_add(
    folder: FolderArgument,
    role: Annotated[str, typer.Argument(help="operator or authorised.", metavar="ROLE")],
    name: Annotated[str, typer.Argument(help="Whose it is; the audit log names them.", metavar="NAME")],
    customer: CustomerOption = "",
) -> None:
    """Make a token for someone. It is written this once, and kept as a digest only."""
    from cardtools.ca.office import roles

    try:
        known = roles.Role(role)
    except ValueError:
        fail("ca-no-role", ExitCode.BAD_INPUT, role=role, known=", ".join(roles.Role))
    with explained(), opened(folder) as service:
        typer.echo(roles.add(service, name, known, BY_HAND, customer))


@token_app.command("remove")
def token_remove(
    folder: FolderArgument, name: Annotated[str, typer.Argument(help="Whose it is.", metavar="NAME")]
) -> None:
    """Take someone's token back."""
    from cardtools.ca.office import roles

    with explained(), opened(folder) as service:
        roles.remove(service, name, BY_HAND)


@token_app.command("list")
def token_list(folder: FolderArgument) -> None:
    """List who has a token."""
    from cardtools.ca.office import roles

    with explained(), opened(folder) as service:
        for holder in roles.holders(service):
            typer.echo(line(holder.role, holder.name, *([holder.customer] if holder.customer else [])))
