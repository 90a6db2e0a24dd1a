"""eObčanka by OpenSC's programs: from a card without codes to signatures, and what its codes do for one another."""

from __future__ import annotations

import pytest
from stuntcard.iso7816.instructions import Instruction
from stuntcard.policy.events import Verdict

from tests.clients.certificates import issue_certificate
from tests.clients.commands import AUTH_ID, changing, deleting, storing, unblocking, verifying
from tests.clients.desk import Desk

PIN, PUK, QPIN, IOK, DOK = "11111", "22222222", "33333", "4444", "5555"
REFERENCE = {"pin": 1, "puk": 2, "qpin": 3, "iok": 4, "dok": 5}
PIN_TOKEN, QPIN_TOKEN, IOK_TOKEN = "eObcanka", "eObcanka (QPIN)", "eObcanka (IOK)"
PROFILE = "eobcanka"
NOT_USABLE, NO_SUCH_WAY, BLOCKED = 0x6984, 0x6985, 0x6983


@pytest.fixture
def desk(desk: Desk) -> Desk:
    """With DOK and IOK from the office, and the three codes for signing."""
    set_everything(desk)
    return desk


def set_everything(desk: Desk) -> None:
    assert desk.office() is Verdict.DONE
    desk.tool(*unblocking("puk", IOK, PUK))
    desk.tool(*unblocking("pin", PUK, PIN))
    desk.tool(*unblocking("qpin", PUK, QPIN))


def last_answer(desk: Desk, instruction: Instruction, code: str) -> int:
    return desk.status_words(instruction, REFERENCE[code])[-1]


def make_keys(desk: Desk) -> None:
    """A key of the general area, 20, and a qualified one, 30."""
    desk.make_key("20", pin=PIN)
    desk.tool(*desk.qualified_key_command("30"), typing=(("[QPIN]", QPIN), ("[PIN]", PIN)))


@pytest.mark.fact("EO-08")
def test_codes_not_set_are_shown_and_answered_as_such(any_desk: Desk) -> None:
    shown = any_desk.tool("pkcs15-tool", "--list-pins")
    for name in ("PIN", "PUK", "QPIN", "IOK", "DOK"):
        assert f"PIN [{name}]" in shown
    assert "initialized" not in shown
    for code in AUTH_ID:
        assert "Reference data not usable" in any_desk.refused(*verifying(code, "12345678"))
        assert last_answer(any_desk, Instruction.VERIFY, code) == NOT_USABLE
    any_desk.office()
    assert any_desk.tool("pkcs15-tool", "--list-pins").count("initialized") == 2


@pytest.mark.fact("EO-09", "EO-15", "EO-16", "EO-19")
def test_codes_are_set_one_after_the_other(any_desk: Desk) -> None:
    any_desk.refused(*unblocking("puk", IOK, PUK))
    assert last_answer(any_desk, Instruction.RESET_RETRY_COUNTER, "puk") == NOT_USABLE
    any_desk.office()
    any_desk.refused(*unblocking("pin", PUK, PIN))
    assert last_answer(any_desk, Instruction.RESET_RETRY_COUNTER, "pin") == NOT_USABLE
    any_desk.tool(*unblocking("puk", IOK, PUK))
    any_desk.refused(*unblocking("puk", IOK, "99999999"))
    assert last_answer(any_desk, Instruction.RESET_RETRY_COUNTER, "puk") == NO_SUCH_WAY
    any_desk.tool(*unblocking("pin", PUK, PIN))
    any_desk.tool(*unblocking("qpin", PUK, QPIN))
    for code, value in (("pin", PIN), ("puk", PUK), ("qpin", QPIN), ("iok", IOK), ("dok", DOK)):
        any_desk.tool(*verifying(code, value))


