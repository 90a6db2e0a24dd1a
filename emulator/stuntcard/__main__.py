"""`python -m stuntcard`: the same as the `stuntcard` command."""

from stuntcard.cli.app import main

main()
