"""The `cardmanager` command, and `python -m cardtools.manager`. Ctrl-C ends it quietly also while it is loaded."""

from cardtools.common.starting import starting

starting()  # at once: a moment passes before a script calls `start`


def start() -> None:
    """The entry point of the `cardmanager` command."""
    from cardtools.manager.cli import main

    main()


if __name__ == "__main__":
    start()
