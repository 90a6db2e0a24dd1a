"""The commands that look at cards, and change nothing."""

from __future__ import annotations

from cardtools.common.command import with_option_groups
from cardtools.common.options import JsonOption
from cardtools.manager.cli.app import app
from cardtools.manager.commands.options import CardOptions, OptionalIdentifier


@app.command()
@with_option_groups
def devices(
    *,
    card: CardOptions,
    as_data: JsonOption = False,
) -> None:
    """Show the cards there are and the objects on them, area by area, as a tree.

    A key without a certificate is shown as an empty container.

    Example: cardmanager devices
    """
    from cardtools.manager.commands.devices import show_devices
    from cardtools.manager.commands.run import manager_run

    with manager_run(card) as run:
        show_devices(run, as_data)


@app.command()
@with_option_groups
def show(
    identifier: OptionalIdentifier = None,
    *,
    card: CardOptions,
    as_data: JsonOption = False,
) -> None:
    """Show a card in detail, or one key or certificate on it, and what can be done.

    For every code: the tries left now, the tries set, and the most that can be set.

    Example: cardmanager show
    """
    from cardtools.manager.commands.run import manager_run
    from cardtools.manager.commands.show import show_card_or_object

    with manager_run(card) as run:
        show_card_or_object(run, identifier, as_data)


@app.command()
@with_option_groups
def holder(
    identifier: OptionalIdentifier = None,
    *,
    card: CardOptions,
    as_data: JsonOption = False,
) -> None:
    """Show what the certificates on the card tell of their holder. No code is needed for it.

    Example: cardmanager holder
    """
    from cardtools.manager.commands.holder import show_holder
    from cardtools.manager.commands.run import manager_run

    with manager_run(card) as run:
        show_holder(run, identifier, as_data)


@app.command()
@with_option_groups
def diagnostics(
    *,
    card: CardOptions,
    as_data: JsonOption = False,
) -> None:
    """Tell what is there and what is wrong, to be sent to a helpdesk: service, drivers, readers, cards, and what to do.

    No code is asked for, and nothing secret and no name of a person is in it.

    Ends with 0 when nothing is wrong, and with 1 when something is.

    Example: cardmanager diagnostics
    """
    from cardtools.manager.commands.diagnostics import tell_diagnosis
    from cardtools.manager.commands.run import manager_run

    with manager_run(card) as run:
        tell_diagnosis(run, as_data)
