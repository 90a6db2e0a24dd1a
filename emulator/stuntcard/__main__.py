"""The `stuntcard` command, and `python -m stuntcard`. Ctrl-C ends it quietly also while it is loaded."""

from stuntcard.running.startup import starting

starting()  # at once: a moment passes before a script calls `start`


def start() -> None:
    """The entry point of the `stuntcard` command."""
    from stuntcard.cli.app import main

    main()


if __name__ == "__main__":
    start()
