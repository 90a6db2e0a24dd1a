"""The `enrol` command, and `python -m cardtools.enrol`. Ctrl-C ends it quietly also while it is loaded."""

from cardtools.common.starting import starting

starting()  # at once: a moment passes before a script calls `start`


def start() -> None:
    """The entry point of the `enrol` command."""
    from cardtools.enrol.cli import main

    main()


if __name__ == "__main__":
    start()
