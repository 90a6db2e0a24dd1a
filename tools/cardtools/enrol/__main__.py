"""`python -m cardtools.enrol`."""

from cardtools.enrol.cli import main

main()
