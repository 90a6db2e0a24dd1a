"""The `cardconsole` command, and `python -m cardtools.console`. Ctrl-C ends it quietly also while it is loaded."""

from cardtools.common.starting import starting

starting()  # at once: a moment passes before a script calls `start`


def start() -> None:
    """The entry point of the `cardconsole` command."""
    from cardtools.console.cli import main

    main()


if __name__ == "__main__":
    start()
