"""Runs a room's tests against small changes of its code, and says which of them no test notices.

mutmut writes the changed functions ("mutants") beside the real ones. Running them is done here, because a fresh pytest
for each of thousands takes most of the time: tests are collected once, and for each mutant a fork of this process puts
the mutant's code into the real function and runs the tests that reach it, until one fails: first those that noticed its
siblings, then the quickest. What no test notices that way is tried once more with the tests imported anew, for the sake
of what they work out when they are imported.

`make/mutation` starts it, in a copy: `python -m mutants ROOM TESTS... [--left-out=NODE]... [--mutants NAME...]`.
"""
