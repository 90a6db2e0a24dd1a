"""Exercises solved, and lost, by real programs: what counts is the card, whoever drives it."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from stuntcard.exercises.judge import Progress
from stuntcard.exercises.live import LiveAttempt
from stuntcard.exercises.load import load_exercise
from stuntcard.exercises.start import make_ready
from stuntcard.running.choices import RunOptions
from stuntcard.running.pcsc import pcsc_server
from stuntcard.running.placing import placed

from tests.clients.cardmanager import CardManager
from tests.clients.desk import Desk, WatchedCard
from tests.clients.opensc import shared_folder
from tests.clients.stuntcard_command import StuntcardCommand


@dataclass(frozen=True)
class Trainee:
    """A trainee before a card, with an attempt that is under way."""

    desk: Desk
    attempt: LiveAttempt

    @property
    def progress(self) -> Progress:
        return self.attempt.judgement().progress

    @property
    def traps(self) -> list[str]:
        return [sprung.trap for sprung in self.attempt.judgement().traps]


@pytest.fixture
def begin() -> Iterator[Callable[..., Trainee]]:
    """`begin(NAME)` begins an exercise, with the card's own command set or another one."""
    with ExitStack() as stack:

        def begun(name: str, applet: str | None = None) -> Trainee:
            ready = make_ready(load_exercise(name))
            card = ready.new_card(applet)
            attempt = LiveAttempt(ready, card)
            watched = WatchedCard(card)
            folder = stack.enter_context(shared_folder())
            placed_card = stack.enter_context(placed(card, RunOptions()))
            placed_card.slot_control.slot.insert(watched)
            socket = folder / "pcsc.sock"
            stack.enter_context(pcsc_server(socket, [(ready.named.profile.name, placed_card.slot)]))
            return Trainee(Desk(watched, folder, socket), attempt)

        yield begun


@pytest.mark.fact("PQ-12")
@pytest.mark.parametrize("applet", [None, "myeid"])
def test_pkcs15_tool_unblocks_a_pin_after_a_wrong_puk(begin: Callable[..., Trainee], applet: str | None) -> None:
    trainee = begin("proid-q-pin-blocked", applet)
    unblock = ("pkcs15-tool", "--unblock-pin", "--auth-id", "01", "--new-pin", "24681357", "--puk")
    trainee.desk.refused(*unblock, "00000000")
    assert (trainee.progress, trainee.traps) == (Progress.OPEN, ["wrong-puk"])
    trainee.desk.tool(*unblock, "87654321")
    judgement = trainee.attempt.judgement()
    assert (judgement.progress, dict(judgement.tries_spent)) == (Progress.SOLVED, {"puk": 1})


def renew(desk: Desk) -> None:
    """Makes a key in the CC area and stores a certificate for it, which is a copy of the old one."""
    pin = ("--pin", "12345678")
    desk.tool("pkcs15-tool", "--read-certificate", "21", "--output", "issued.pem")
    desk.tool("pkcs15-init", "--generate-key", "ec/prime256v1", "--verify-pin", "--auth-id", "03", *pin, "--id", "23")
    desk.tool("pkcs15-init", "--store-certificate", "issued.pem", "--id", "23", "--verify-pin", "--auth-id", "01", *pin)
    desk.card.reset()


@pytest.mark.fact("PQ-14", "PQ-15")
def test_pkcs15_init_makes_room_for_a_renewal(begin: Callable[..., Trainee]) -> None:
    trainee = begin("proid-q-622-unpaired-key")
    trainee.desk.tool(
        "pkcs15-init", "--delete-objects", "privkey,pubkey", "--id", "22", "--auth-id", "01", "--pin", "12345678"
    )
    assert trainee.progress is Progress.OPEN
    renew(trainee.desk)
    assert (trainee.progress, trainee.traps) == (Progress.SOLVED, [])


