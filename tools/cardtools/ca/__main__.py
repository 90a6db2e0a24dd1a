"""The `cardtools-ca` command, and `python -m cardtools.ca`. Ctrl-C ends it quietly also while it is loaded."""

from cardtools.common.starting import starting


def start() -> None:
    """The entry point of the `cardtools-ca` command."""
    starting()
    from cardtools.ca.cli import main

    main()


if __name__ == "__main__":
    start()
