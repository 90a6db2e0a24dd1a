"""What PIV's slots are called in the directories, and what their keys are listed for."""

from __future__ import annotations

import pytest
from stuntcard.card.pkcs15 import read_entries
from stuntcard.iso7816 import tlv

from tests.unit.applets.piv_client import KEY, deciphered, generate
from tests.unit.applets.test_piv import unlocked
from tests.unit.card.cards import OK, PRKDF


@pytest.mark.parametrize(
    ("slot", "algorithm", "label", "usage"),
    [
        ("9A", "11", "PIV Authentication", "072080"),
        ("9C", "14", "Digital Signature", "072080"),
        ("82", "11", "Retired Key Management 1", "072080"),
        ("95", "07", "Retired Key Management 20", "0264"),
    ],
)
def test_a_key_made_in_a_slot_is_listed_by_the_slots_name(slot: str, algorithm: str, label: str, usage: str) -> None:
    """Usage: sign and derive; sign, decrypt and unwrap (ISO 7816-15, 8.4.1)."""
    client = unlocked()
    assert generate(client, slot, algorithm) == OK
    (entry,) = read_entries(client.card.files.at(bytes.fromhex(PRKDF)).content) or ()
    common, of_key = (part.children() for part in entry.children()[:2])
    assert tlv.find(common, 0x0C) == label.encode()
    assert (tlv.find(of_key, 0x03) or b"").hex() == usage


def test_a_challenge_that_is_no_block_is_not_answered() -> None:
    client = unlocked()
    witness, _ = client.fetch("0087039B047C02800000")
    told = tlv.encode(0x80, deciphered(witness[4:], KEY)) + tlv.encode(0x81, bytes(7))
    assert client.send(f"0087039B{len(told) + 2:02X}7C{len(told):02X}{told.hex()}00") == "6A80"