@pytest.mark.own_module
@pytest.mark.fact("PQ-14", "PQ-16")
def test_cardmanager_clears_a_key_away_that_no_program_shows(begin: Callable[..., Trainee]) -> None:
    trainee = begin("proid-q-left-over-key")
    hint = trainee.attempt.hint()
    assert hint is not None
    CardManager(trainee.desk)(
        "delete-key", "--number", str(hint.step.action.number), "--expert", "--yes", lines=("12345678",)
    )
    renew(trainee.desk)
    assert (trainee.progress, trainee.traps) == (Progress.SOLVED, [])


@pytest.mark.fact("TM-06")
def test_pkcs15_init_deletes_the_wrong_certificate(begin: Callable[..., Trainee]) -> None:
    trainee = begin("tokenme-clean-up")
    trainee.desk.tool(
        "pkcs15-init", "--delete-objects", "privkey,pubkey,cert", "--id", "02", "--auth-id", "01", "--pin", "12345678"
    )
    trainee.desk.card.reset()
    assert (trainee.progress, trainee.traps) == (Progress.LOST, ["qualified-deleted"])


@pytest.mark.fact("PK-13")
def test_pkcs11_tool_signs_with_what_the_card_still_has(begin: Callable[..., Trainee]) -> None:
    trainee = begin("zzzs-pk-pep-lost")
    trainee.desk.tool(*trainee.desk.signing("02", "654321", "ZZZS-PK (HPC-Qualified)", "SHA256-RSA-PKCS"))
    assert trainee.progress is Progress.SOLVED


@pytest.mark.own_module
@pytest.mark.fact("PQ-05", "PQ-10")
def test_cardmanager_changes_the_codes_from_the_factory(begin: Callable[..., Trainee]) -> None:
    trainee = begin("proid-q-first-use")
    manager = CardManager(trainee.desk)
    manager("change", "pin", lines=("12345678", "my own 7", "my own 7"))
    manager("change", "puk", lines=("87654321", "87654321", "87654321"))
    assert (trainee.progress, trainee.traps) == (Progress.OPEN, ["factory-value-again"])
    manager("change", "puk", lines=("87654321", "my own 77", "my own 77"))
    manager("change", "qpin", lines=("12345678", "my own 9", "my own 9"))
    assert trainee.progress is Progress.SOLVED


def test_a_trainee_at_a_terminal_begins_asks_and_solves() -> None:
    script = (
        "stuntcard exercise hint; stuntcard exercise call post --language cs;"
        "pkcs15-tool --unblock-pin --auth-id 03 --puk 12345678 --new-pin 654321; stuntcard exercise status --json"
    )
    with shared_folder() as folder:
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        command = StuntcardCommand({**os.environ, "XDG_RUNTIME_DIR": str(folder), "PATH": path})
        done = command("exercise", "start", "first-use-of-kpep", "--", "sh", "-c", script)
        given_up = command("exercise", "start", "first-use-of-kpep", "--language", "sl", "--", "true")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Dr Zupan has a new professional card." in done.stdout
    assert "Hint: The holder gives TPIN and sets PIN of KPEP for the first time." in done.stdout
    assert "Dopis s transportním PINem byl doručen minulé úterý." in done.stdout
    assert "TPIN: 12345678" in done.stdout
    status = json.loads(done.stdout[done.stdout.index("{") :])
    assert (status["progress"], status["missing"], status["hints"], status["traps"]) == ("solved", 0, 1, {})
    assert "To be explained afterwards:" in done.stderr
    assert given_up.returncode == 1
    assert "Še ni rešeno." in given_up.stderr
    assert "  stuntcard exercise call post  pokličete nekoga, ki morda pozna kodo\n" in given_up.stdout
    assert "  exit                          končate in izveste, kaj si je treba zapomniti\n" in given_up.stdout


def test_who_cures_a_scenario_ends_well() -> None:
    with shared_folder() as folder:
        command = StuntcardCommand({**os.environ, "XDG_RUNTIME_DIR": str(folder)})
        unblock = ("pkcs15-tool", "--unblock-pin", "--auth-id", "01", "--puk", "87654321", "--new-pin", "24681357")
        cured = command("exec", "--scenario", "proid-q-pin-blocked", "--language", "cs", "--", *unblock)
    assert (cured.returncode, cured.stderr.splitlines()[-1]) == (0, "Scénář proid-q-pin-blocked: potíž je odstraněna.")
