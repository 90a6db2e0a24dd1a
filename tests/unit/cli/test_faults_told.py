"""`exec` says how often each fault struck: one that never did has tested nothing."""

from __future__ import annotations

import sys

from tests.unit.cli.command_line import stuntcard

ASK_TWICE = """
from smartcard.System import readers
connection = readers()[0].createConnection()
connection.connect()
for _ in range(2):
    connection.transmit([0, 0x20, 0, 1])
"""


def told(*arguments: str) -> list[str]:
    return stuntcard("exec", *arguments, "--", sys.executable, "-c", ASK_TWICE).stderr.splitlines()


def test_how_often_each_struck() -> None:
    rules = (
        "ins=20 act=status:6F00",
        "ins=20 from=2 act=slow:1",
        "ins=20 nth=3 act=tear",
        "ins=2A act=tear",
        "act=mute",
    )
    assert told("proid-q", *[word for rule in rules[:4] for word in ("--fault", rule)]) == [
        "fault 1 struck 2 times: ins=20 act=status:6F00 when=before",
        "fault 2 struck once: ins=20 from=2 act=delay:0.001 when=before",
        "fault 3 never struck: ins=20 nth=3 act=tear when=before (2 commands were such)",
        "fault 4 never struck: ins=2A act=tear when=before (no command was such)",
    ]


def test_of_several_cards_each_is_named() -> None:
    assert told("anna=proid-q", "tokenme", "--fault", "tokenme:act=tear") == [
        "tokenme: fault 1 never struck: act=tear when=before (no command was such)"
    ]


def test_without_faults_nothing_is_said() -> None:
    assert told("proid-q") == []
