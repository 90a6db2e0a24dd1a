"""Which codes a command gives a value of, or sets: what faults and recordings ask an applet about."""

from __future__ import annotations

import pytest
from stuntcard.applets.registry import APPLETS, seen_through
from stuntcard.card.card import Card
from stuntcard.iso7816.apdu import parse_command
from stuntcard.profile.load import load_profile

from tests.unit.card.cards import ISOAPPLET, MANAGE

EOP = "00A4040C09D20310010001000202"
EOP_FILES = "00A4040C0AD2031001000103020100"
MYEID = "00A404000CA000000063504B43532D3135"
IAS = "00A4040C0CA00000001840000001634200"
PIV = "00A4040009A00000030800001000"
GIDS = "00A4040C09A00000039742544659"
THROUGH = {MYEID: "myeid", PIV: "piv:cc", GIDS: "gids:cc"}
VALUE = "31" * 16


@pytest.mark.parametrize(
    ("profile", "application", "command", "codes"),
    [
        ("proid-q", ISOAPPLET, f"0020000110{VALUE}", {"pin"}),
        ("proid-q", ISOAPPLET, "00200001", set()),  # only asks how many tries are left
        ("proid-q", ISOAPPLET, f"0024000220{VALUE}{VALUE}", {"puk"}),
        ("proid-q", ISOAPPLET, f"002C000320{VALUE}{VALUE}", {"qpin", "puk"}),
        ("proid-q", ISOAPPLET, f"002C000220{VALUE}{VALUE}", {"puk"}),  # nothing sets it
        ("proid-q", ISOAPPLET, f"0020000910{VALUE}", set()),
        ("proid-q", ISOAPPLET, f"00D6000110{VALUE}", set()),
        ("proid-q", MANAGE, f"0020000310{VALUE}", {"qpin"}),
        ("proid-q", MYEID, f"0020000310{VALUE}", {"qpin"}),
        ("proid-q", PIV, f"0020008008{VALUE[:16]}", {"qpin"}),
        ("proid-q", PIV, f"0024008110{VALUE}", {"puk"}),
        ("proid-q", PIV, f"002C008010{VALUE}", {"qpin", "puk"}),
        ("proid-q", PIV, f"0020000108{VALUE[:16]}", set()),
        ("proid-q", GIDS, f"0020008008{VALUE[:16]}", {"qpin"}),
        ("proid-q", GIDS, f"002C008010{VALUE}", {"qpin", "puk"}),
        ("proid-q", GIDS, f"0024008108{VALUE[:16]}", {"puk"}),
        ("proid-q", GIDS, "00200080", set()),
        ("proid-q", GIDS, f"0020008208{VALUE[:16]}", set()),
        ("proid-q", GIDS, f"00DB008008{VALUE[:16]}", set()),
        ("zzzs-pk", IAS, f"0020001110{VALUE}", {"pep-pin"}),
        ("zzzs-pk", IAS, f"0020000110{VALUE}", set()),  # the number of another command set
        ("eobcanka", EOP, f"0024001110{VALUE}", {"iok"}),
        ("eobcanka", EOP, f"0024001010{VALUE}", {"dok"}),
        ("eobcanka", EOP, f"0024011110{VALUE}", {"iok", "dok"}),
        ("eobcanka", EOP, f"0024000110{VALUE}", set()),
        ("eobcanka", EOP_FILES, f"0024011110{VALUE}", {"iok", "dok"}),
    ],
)
def test_the_codes_that_a_command_concerns(profile: str, application: str, command: str, codes: set[str]) -> None:
    card = Card(seen_through(load_profile(profile), THROUGH.get(application, "isoapplet")), APPLETS)
    card.transmit(bytes.fromhex(application))
    assert card.selected.codes_concerned(card, parse_command(bytes.fromhex(command))) == codes
