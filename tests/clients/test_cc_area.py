"""The CC area: two places, each key made with QPIN and PIN, and kept under QPIN."""

from __future__ import annotations

import pytest
from stuntcard.iso7816.instructions import Instruction
from stuntcard.policy.state import Origin

from tests.clients.apdus import MAKE_RSA_KEY, VERIFY_PIN, VERIFY_QPIN
from tests.clients.certificates import issue_certificate
from tests.clients.commands import deleting, writing
from tests.clients.desk import PIN, QPIN, QUALIFIED_TYPING, Desk
from tests.clients.pkcs11_client import Pkcs11Client


def used(desk: Desk) -> int:
    return desk.seen.areas["cc"].used


@pytest.mark.fact("PQ-03")
@pytest.mark.parametrize("kind", ["rsa/2048", "ec/prime256v1"])
def test_key_made_with_qpin_goes_to_the_cc_area_and_takes_a_place(any_desk: Desk, kind: str) -> None:
    any_desk.make_qualified_key("20", kind)
    assert "Auth ID        : 03" in any_desk.tool("pkcs15-tool", "--list-keys")
    key = any_desk.key("20")
    assert (key.area, key.origin, key.paired) == ("cc", Origin.MADE, False)
    assert used(any_desk) == 1


@pytest.mark.fact("PQ-03")
def test_qpin_alone_or_pin_alone_makes_no_key_there(desk: Desk) -> None:
    desk.refused("pkcs11-tool", "--token-label", "ProID+Q (QPIN)", "--login", "--pin", QPIN,
                 "--keypairgen", "--key-type", "EC:prime256v1", "--id", "20")  # fmt: skip
    desk.reset()
    assert desk.send(VERIFY_QPIN, *MAKE_RSA_KEY) == ["9000", "9000", "6982"]
    assert desk.seen.keys == []

    desk.reset()
    desk.send(VERIFY_PIN, *MAKE_RSA_KEY)
    assert [key.area for key in desk.seen.keys] == ["general"]


@pytest.mark.fact("PQ-03")
def test_one_qpin_makes_one_key(desk: Desk) -> None:
    """The second key finds PIN alone, and so goes where PIN alone leads."""
    second = ("002241000680" + "01F384010E", "0046420000")
    assert desk.send(VERIFY_PIN, VERIFY_QPIN, *MAKE_RSA_KEY, "0020000300", *second)[4] == "63C3"
    assert [key.area for key in desk.seen.keys] == ["cc", "general"]


@pytest.mark.fact("PQ-13")
def test_third_key_is_refused_and_harms_nothing(any_desk: Desk) -> None:
    any_desk.make_qualified_key("21")
    any_desk.make_qualified_key("22")
    before = any_desk.card.state.items
    any_desk.refused(*any_desk.qualified_key_command("23"), typing=QUALIFIED_TYPING)
    assert any_desk.status_words(Instruction.GENERATE_ASYMMETRIC_KEY_PAIR)[-1] == 0x6A84
    assert any_desk.card.state.items == before
    assert used(any_desk) == 2
    # The general area has room still.
    any_desk.make_key("10")
    assert any_desk.key("10").area == "general"


@pytest.mark.fact("PQ-13", "PQ-14")
def test_python_pkcs11_fills_the_area(application: Pkcs11Client, desk: Desk) -> None:
    qpin_token = "ProID+Q (QPIN)"
    for identifier in ("21", "22"):
        application("log_in", "ProID+Q", PIN)
        application("log_in", qpin_token, QPIN)
        application("make_key", qpin_token, "ec:secp256r1", identifier)
        application("log_out", qpin_token)
        application("log_out", "ProID+Q")
    application("log_in", "ProID+Q", PIN)
    application("log_in", qpin_token, QPIN)
    application.refused("make_key", qpin_token, "ec:secp256r1", "23")
    assert desk.status_words(Instruction.GENERATE_ASYMMETRIC_KEY_PAIR)[-1] == 0x6A84
    assert application("keys", qpin_token) == ["21", "22"]


@pytest.mark.fact("PQ-14")
def test_unpaired_key_holds_its_place(desk: Desk) -> None:
    """Two keys made by hand and never listed: no program sees them, and yet the area is full."""
    desk.send(VERIFY_PIN, VERIFY_QPIN, *MAKE_RSA_KEY)
    desk.send(VERIFY_PIN, VERIFY_QPIN, *MAKE_RSA_KEY)
    assert "Private" not in desk.tool("pkcs15-tool", "--list-keys")
    assert [(key.area, key.paired, key.listed) for key in desk.seen.keys] == [("cc", False, False)] * 2
    assert used(desk) == 2
    desk.refused(*desk.qualified_key_command("23"), typing=QUALIFIED_TYPING)
    assert desk.status_words(Instruction.GENERATE_ASYMMETRIC_KEY_PAIR)[-1] == 0x6A84


@pytest.mark.fact("PQ-13", "PQ-14")
def test_deleting_key_and_certificate_frees_the_place(any_desk: Desk) -> None:
    any_desk.make_qualified_key("21")
    any_desk.make_qualified_key("22")
    issue_certificate(any_desk, "21")
    any_desk.tool(*writing("21", PIN))
    assert any_desk.key("21").paired
    assert used(any_desk) == 2

    # A certificate without its key is one of the two, still.
    any_desk.tool(*deleting("21", "privkey,pubkey", PIN))
    any_desk.reset()
    assert any_desk.key("21").origin is None
    assert used(any_desk) == 2

    any_desk.tool(*deleting("21", "cert", PIN))
    any_desk.reset()
    assert [key.identifier for key in any_desk.seen.keys] == ["22"]
    assert used(any_desk) == 1
    any_desk.make_qualified_key("23")
    assert used(any_desk) == 2


@pytest.mark.fact("PQ-14")
def test_deleting_an_unpaired_key_frees_its_place(desk: Desk) -> None:
    desk.make_qualified_key("21")
    desk.tool(*deleting("21", "privkey,pubkey", PIN))
    desk.reset()
    assert desk.seen.keys == []
    assert used(desk) == 0


def test_deleting_a_certificate_leaves_its_key_in_its_place(desk: Desk) -> None:
    desk.make_qualified_key("21")
    issue_certificate(desk, "21")
    desk.tool(*writing("21", PIN))
    desk.reset()
    assert desk.key("21").paired
    desk.tool(*deleting("21", "cert", PIN))
    desk.reset()
    assert (desk.key("21").origin, desk.key("21").paired) == (Origin.MADE, False)
    assert used(desk) == 1
