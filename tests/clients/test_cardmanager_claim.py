"""`cardmanager ready-for-claim`: what is missing for a warranty claim, and making the card ready (PQ-27)."""

from __future__ import annotations

import pytest
from stuntcard.iso7816.instructions import Instruction

from tests.clients.apdus import MAKE_RSA_KEY, VERIFY_PIN, VERIFY_QPIN
from tests.clients.cardmanager import USAGE, CardManager, block, lasting, nothing_sent
from tests.clients.certificates import as_pkcs12, new_key
from tests.clients.desk import PIN, PUK, QPIN, Desk, desk_with_own_socket

pytestmark = pytest.mark.own_module

CLAIM = "ready-for-claim"
WRONG = "99999999"


def values(desk: Desk) -> list[bytes]:
    return [desk.card.content.values[code] for code in ("pin", "puk", "qpin")]


@pytest.mark.fact("PQ-27")
def test_a_new_card_is_ready_and_one_in_use_is_not(cardmanager: CardManager) -> None:
    desk = cardmanager.desk
    assert "is ready" in cardmanager(CLAIM)
    assert cardmanager.run(CLAIM, "--json").data == {
        "ready": True, "objects": [], "codes": {"pin": "factory", "puk": "factory", "qpin": "factory"}
    }  # fmt: skip
    desk.make_key("30")
    shown = cardmanager.run(CLAIM).shown
    assert "not ready" in shown
    assert "empty container 30" in shown
    desk.tool("pkcs15-init", "--delete-objects", "privkey,pubkey", "--id", "30", "--auth-id", "01", "--pin", PIN)
    assert "is ready" in cardmanager(CLAIM)


@pytest.mark.fact("PQ-27")
def test_a_code_that_was_changed_is_found_out_only_by_a_try(cardmanager: CardManager) -> None:
    desk = cardmanager.desk
    cardmanager("change", "qpin", lines=(QPIN, "my own 7", "my own 7"))
    desk.watched.exchanges.clear()
    outcome = cardmanager.run(CLAIM)
    assert outcome.status == 1
    assert "can't be told without trying codes" in outcome.shown
    assert "QPIN was changed once" in outcome.shown
    assert "loses a try" in outcome.shown
    assert nothing_sent(desk)

    checked = cardmanager.run(CLAIM, "--check-codes")
    assert checked.status == 1
    assert "QPIN is not what it was at the factory" in checked.shown
    assert "the check has cost a try" in checked.told
    assert desk.tries() == (3, 5, 2)
    assert cardmanager.run(CLAIM, "--check-codes", "--json").data["codes"]["qpin"] == "other"
    assert desk.tries() == (3, 5, 1)

    # The last one is never risked.
    last = cardmanager.run(CLAIM, "--check-codes")
    assert "which is not risked" in last.shown
    assert desk.tries() == (3, 5, 1)

    cardmanager("change", "qpin", lines=("my own 7", QPIN, QPIN))
    assert "is ready" in cardmanager(CLAIM, "--check-codes")


@pytest.mark.fact("PQ-27")
def test_prepare_makes_a_card_in_full_use_ready(cardmanager: CardManager) -> None:
    desk = cardmanager.desk
    desk.write("backup.p12", as_pkcs12(new_key("ec"), "secret"))
    cardmanager("import-p12", "backup.p12", lines=("secret", PIN))
    desk.make_qualified_key("20")
    desk.send(VERIFY_PIN, VERIFY_QPIN, *MAKE_RSA_KEY)
    cardmanager("change", "pin", lines=(PIN, "my own 7", "my own 7"))
    cardmanager("change", "puk", lines=(PUK, "my own 77", "my own 77"))
    block(desk, "qpin")
    assert len(desk.seen.keys) == 3
    desk.watched.exchanges.clear()
    before = lasting(desk.card.content)
    assert "Nobody is there to answer" in cardmanager.refused(CLAIM, "--prepare", lines=("my own 7",))
    assert nothing_sent(desk)
    assert lasting(desk.card.content) == before

    shown = cardmanager(CLAIM, "--prepare", "--yes", lines=("my own 7", "my own 77"))
    assert "3 keys and certificates deleted." in shown
    assert "is ready" in shown
    assert desk.seen.keys == []
    assert values(desk) == [PIN.encode(), PUK.encode(), QPIN.encode()]
    assert desk.tries() == (3, 5, 3)
    assert "is ready" in cardmanager(CLAIM, "--check-codes")


@pytest.mark.fact("PQ-27")
def test_prepare_stops_at_a_wrong_code_before_anything_is_deleted(cardmanager: CardManager) -> None:
    desk = cardmanager.desk
    desk.make_key("30")
    cardmanager("change", "pin", lines=(PIN, "my own 7", "my own 7"))
    shown = cardmanager.refused(CLAIM, "--prepare", "--yes", lines=(WRONG,))
    assert "PIN is wrong, 2 tries are left." in shown
    assert "stopped half way" in shown
    assert desk.key("30").listed
    assert desk.card.content.values["pin"] == b"my own 7"


@pytest.mark.fact("PQ-27")
def test_a_card_whose_puk_is_blocked_can_not_be_made_ready(cardmanager: CardManager) -> None:
    desk = cardmanager.desk
    block(desk, "puk")
    assert "PUK is blocked" in cardmanager.run(CLAIM).shown
    desk.watched.exchanges.clear()
    assert "can't be made ready: PUK is blocked" in cardmanager.refused(CLAIM, "--prepare", "--yes")
    assert desk.status_words(Instruction.CHANGE_REFERENCE_DATA) == []


@pytest.mark.parametrize("profile", ["tokenme", "eobcanka", "zzzs-pk"])
def test_of_other_cards_no_conditions_are_known(profile: str) -> None:
    with desk_with_own_socket(profile) as desk:
        assert "no conditions" in CardManager(desk).refused(CLAIM)
        assert "neither" in CardManager(desk).refused(CLAIM, "--prepare", "--json", status=USAGE)