@pytest.mark.fact("EO-01", "EO-02", "EO-03", "EO-04", "EO-05")
@pytest.mark.parametrize(("code", "tries"), [("dok", 10), ("iok", 3), ("puk", 5), ("pin", 3), ("qpin", 3)])
def test_wrong_values_block_a_code(desk: Desk, code: str, tries: int) -> None:
    desk.block(code)
    counted = [0x63C0 + left for left in reversed(range(tries))]
    assert desk.status_words(Instruction.VERIFY, REFERENCE[code])[-tries:] == counted
    desk.refused(*verifying(code, {"dok": DOK, "iok": IOK, "puk": PUK, "pin": PIN, "qpin": QPIN}[code]))
    # A query first, or VERIFY with the value: the answer is the same.
    assert last_answer(desk, Instruction.VERIFY, code) == BLOCKED


@pytest.mark.fact("EO-10", "EO-11", "EO-12", "EO-13")
def test_dok_changes_iok_unblocks_it_and_takes_it_along(desk: Desk) -> None:
    desk.tool(*changing("iok", IOK, "7777"))
    desk.tool(*changing("dok", DOK, "6666"))
    desk.block("iok")
    desk.tool(*unblocking("iok", "6666", "8888"))
    desk.tool(*unblocking("iok", "6666", "8888"))
    desk.tool(*verifying("iok", "8888"))
    desk.block("dok")
    desk.refused(*verifying("iok", "8888"))
    assert desk.code("iok").state == "blocked"
    assert desk.office("unblock") is Verdict.DONE
    desk.tool(*verifying("iok", IOK))


@pytest.mark.fact("EO-17", "EO-18", "EO-20")
def test_a_blocked_puk_ends_setting_and_leaves_pin_and_qpin_working(desk: Desk) -> None:
    make_keys(desk)
    desk.tool(*changing("puk", PUK, "88888888"))
    desk.block("puk")
    desk.refused(*unblocking("pin", "88888888", "99999"))
    assert last_answer(desk, Instruction.RESET_RETRY_COUNTER, "pin") == BLOCKED
    desk.refused(*unblocking("puk", IOK, PUK))
    desk.tool(*desk.signing("20", PIN, PIN_TOKEN))
    desk.signs("30", QPIN, QPIN_TOKEN)


@pytest.mark.fact("EO-19")
def test_puk_unblocks_pin_and_qpin(desk: Desk) -> None:
    for code in ("pin", "qpin"):
        desk.block(code)
        desk.tool(*unblocking(code, PUK, "77777"))
        desk.tool(*verifying(code, "77777"))


@pytest.mark.fact("EO-22", "EO-23")
def test_keys_are_made_with_pin_and_used_each_under_its_code(any_desk: Desk) -> None:
    set_everything(any_desk)
    make_keys(any_desk)
    assert [(key.identifier, key.area) for key in any_desk.seen.keys[1:]] == [("20", "general"), ("30", "qualified")]
    any_desk.signs("20", PIN, PIN_TOKEN)
    any_desk.signs("30", QPIN, QPIN_TOKEN)
    assert "qpin" not in any_desk.card.state.verified

    issue_certificate(any_desk, "20")
    any_desk.tool(*storing("20", PIN))
    any_desk.reset()
    assert any_desk.key("20").paired
    any_desk.tool(*deleting("20", "privkey,pubkey,cert", PIN))
    any_desk.reset()
    assert [key.identifier for key in any_desk.seen.keys] == ["10", "30"]


@pytest.mark.fact("EO-27")
def test_what_the_helpline_blocked_stays_blocked_and_signing_goes_on(desk: Desk) -> None:
    make_keys(desk)
    assert desk.card.act("helpline", "block-identification", {}) is Verdict.DONE
    desk.refused(*verifying("iok", IOK))
    desk.refused(*unblocking("iok", DOK, "7777"))
    desk.refused("pkcs11-tool", "--token-label", IOK_TOKEN, "--login", "--pin", IOK, "--list-objects")
    assert desk.office() is Verdict.PART_LOST
    desk.signs("30", QPIN, QPIN_TOKEN)
