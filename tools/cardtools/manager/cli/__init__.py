"""The command line of the card manager. Each command imports what it needs when it runs, so that it starts fast."""

from __future__ import annotations

from cardtools.common.command import run_app
from cardtools.manager.cli.app import app

# Each adds its commands, in this order.
from cardtools.manager.cli import looking, codes, keys, claim, several  # isort: skip

__all__ = ["app", "claim", "codes", "keys", "looking", "main", "several"]


def main() -> None:
    """The entry point of the `cardmanager` command."""
    run_app(app, "cardmanager")
