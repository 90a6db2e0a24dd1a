"""The `cardtools-ca` command, and `python -m cardtools.ca`. Ctrl-C ends it quietly also while it is loaded."""

from cardtools.common.starting import starting

starting()  # at once: a moment passes before a script calls `start`


def start() -> None:
    """The entry point of the `cardtools-ca` command."""
    from cardtools.ca.cli import main

    main()


if __name__ == "__main__":
    start()
