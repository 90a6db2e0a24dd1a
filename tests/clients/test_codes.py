"""Codes: logging in, wrong values down to blocked, unblocking, and changing, by OpenSC's programs."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from stuntcard.iso7816.instructions import Instruction

from tests.clients.commands import changing, unblocking, verifying
from tests.clients.desk import PIN, PUK, QPIN, Desk
from tests.clients.pkcs11_client import Pkcs11Client

FACTORY = {"pin": PIN, "puk": PUK, "qpin": QPIN}
TOKEN = {"pin": "ProID+Q", "qpin": "ProID+Q (QPIN)"}
REFERENCE = {"pin": 1, "puk": 2, "qpin": 3}


@pytest.mark.fact("PQ-02", "PQ-05")
@pytest.mark.parametrize("code", ["pin", "puk", "qpin"])
def test_factory_codes_log_in_and_are_still_to_be_changed(any_desk: Desk, code: str) -> None:
    any_desk.tool(*verifying(code, FACTORY[code]))
    assert any_desk.status_words(Instruction.VERIFY, REFERENCE[code])[-1] == 0x9000
    assert any_desk.code(code).must_change


@pytest.mark.fact("PQ-12")
def test_wrong_codes_use_up_the_tries_until_the_code_is_blocked(any_desk: Desk) -> None:
    for left in (2, 1, 0):
        any_desk.refused(*verifying("pin", "9999"))
        assert any_desk.tries() == (left, 5, 3)
    assert any_desk.status_words(Instruction.VERIFY, 1)[-3:] == [0x63C2, 0x63C1, 0x63C0]
    assert any_desk.code("pin").state == "blocked"

    # Now the right one does not help either.
    any_desk.refused(*verifying("pin", PIN))
    assert any_desk.status_words(Instruction.VERIFY, 1)[-1] == 0x6983
    assert any_desk.seen.life_cycle == "operational"


def test_right_code_gives_the_tries_back(desk: Desk) -> None:
    desk.refused(*verifying("qpin", "99999"))
    desk.refused(*verifying("qpin", "99999"))
    assert desk.tries() == (3, 5, 1)
    desk.tool(*verifying("qpin", QPIN))
    assert desk.tries() == (3, 5, 3)


@pytest.mark.fact("PQ-12")
def test_puk_blocks_after_five_wrong_tries_and_then_unblocks_nothing(desk: Desk) -> None:
    desk.block("pin")
    for left in (4, 3, 2, 1, 0):
        desk.refused(*unblocking("pin", "99999999", "1234"))
        assert desk.tries() == (0, left, 3)
    assert desk.code("puk").state == "blocked"
    desk.refused(*unblocking("pin", PUK, "1234"))
    assert desk.code("pin").state == "blocked"


@pytest.mark.fact("PQ-12")
@pytest.mark.parametrize("code", ["pin", "qpin"])
def test_puk_unblocks_and_sets_the_new_value_in_one_act(any_desk: Desk, code: str) -> None:
    any_desk.block(code)
    any_desk.tool(*unblocking(code, PUK, "a new value"))
    assert any_desk.code(code).state == "set"
    assert any_desk.tries() == (3, 5, 3)
    assert not any_desk.code(code).must_change
    any_desk.tool(*verifying(code, "a new value"))
    any_desk.refused(*verifying(code, FACTORY[code]))


@pytest.mark.parametrize("code", ["pin", "qpin"])
def test_pkcs11_tool_logs_in_and_names_what_is_wrong(any_desk: Desk, code: str) -> None:
    log_in = ("--token-label", TOKEN[code], "--login", "--list-objects", "--pin")
    any_desk.tool("pkcs11-tool", *log_in, FACTORY[code])
    for _ in range(3):
        assert "CKR_PIN_INCORRECT" in any_desk.refused("pkcs11-tool", *log_in, "wrong one")
    assert "CKR_PIN_LOCKED" in any_desk.refused("pkcs11-tool", *log_in, FACTORY[code])
    assert any_desk.code(code).state == "blocked"


def test_python_pkcs11_logs_in_and_changes_codes(application: Pkcs11Client, desk: Desk) -> None:
    assert application.refused("log_in", "ProID+Q", "9999") == "PinIncorrect"
    application("log_in", "ProID+Q", PIN)
    application("change_code", "ProID+Q", PIN, "mine")
    application("log_out", "ProID+Q")
    assert application.refused("log_in", "ProID+Q", PIN) == "PinIncorrect"
    application("log_in", "ProID+Q", "mine")
    application("log_in", "ProID+Q (QPIN)", QPIN)
    application("change_code", "ProID+Q (QPIN)", QPIN, "mine too")
    assert not desk.code("pin").must_change
    assert not desk.code("qpin").must_change


@dataclass(frozen=True, slots=True)
class Length:
    code: str
    shortest: int
    longest: int


LENGTHS = [
    pytest.param(Length("pin", 4, 15), marks=pytest.mark.fact("PQ-07"), id="pin"),
    pytest.param(Length("puk", 8, 15), marks=pytest.mark.fact("PQ-08"), id="puk"),
    pytest.param(Length("qpin", 5, 15), marks=pytest.mark.fact("PQ-09"), id="qpin"),
]


@pytest.mark.fact("PQ-10")
@pytest.mark.parametrize("length", LENGTHS)
def test_codes_change_at_their_shortest_and_longest(any_desk: Desk, length: Length) -> None:
    shortest, longest = "s" * length.shortest, "L" * length.longest
    any_desk.tool(*changing(length.code, FACTORY[length.code], shortest))
    assert not any_desk.code(length.code).must_change
    any_desk.tool(*verifying(length.code, shortest))
    any_desk.tool(*changing(length.code, shortest, longest))
    any_desk.tool(*verifying(length.code, longest))
    any_desk.refused(*verifying(length.code, shortest))


@pytest.mark.parametrize("length", LENGTHS)
def test_opensc_refuses_one_character_less_and_one_more(desk: Desk, length: Length) -> None:
    before = desk.card.content
    for wrong in ("x" * (length.shortest - 1), "x" * (length.longest + 1)):
        desk.refused(*changing(length.code, FACTORY[length.code], wrong))
    assert desk.card.content == before


@pytest.mark.parametrize("length", LENGTHS)
def test_card_refuses_one_character_less_and_one_more(desk: Desk, length: Length) -> None:
    """OpenSC does not even ask the card, so the commands go by hand; the old value is right, and no try is spent."""
    before = desk.card.content
    old = FACTORY[length.code].encode().ljust(16, b"\xff").hex()
    for count, answer in [
        (length.shortest - 1, "6A80"),
        (length.longest + 1, "6A80"),
        (length.shortest, "9000"),
    ]:
        assert desk.card.content == before
        new = (b"x" * count).ljust(16, b"\xff").hex()
        assert desk.send(f"002400{REFERENCE[length.code]:02x}20{old}{new}") == [answer]
    assert not desk.code(length.code).must_change


@pytest.mark.parametrize(("code", "wrong"), [("pin", "123"), ("pin", "1" * 16), ("qpin", "1234"), ("qpin", "1" * 16)])
def test_card_refuses_such_lengths_when_unblocking_too(desk: Desk, code: str, wrong: str) -> None:
    desk.block(code)
    before = desk.card.content
    puk, new = (value.encode().ljust(16, b"\xff").hex() for value in (PUK, wrong))
    assert desk.send(f"002C00{REFERENCE[code]:02x}20{puk}{new}") == ["6A80"]
    assert desk.card.content == before


@pytest.mark.fact("PQ-10")
@pytest.mark.parametrize("code", ["pin", "puk", "qpin"])
def test_changing_takes_the_old_value(desk: Desk, code: str) -> None:
    desk.refused(*changing(code, "not the old", "the new one"))
    assert desk.code(code).tries_left == desk.code(code).tries_limit - 1
    assert desk.code(code).must_change
    desk.tool(*verifying(code, FACTORY[code]))


@pytest.mark.fact("PQ-10")
def test_new_value_is_typed_twice_and_a_mismatch_never_reaches_the_card(desk: Desk) -> None:
    shown = desk.tool(
        "pkcs15-tool", "--change-pin", "--auth-id", "01",
        typing=[
            ("old PIN", PIN),
            ("new PIN [PIN]:", "my own"), ("new PIN again [PIN]:", "my won"),
            ("new PIN [PIN]:", "my very own"), ("new PIN again [PIN]:", "my very own"),
        ],
    )  # fmt: skip
    assert "do not match" in shown
    changes = [e.command for e in desk.watched.exchanges if e.command[1] == Instruction.CHANGE_REFERENCE_DATA]
    assert changes == [
        bytes.fromhex("0024000120") + PIN.encode().ljust(16, b"\xff") + b"my very own".ljust(16, b"\xff")
    ]
    assert desk.tries() == (3, 5, 3)
    desk.tool(*verifying("pin", "my very own"))


@pytest.mark.parametrize("code", ["pin", "puk", "qpin"])
def test_reset_takes_back_what_a_code_gave(any_desk: Desk, code: str) -> None:
    any_desk.tool(*verifying(code, FACTORY[code]))
    any_desk.reset()
    assert any_desk.card.state.verified == frozenset()
