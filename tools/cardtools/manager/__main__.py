"""Runs the card manager as `python -m cardtools.manager`."""

from cardtools.manager.cli import main

if __name__ == "__main__":
    main()
