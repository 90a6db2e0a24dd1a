"""A test's card in a reader with a PIN pad: `stuntcard("zzzs-pk", pinpad=True)`."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator

import pytest
from stuntcard.running.plan import PlanError
from stuntcard.testing import CardOnDesk, EmulatedCard, Stuntcard

from tests.clients.opensc import pkcs11_module

PATIENCE = 60


@pytest.fixture
def cards() -> Iterator[Stuntcard]:
    with Stuntcard() as cards:
        yield cards


def logging_in(card: EmulatedCard) -> subprocess.Popen[str]:
    """A program that logs in, and has no code."""
    return subprocess.Popen(
        ["pkcs11-tool", "--module", str(pkcs11_module()), "--login", "--list-objects"],
        env={**os.environ, **card.reader_env}, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip


@pytest.mark.fact("PK-15")
def test_a_code_is_typed_while_the_program_waits(cards: Stuntcard) -> None:
    card = cards("proid-q", pinpad=True)
    program = logging_in(card)
    card.type("1234567 correction 78")
    shown, _ = program.communicate(timeout=PATIENCE)
    assert program.returncode == 0, shown
    assert card.asked is None


def test_a_cancelled_entry_costs_no_try(cards: Stuntcard) -> None:
    card = cards("proid-q", pinpad=True)
    program = logging_in(card)
    card.type("cancel")
    assert "CKR_FUNCTION_CANCELED" in program.communicate(timeout=PATIENCE)[0]
    assert card.state.codes.pin.tries_left == 3


def test_prepared_keys_come_by_themselves_also_on_a_desk(cards: Stuntcard) -> None:
    desk = cards.desk(CardOnDesk("proid-q", keys=["11111111"]), "tokenme")
    shown, _ = logging_in(desk["proid-q"]).communicate(timeout=PATIENCE)
    assert "CKR_PIN_INCORRECT" in shown
    assert desk["proid-q"].state.codes.pin.tries_left == 2


def test_what_can_not_be_typed_is_said(cards: Stuntcard) -> None:
    card = cards("proid-q", pinpad=True)
    with pytest.raises(ValueError, match="asked for nothing within 0 s; a program"):
        card.type("1234", within=0)
    with pytest.raises(ValueError, match="expected digits"):
        card.type("secret")
    with pytest.raises(ValueError, match="has no PIN pad; give it one: pinpad=True"):
        cards("proid-q").type("1234")
    with pytest.raises(PlanError, match="keys, line 2: expected digits") as told:
        cards("proid-q", keys=["1234", "secret"])
    assert "secret" not in str(told.value)
