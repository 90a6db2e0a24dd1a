"""`cardmanager diagnostics`: what a helpdesk needs to know, and nothing that it must not."""

from __future__ import annotations

import json

import pytest
from stuntcard.readers.pcsc import PcscServer
from stuntcard.readers.slot import Slot

from tests.clients.cardmanager import CardManager, block, nothing_sent
from tests.clients.desk import PIN, Desk, desk_with_own_socket
from tests.clients.desk_words import store_certificate
from tests.clients.opensc import shared_folder

pytestmark = pytest.mark.own_module


@pytest.mark.fact("PK-14")
def test_a_card_in_order_and_its_applications() -> None:
    with desk_with_own_socket("zzzs-pk") as desk:
        shown = CardManager(desk)("diagnostics")
        for line in (
            "The smart card service answers.",
            "Reader Stuntcard ZZZS-PK 00 00 (driver: Stuntcard ",
            "  ATR 3B7F96000080318065B085040120F20002829000",
            "  ZZZS-PK, number 5354554E54000004",
            "  applications: HPC-Entry, HPC-Qualified, HIC-Portal",
            "  PIN of KPEP: not set, tries left / set / most: 3 / 3 / 3",
            "    01: a certificate, valid from 2026-01-01 until 2046-01-01",
        ):
            assert f"\n{line}" in shown
        assert "\nNothing is wrong.\n" in shown
        assert "Služba čipových karet odpovídá." in CardManager(desk, "cs_CZ.UTF-8")("diagnostics")
        assert nothing_sent(desk)


@pytest.mark.fact("PK-14")
def test_what_is_wrong_and_what_to_do(cardmanager: CardManager) -> None:
    """A certificate of a day and a key alone, PIN blocked, PUK before its last try."""
    desk = cardmanager.desk
    for identifier in ("30", "31"):
        desk.make_key(identifier)
    store_certificate(desk, "30")
    block(desk, "pin")
    block(desk, "puk", but=1)
    desk.watched.exchanges.clear()
    outcome = cardmanager.run("diagnostics")
    assert outcome.status == 1
    found = outcome.shown.partition("things are wrong or need something done:\n")[2]
    reader = "Stuntcard ProID+Q 00 00"
    assert f"1. {reader}: PIN is blocked, and no value of it is taken.\n   " in found
    assert "cardmanager unblock pin" in found
    assert f"{reader}: PUK has one try left. Make sure of its value before it is typed again.\n   " in found
    assert f"{reader}: QPIN still has the value that it came with. Change it: cardmanager change qpin\n" in found
    assert f"{reader}: 31 is a key without a certificate." in found
    assert f"{reader}: 30: the certificate expires on " in found
    assert nothing_sent(desk)
    _has_no_secret(desk, outcome.shown)

    outcome = cardmanager.run("diagnostics", "--json", "--language", "sl")
    assert (outcome.status, outcome.data["well"]) == (1, False)
    assert outcome.data["findings"][0]["key"] == "code-blocked"
    [seen] = outcome.data["readers"]
    assert (seen["maker"], seen["card"]["codes"]["pin"]["state"]) == ("Stuntcard", "blocked")
    assert [key["identifier"] for key in seen["keys"]] == ["30", "31"]
    _has_no_secret(desk, outcome.shown)


def _has_no_secret(desk: Desk, text: str) -> None:
    """No code's value, no name of a holder, no folder of a user."""
    assert PIN not in text
    assert "Holder" not in text
    assert str(desk.folder) not in text


@pytest.mark.fact("PK-14")
def test_no_service_no_reader_no_card_a_silent_card_and_no_module(cardmanager: CardManager) -> None:
    desk = cardmanager.desk
    said = []
    with shared_folder() as folder:
        socket = folder / "pcsc.sock"
        elsewhere = CardManager(Desk(desk.watched, folder, socket))
        said.append(elsewhere.run("diagnostics", "--json").data)
        with PcscServer(socket, {}):
            said.append(elsewhere.run("diagnostics", "--json").data)
        with PcscServer(socket, {"Left 00 00": Slot()}):
            said.append(elsewhere.run("diagnostics", "--json").data)
    for code in ("pin", "qpin", "puk"):
        block(desk, code)
    said.append(cardmanager.run("diagnostics", "--module", "none.so", "--json").data)
    assert [[finding["key"] for finding in data["findings"]] for data in said] == [
        ["card-no-service"], ["card-no-reader"], ["card-no-card"], ["module-missing", "card-dead"],
    ]  # fmt: skip
    assert said[0]["service"]["reached"] is False
    assert said[2]["readers"][0]["card"] is None
    assert said[3]["module"] is None
    assert json.dumps(said[3]["findings"]).count("Ask its issuer for a new card") == 1


@pytest.mark.fact("TM-13", "EO-29")
def test_the_vendor_s_program_who_helps_and_that_codes_are_told_to_nobody() -> None:
    with desk_with_own_socket("tokenme") as desk:
        shown = CardManager(desk)("diagnostics")
        for line in (
            "the vendor's program: Bit4id PKI Manager",
            "Bit4id PKI Manager also drives: Crypto Java Card",
            "Only an administrator of the computer can install Bit4id PKI Manager.",
            "who helps, in this order: the help desk of the administration of the basic registers (SZR), "
            "the certification authority's help desk",
        ):
            assert f"\n  {line}\n" in shown
    with desk_with_own_socket("eobcanka") as desk:
        shown = CardManager(desk, "cs_CZ.UTF-8")("diagnostics")
        assert "\n  program dodavatele: eObčanka - Správce karty\n" in shown
        assert (
            "Kódy se nikomu nesdělují, ani podpoře, příbuzným nebo úřadům, a nezapisují se ke kartě. "
            "Kód, který se někdo mohl dozvědět, změňte"
        ) in shown


@pytest.mark.fact("PQ-36")
def test_a_card_with_a_key_on_it_or_without_factory_codes_comes_back(cardmanager: CardManager) -> None:
    warning = "A card that is sent in like this can't be examined, and comes back."
    assert warning not in cardmanager("ready-for-claim")
    cardmanager("change", "pin", lines=[PIN, "24680246", "24680246"])
    assert warning not in cardmanager.run("ready-for-claim").shown
    assert warning in cardmanager.run("ready-for-claim", "--check-codes").shown
    cardmanager("change", "pin", lines=["24680246", PIN, PIN])
    cardmanager.desk.make_key("30")
    assert cardmanager.run("ready-for-claim").shown.endswith(f"{warning}\n")
