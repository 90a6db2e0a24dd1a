"""Faults, as unmodified middleware meets them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from stuntcard.iso7816.instructions import Instruction
from stuntcard.running.pcsc import reader_name

from tests.clients.asked_program import LineProgram
from tests.clients.commands import changing, unblocking, verifying
from tests.clients.desk import PIN, PUK
from tests.clients.opensc import SOCKET_VARIABLE
from tests.clients.pkcs11_client import Pkcs11Client
from tests.clients.stuntcard_command import StuntcardCommand
from tests.clients.trouble import Trouble
from tests.programs import PATIENCE, run

LETTER = b"I sell you my house."
TOKEN = "ProID+Q"
NEW_PIN = "2468"


@pytest.fixture
def application(trouble: Trouble) -> Iterator[Pkcs11Client]:
    with Pkcs11Client(trouble.desk) as client:
        yield client


class PcscProgram(LineProgram):
    """A program that does single calls of PC/SC when told, and gives what comes of them."""

    _PROGRAM = """
import sys
from smartcard.scard import *
code, context = SCardEstablishContext(SCARD_SCOPE_USER)
handle = 0
for line in sys.stdin:
    act, *words = line.split()
    if act == "list":
        code, readers = SCardListReaders(context, [])
        print(readers, flush=True)
    elif act == "connect":
        code, readers = SCardListReaders(context, [])
        code, handle, protocol = SCardConnect(context, readers[0], SCARD_SHARE_SHARED, SCARD_PROTOCOL_ANY)
        print(hex(code & 0xFFFFFFFF), flush=True)
    else:
        code, answer = SCardTransmit(handle, SCARD_PCI_T0, list(bytes.fromhex(act)))
        print(hex(code & 0xFFFFFFFF), bytes(answer).hex(), flush=True)
