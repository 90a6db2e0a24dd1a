"""What stands for a card's codes in a campaign's texts."""

from __future__ import annotations

from stuntcard.campaign.model import OWN
from stuntcard.campaign.subject import subject


def test_a_wrong_pin_has_the_right_ones_form() -> None:
    known = subject("proid-q", None, OWN).placeholders
    assert (known["pin"], known["wrong-pin"]) == ("12345678", "12345670")
