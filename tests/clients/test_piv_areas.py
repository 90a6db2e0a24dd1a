"""Areas of cards as PIV: what keys they show, and what becomes of a card whose codes programs block."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from stuntcard.applets.registry import APPLETS, seen_through
from stuntcard.card.card import Card
from stuntcard.card.view import ALIVE
from stuntcard.iso7816.instructions import Instruction
from stuntcard.profile.load import load_profile
from stuntcard.profile.model import CodeStatus
from stuntcard.readers.pcsc import PcscServer
from stuntcard.readers.slot import Slot
from stuntcard.running.pcsc import reader_name

from tests.clients.certificates import issue_certificate
from tests.clients.commands import storing, unblocking, verifying
from tests.clients.desk import Desk, WatchedCard, desk_with_own_socket
from tests.clients.opensc import shared_folder
from tests.clients.piv_card import AUTHENTICATION, IDENTIFIERS, SIGNATURE, PivCard

WRONG = "00000000"


@contextmanager
def seen_anew(card: Card, applet: str) -> Iterator[Desk]:
    """The same card in another reader, through another command set."""
    profile = seen_through(load_profile(card.profile.id), applet)
    watched = WatchedCard(Card(profile, APPLETS, card.content))
    with shared_folder() as folder:
        socket = folder / "pcsc.sock"
        with PcscServer(socket, {reader_name(profile): Slot(watched)}):
            yield Desk(watched, folder, socket)


@pytest.mark.fact("PQ-03")
def test_a_key_of_the_cc_area_is_the_one_for_signatures_and_takes_qpin_each_time() -> None:
    with desk_with_own_socket("proid-q") as made:
        made.make_qualified_key("10")
        issue_certificate(made, "10")
        made.tool(*storing("10", "12345678"))
        with seen_anew(made.card, "piv:cc") as desk:
            card = PivCard(desk, "12345678")
            card.sign(SIGNATURE, "ECDSA-SHA1")
            desk.watched.exchanges.clear()
            card.sign(SIGNATURE, "ECDSA-SHA1")
            assert [word for word in desk.status_words(Instruction.VERIFY) if word == 0x9000] == [0x9000] * 2
            desk.refused(*verifying("01", WRONG))
            assert desk.tries() == (3, 5, 2)
            card.yubico_refused(
                "--action", "verify-pin", "--pin", "12345678", "--action", "generate", "--slot", SIGNATURE
            )


@pytest.mark.fact("PQ-06")
def test_the_chip_dies_when_pin_puk_and_qpin_are_blocked_through_piv() -> None:
    with desk_with_own_socket("proid-q", applet="piv:general") as general:
        for _ in range(3):
            general.refused(*verifying("01", WRONG))
        for _ in range(5):
            general.refused(*unblocking("01", WRONG, "654321"))
        assert general.seen.life_cycle == ALIVE
        with seen_anew(general.card, "piv:cc") as qualified:
            for left in (2, 1, 0):
                qualified.refused(*verifying("01", WRONG))
                assert qualified.status_words(Instruction.VERIFY)[-1] == 0x63C0 | left
            assert qualified.card.state.dead
            qualified.refused("pkcs15-tool", "--dump")
            qualified.refused("yubico-piv-tool", "--reader", "Stuntcard", "--action", "status")


@pytest.mark.fact("PK-01", "PK-03", "PK-04")
def test_pep_signs_and_five_wrong_puks_end_it() -> None:
    with desk_with_own_socket("zzzs-pk", applet="piv:pep") as desk:
        card = PivCard(desk, "1234")
        assert "TESTKA TEST-IZMIŠLJENA" in desk.tool("pkcs15-tool", "--dump")
        card.sign(AUTHENTICATION, "SHA256-RSA-PKCS")
        for _ in range(3):
            desk.refused(*verifying("01", "9999"))
        assert "CKR_PIN_LOCKED" in desk.refused("pkcs11-tool", "--login", "--pin", "1234", "--list-objects")
        desk.tool("pkcs15-tool", "--unblock-pin", "--auth-id", "01", "--puk", "87654321", "--new-pin", "4321")
        for _ in range(5):
            desk.refused(*unblocking("01", WRONG, "4321"))
        assert desk.seen.parts["pep"].lost
        assert "Authentication method blocked" in desk.refused(*verifying("01", "4321"))


@pytest.mark.fact("PK-05", "PK-06", "PK-07")
def test_kpep_is_set_with_tpin_signs_once_a_pin_and_ends_with_three_wrong_ones() -> None:
    with desk_with_own_socket("zzzs-pk", applet="piv:kpep") as desk:
        card = PivCard(desk, "654321")
        desk.refused(*verifying("01", "654321"))
        desk.tool(*unblocking("01", "12345678", "654321"))
        card.sign(SIGNATURE, "SHA256-RSA-PKCS")
        card.sign(SIGNATURE, "SHA256-RSA-PKCS")
        asked = desk.status_words(Instruction.VERIFY)
        assert asked.count(0x9000) >= 2
        for _ in range(3):
            desk.refused(*verifying("01", WRONG))
        assert desk.code("kpep-pin").state is CodeStatus.BLOCKED
        assert desk.seen.parts["kpep"].lost
        assert IDENTIFIERS[SIGNATURE] == "02"
