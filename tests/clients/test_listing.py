"""What programs see when they look at a card without logging in."""

from __future__ import annotations

import re

import pytest

from tests.clients.desk import Desk
from tests.clients.pkcs11_client import Pkcs11Client

ATR = "3b:7e:94:00:00:80:25:a0:00:00:00:28:56:80:10:12:00:01:14"
SELECT_MANAGE = "00A4040007F05354554E540100"
GET_CARD, GET_CODES = "00CA00E000", "00CA00E100"


def test_opensc_tool_shows_reader_atr_and_driver(any_desk: Desk) -> None:
    readers = any_desk.tool("opensc-tool", "--list-readers")
    assert re.search(r"^0 +Yes .*Stuntcard", readers, re.MULTILINE)
    assert ATR in any_desk.tool("opensc-tool", "--atr")
    assert "Javacard with IsoApplet" in any_desk.tool("opensc-tool", "--name")


@pytest.mark.fact("PQ-07", "PQ-08", "PQ-09")
def test_pkcs15_tool_shows_three_codes_with_their_lengths(any_desk: Desk) -> None:
    shown = any_desk.tool("pkcs15-tool", "--list-pins")
    codes = dict(re.findall(r"PIN \[(\w+)\].*?Length +: ([^\n]+)", shown, re.DOTALL))
    assert codes == {
        "PIN": "min_len:4, max_len:15, stored_len:16",
        "QPIN": "min_len:5, max_len:15, stored_len:16",
        "PUK": "min_len:8, max_len:15, stored_len:16",
    }
    # PIN and QPIN name PUK's object as the one that unblocks them.
    assert len(re.findall(r"Auth ID +: 02", shown)) == 2
    assert len(re.findall(r"unblockingPin", shown)) == 1


def test_pkcs11_tool_shows_pin_and_qpin_as_two_tokens(any_desk: Desk) -> None:
    shown = any_desk.tool("pkcs11-tool", "--list-token-slots")
    assert re.findall(r"token label +: (.+)", shown) == ["ProID+Q", "ProID+Q (QPIN)"]
    assert re.findall(r"pin min/max +: (.+)", shown) == ["4/15", "5/15"]
    assert set(re.findall(r"serial num +: (.+)", shown)) == {"5354554e54000001"}


def test_python_pkcs11_sees_the_same_tokens(application: Pkcs11Client) -> None:
    assert application("tokens") == ["ProID+Q", "ProID+Q (QPIN)"]


def test_fresh_card_has_no_keys_and_no_certificates(desk: Desk) -> None:
    assert "Private" not in desk.tool("pkcs15-tool", "--dump")
    assert desk.seen.keys == []
    assert desk.seen.life_cycle == "operational"


@pytest.mark.fact("PQ-05")
def test_any_client_can_read_which_codes_must_be_changed(desk: Desk) -> None:
    def must_change() -> list[str]:
        shown = desk.tool("opensc-tool", "--card-driver", "default", "-s", SELECT_MANAGE, "-s", GET_CODES)
        octets = "".join(re.findall(r"^((?:[0-9A-F]{2} ){1,16})", shown, re.MULTILINE)).replace(" ", "")
        # In a code's entry, 87 01 is whether it must be changed, and comes after the tries (86 01 ..).
        return re.findall(r"8601..8701(..)", octets)

    assert must_change() == ["01", "01", "01"]
    desk.tool("pkcs15-tool", "--change-pin", "--auth-id", "03", "--pin", "12345678", "--new-pin", "my own qpin")
    assert must_change() == ["01", "01", "00"]


def test_looking_changes_nothing(desk: Desk) -> None:
    before = desk.card.content
    desk.tool("pkcs15-tool", "--dump")
    desk.tool("pkcs11-tool", "--list-objects")
    assert desk.send(SELECT_MANAGE, GET_CARD)[-1] in ("9000", "6100")
    assert desk.card.content == before
