"""How a card on T=0, where the version in the answer to SELECT may stay unfetched, knows an OpenSC up to 0.23."""

from __future__ import annotations

import pytest
from stuntcard.applets.isoapplet import CLIENT_VERSION, Version

from tests.unit.card.cards import ISOAPPLET, MANAGE, OK, Client

OTHER = "00A4040007" + "D2760000850101"
"""An application that is not on the card."""
READS_VERSION = "00CA010100"
OTHER_FILE = "00A40000023F00"


def version_after(*commands: str) -> Version:
    """The version that the card speaks to a client that read 1.0 before, and after a reset sends these commands."""
    client = Client()
    assert client.fetch(READS_VERSION)[1] == OK
    client.card.reset()
    for command in commands:
        client.send(command)
    return client.card.memos.read(CLIENT_VERSION)


@pytest.mark.parametrize(
    "commands",
    [
        (OTHER, ISOAPPLET, ISOAPPLET),
        (READS_VERSION, OTHER, ISOAPPLET, ISOAPPLET),
        (MANAGE, ISOAPPLET, ISOAPPLET),  # commands that other applets answer count as well
        (MANAGE, OTHER, ISOAPPLET, ISOAPPLET),
    ],
)
def test_it_looks_for_another_application_and_then_selects_this_one_twice(commands: tuple[str, ...]) -> None:
    assert version_after(*commands) is Version.V0_6


@pytest.mark.parametrize(
    "commands",
    [
        (),
        (ISOAPPLET,),
        (ISOAPPLET, ISOAPPLET),
        (ISOAPPLET, ISOAPPLET, ISOAPPLET),
        (OTHER, ISOAPPLET),
        (OTHER, ISOAPPLET, OTHER_FILE, ISOAPPLET),
        (OTHER, OTHER_FILE, ISOAPPLET, ISOAPPLET),
        (OTHER_FILE, ISOAPPLET, ISOAPPLET),
        (READS_VERSION, ISOAPPLET, ISOAPPLET),
    ],
)
def test_whoever_connects_in_another_way_keeps_the_version_that_was_read(commands: tuple[str, ...]) -> None:
    assert version_after(*commands) is Version.V1_0


def test_commands_before_a_reset_are_no_part_of_how_a_client_connects() -> None:
    client = Client()
    client.fetch(READS_VERSION)
    client.send(OTHER)
    client.card.reset()
    client.send(ISOAPPLET)
    client.send(ISOAPPLET)
    assert client.card.memos.read(CLIENT_VERSION) is Version.V1_0
