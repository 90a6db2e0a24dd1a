"""Runs the enrolment client as `python -m cardtools.enrol`."""

from cardtools.enrol.cli import main

if __name__ == "__main__":
    main()
