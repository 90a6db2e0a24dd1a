"""PIN, PUK and QPIN blocked at once: the chip is destroyed, and stays so."""

from __future__ import annotations

import itertools

import pytest

from tests.clients.commands import unblocking, verifying
from tests.clients.desk import PIN, PUK, QPIN, Desk

ATR = "3b:7e:94:00:00:80:25:a0:00:00:00:28:56:80:10:12:00:01:14"


def assert_dead(desk: Desk) -> None:
    assert desk.seen.life_cycle == "dead"
    assert ATR in desk.tool("opensc-tool", "--atr")
    desk.refused("pkcs15-tool", "--dump")
    desk.refused(*verifying("pin", PIN))
    desk.refused(*unblocking("pin", PUK, "1234"))
    desk.refused("pkcs15-init", "--generate-key", "rsa/2048", "--auth-id", "01", "--pin", PIN)
    desk.refused("pkcs11-tool", "--login", "--pin", PIN, "--list-objects")
    select, verify = "00A404000CF276A288BCFBA69D34F31001", "0020000108" + PIN.encode().hex()
    assert desk.send(select, verify, "00A4040007F05354554E5401", "00CA00E000", "0084000008") == ["6F00"] * 5


@pytest.mark.fact("PQ-06")
def test_three_blocked_codes_kill_the_chip_for_every_program_and_for_good(any_desk: Desk) -> None:
    any_desk.make_key("10")
    any_desk.block("pin")
    any_desk.block("qpin")
    assert any_desk.seen.life_cycle == "operational"
    any_desk.block("puk")
    assert_dead(any_desk)

    any_desk.reset()
    assert_dead(any_desk)


@pytest.mark.fact("PQ-06")
@pytest.mark.parametrize("order", list(itertools.permutations(["pin", "puk", "qpin"])), ids="-".join)
def test_order_does_not_matter(desk: Desk, order: tuple[str, ...]) -> None:
    for number, code in enumerate(order):
        assert desk.seen.life_cycle == "operational", number
        desk.block(code)
    assert desk.seen.life_cycle == "dead"
    assert desk.tries() == (0, 0, 0)


@pytest.mark.fact("PQ-06", "PQ-12")
def test_unblocking_in_time_saves_the_chip(desk: Desk) -> None:
    desk.block("pin")
    desk.block("qpin")
    desk.tool(*unblocking("qpin", PUK, QPIN))
    desk.block("puk")
    assert desk.seen.life_cycle == "operational"
    desk.tool(*verifying("qpin", QPIN))
    # Nothing unblocks QPIN any more: its last try is the chip's last.
    desk.block("qpin")
    assert_dead(desk)