"""

    def __init__(self, socket: Path) -> None:
        super().__init__("-c", self._PROGRAM, socket=socket)

    def __call__(self, line: str) -> str:
        return self.ask_line(line)


@pytest.fixture
def pcsc_program(trouble: Trouble) -> Iterator[PcscProgram]:
    with PcscProgram(trouble.desk.socket) as program:
        yield program


VERIFY_WRONG = "0020000110" + b"wrong".ljust(16, b"\xff").hex()


# Answers


def test_the_third_signature_fails_and_the_fourth_is_good(trouble: Trouble, application: Pkcs11Client) -> None:
    trouble.desk.make_key("10", "rsa/2048")
    application("log_in", TOKEN, PIN)
    trouble.set("ins=2A nth=3 act=status:6F00")
    signatures = [application("sign", TOKEN, "10", "sha256-rsa", LETTER.hex()) for _ in range(2)]
    assert application.refused("sign", TOKEN, "10", "sha256-rsa", LETTER.hex())
    assert application("sign", TOKEN, "10", "sha256-rsa", LETTER.hex()) == signatures[0]
    assert trouble.struck() == [1]
    assert trouble.desk.status_words(Instruction.PERFORM_SECURITY_OPERATION).count(0x6F00) == 1


def test_a_corrupted_signature_reaches_the_application(trouble: Trouble, application: Pkcs11Client) -> None:
    trouble.desk.make_key("10", "rsa/2048")
    application("log_in", TOKEN, PIN)
    sign = ("sign", TOKEN, "10", "sha256-rsa", LETTER.hex())
    good = str(application(*sign))
    # This card speaks T=0: the signature itself is the answer to GET RESPONSE.
    trouble.set("ins=C0 nth=1 act=corrupt:3 seed=1")
    spoiled = str(application(*sign))
    assert len(spoiled) == len(good)
    assert (int(spoiled, 16) ^ int(good, 16)).bit_count() == 3
    assert application(*sign) == good


def test_a_slow_card_is_slow_and_nothing_else(trouble: Trouble) -> None:
    trouble.set("act=slow:1")
    trouble.desk.tool(*verifying("pin", PIN))
    (struck,) = trouble.struck()
    assert struck == len(trouble.desk.watched.exchanges) > 3


def test_a_card_that_stays_silent_is_an_error_and_no_hang(trouble: Trouble) -> None:
    trouble.set("ins=verify code=pin act=no-answer:10ms")
    trouble.desk.refused(*verifying("pin", "wrong"))
    assert trouble.desk.tries() == (3, 5, 3)
    trouble.faults.clear()
    trouble.desk.tool(*verifying("pin", PIN))


# The card taken out


@pytest.mark.parametrize(("when", "tries"), [("before", 3), ("after", 2)])
def test_the_card_is_taken_out_while_pkcs11_tool_logs_in(any_trouble: Trouble, when: str, tries: int) -> None:
    trouble = any_trouble
    trouble.set(f"ins=verify code=pin nth=1 act=remove when={when}")
    trouble.desk.refused("pkcs11-tool", "--login", "--pin", "wrong", "--list-objects")
    assert trouble.desk.tries() == (tries, 5, 3)
    assert not trouble.slot_control.card_in
    trouble.desk.refused("pkcs11-tool", "--login", "--pin", PIN, "--list-objects")
    trouble.slot_control.insert()
    trouble.await_card()
    trouble.desk.tool("pkcs11-tool", "--login", "--pin", PIN, "--list-objects")
    assert trouble.desk.tries() == (3, 5, 3)


def test_a_card_put_back_is_a_new_session(trouble: Trouble, pcsc_program: PcscProgram) -> None:
    assert pcsc_program("connect") == "0x0"
    trouble.set("ins=verify nth=1 act=remove")
    assert pcsc_program(VERIFY_WRONG) == "0x8010000c"
    assert pcsc_program(VERIFY_WRONG) == "0x80100069", "SCARD_W_REMOVED_CARD"
    trouble.slot_control.insert()
    assert pcsc_program(VERIFY_WRONG) == "0x80100069"
    assert pcsc_program("connect") == "0x0"
    assert pcsc_program("00A4000C023F00") == "0x0 9000"


# The reader gone


def test_a_reader_that_goes_is_listed_no_more(trouble: Trouble, pcsc_program: PcscProgram) -> None:
    name = reader_name(trouble.desk.card.profile)
    assert pcsc_program("list") == f"['{name}']"
    assert pcsc_program("connect") == "0x0"
    trouble.set("ins=verify nth=1 act=unplug")
    assert pcsc_program(VERIFY_WRONG) == "0x80100017", "SCARD_E_READER_UNAVAILABLE"
    assert pcsc_program("list") == "[]"
    assert "No smart card readers found" in trouble.desk.tool("opensc-tool", "--list-readers")
    trouble.slot_control.plug()
    assert pcsc_program("list") == f"['{name}']"
    assert pcsc_program("connect") == "0x0"
    assert pcsc_program("00A4000C023F00") == "0x0 9000"
    assert trouble.desk.tries() == (3, 5, 3)


# Power lost


@pytest.mark.parametrize(("when", "works", "does_not"), [("before", PIN, NEW_PIN), ("after", NEW_PIN, PIN)])
def test_torn_while_the_pin_is_changed(any_trouble: Trouble, when: str, works: str, does_not: str) -> None:
    trouble, desk = any_trouble, any_trouble.desk
    trouble.set(f"ins=24 nth=1 act=tear when={when}")
    desk.refused(*changing("pin", PIN, NEW_PIN))
    assert trouble.struck() == [1]
    assert desk.tries() == (3, 5, 3)
    assert (trouble.takes(works), trouble.takes(does_not)) == (True, False)
    trouble.await_card()
    trouble.refused_by_the_card(*verifying("pin", does_not))
    assert desk.tries() == (2, 5, 3)
    desk.tool(*verifying("pin", works))
    assert desk.tries() == (3, 5, 3)


def test_tearing_gives_no_try_back(trouble: Trouble) -> None:
    desk = trouble.desk
    desk.refused(*verifying("pin", "wrong"))
    trouble.set("ins=24 act=tear")
    desk.refused(*changing("pin", "wrong", NEW_PIN))
    desk.refused(*changing("pin", PIN, NEW_PIN))
    assert desk.tries() == (2, 5, 3)
    trouble.faults.clear()
    trouble.set("ins=24 act=tear when=after")
    desk.refused(*changing("pin", "wrong", NEW_PIN))
    assert desk.tries() == (1, 5, 3)


def test_torn_while_the_pin_is_unblocked(trouble: Trouble) -> None:
    desk = trouble.desk
    desk.block("pin")
    unblock = unblocking("pin", PUK, NEW_PIN)
    trouble.set("code=puk nth=1 act=tear")
    desk.refused(*unblock)
    assert desk.tries() == (0, 5, 3)
    desk.tool(*unblock)
    assert desk.tries() == (3, 5, 3)
    assert trouble.takes(NEW_PIN)


def test_the_client_is_told_that_the_card_started_anew(trouble: Trouble, pcsc_program: PcscProgram) -> None:
    assert pcsc_program("connect") == "0x0"
    trouble.set("ins=verify nth=1 act=tear")
    assert pcsc_program(VERIFY_WRONG) == "0x80100016", "SCARD_E_NOT_TRANSACTED"
    assert pcsc_program(VERIFY_WRONG) == "0x80100068", "SCARD_W_RESET_CARD"
    assert trouble.desk.tries() == (3, 5, 3)


# The command line


def test_exec_with_a_fault(stuntcard: StuntcardCommand, tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    rule = "ins=verify code=pin act=status:6F00 when=after"
    ended = stuntcard("exec", "proid-q", "--state-out", str(state), "--fault", rule, "--", *verifying("pin", "wrong"))
    assert ended.returncode != 0
    assert json.loads(state.read_text())["codes"]["pin"]["tries_left"] == 2


def test_a_program_ends_while_a_fault_keeps_its_command_waiting(stuntcard: StuntcardCommand) -> None:
    verify = "pkcs15-tool --verify-pin --auth-id 01 --pin wrong & sleep 1; kill $!"
    ended = stuntcard("exec", "proid-q", "--fault", "ins=20 act=no-answer:3600", "--", "sh", "-c", verify)
    assert ended.returncode == 0


def test_a_running_card_is_handled_from_another_shell(stuntcard: StuntcardCommand) -> None:
    with stuntcard.running("proid-q") as (card, socket):
        seen, done = {**stuntcard.environment, SOCKET_VARIABLE: str(socket)}, stuntcard.done

        def verify(pin: str) -> int:
            return run(*verifying("pin", pin), env=seen).returncode

        assert verify(PIN) == 0
        done("fault", "set", "proid-q", "ins=20", "code=pin", "act=status:6F00")
        assert verify(PIN) != 0
        assert "matched 1, struck 1" in done("fault", "list", "proid-q")
        done("fault", "clear", "proid-q")
        assert verify(PIN) == 0
        assert done("set", "proid-q", "pin=blocked", "puk=2") == (
            "PIN given wrongly, 3 times\nPUK given wrongly, 3 times\n"
        )
        assert verify(PIN) != 0
        assert done("set", "proid-q", "pin=3").startswith("PIN set with PUK\n")
        assert verify(PIN) == 0
        done("remove", "proid-q")
        assert verify(PIN) != 0
        done("insert", "proid-q")
        assert verify(PIN) == 0
        done("reset", "proid-q")
        shown = json.loads(done("state", "proid-q", "--json"))
        assert (shown["place"], shown["card"]["codes"]["puk"]["tries_left"]) == ("in", 2)
        card.terminate()
        card.communicate(timeout=PATIENCE)
    assert card.returncode == 0
