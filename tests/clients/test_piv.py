"""Cards that show one of their areas as PIV, driven by OpenSC's programs and Yubico's."""

from __future__ import annotations

import pytest

from tests.clients.desk import Desk
from tests.clients.piv_card import AUTHENTICATION, CARD_AUTHENTICATION, KEY_MANAGEMENT, SIGNATURE, PivCard

PROFILE, APPLET = "proid-q", "piv:general"
PIN, PUK, WRONG = "12345678", "87654321", "00000000"


@pytest.fixture
def holder(desk: Desk) -> PivCard:
    return PivCard(desk, PIN)


def test_programs_take_the_card_for_a_piv_card(holder: PivCard) -> None:
    assert "Personal Identity Verification Card" in holder.desk.tool("opensc-tool", "--name")
    shown = holder.desk.tool("pkcs15-tool", "--dump")
    assert "PIN [PIN]" in shown
    assert "PIN [PIV PUK]" in shown
    assert "Private" not in shown
    status = holder.yubico("--action", "status")
    assert "PIN tries left:\t3" in status
    assert "CHUID:\t3019d4e739da" in status


def test_keys_of_all_slots_are_made_and_sign(holder: PivCard) -> None:
    holder.equip(AUTHENTICATION, "RSA2048")
    holder.equip(SIGNATURE, "ECCP256")
    holder.equip(KEY_MANAGEMENT, "ECCP384")
    holder.equip(CARD_AUTHENTICATION, "RSA2048")
    holder.sign(AUTHENTICATION, "SHA256-RSA-PKCS")
    holder.sign(SIGNATURE, "ECDSA-SHA1")
    holder.sign(KEY_MANAGEMENT, "ECDSA-SHA1")
    holder.sign(CARD_AUTHENTICATION, "SHA256-RSA-PKCS")
