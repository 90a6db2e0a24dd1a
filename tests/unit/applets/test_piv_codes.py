"""What PIV's codes open, and for how long."""

from __future__ import annotations

from stuntcard.applets.registry import seen_through
from stuntcard.card.files import Condition, Operation
from stuntcard.profile.load import load_profile

from tests.unit.applets import piv_client
from tests.unit.applets.piv_client import generate, sign
from tests.unit.applets.test_piv import PIN, unlocked
from tests.unit.card.cards import OK, CardClient, new_card

SIGNATURE = "9C"


def test_what_is_no_value_of_pin_takes_back_that_it_was_just_given() -> None:
    """The key for signatures wants PIN right before each; that PIN was given once is not enough."""
    client = unlocked()
    assert generate(client, SIGNATURE, "11") == OK
    assert client.send(f"0020008008{PIN}") == OK
    assert client.send("0020008007" + PIN[:14]) == "6A80"
    assert sign(client, SIGNATURE) == "6982"
    assert client.send(f"0020008008{PIN}") == OK
    assert sign(client, SIGNATURE) == OK
    assert client.send("0020008007" + PIN[:14]) == "6A80"
    assert sign(client, SIGNATURE) == "6982"


def test_a_card_whose_pin_nothing_unblocks_has_no_code_81() -> None:
    profile = load_profile("proid-q")
    pin = profile.codes["pin"].model_copy(update={"reset_by": ()})
    client = CardClient(
        new_card(seen_through(profile.model_copy(update={"codes": {**profile.codes, "pin": pin}}), "piv:general"))
    )
    client.card.reset()
    assert piv_client.WORDS["piv"](client) == OK
    assert client.send(f"0020008008{PIN}") == OK
    assert client.send(f"0024008110{PIN}{PIN}") == "6A88"
    assert client.send("00F7008100") == "6A88"


def test_nobody_reads_the_file_of_the_management_key() -> None:
    client = unlocked()
    key = bytes(range(0x11, 0x29))
    assert client.send(f"00FFFFFF1B039B18{key.hex()}") == OK
    file = client.card.files.at(bytes.fromhex("3F005015509B"))
    assert (file.content, Condition(file.condition(Operation.READ))) == (b"\3" + key, Condition.NEVER)
