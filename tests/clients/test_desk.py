"""Several readers before one program, as on a tester's desk, and what programs see of them."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
from stuntcard.profile.load import load_profile
from stuntcard.readers.slot import Slot
from stuntcard.running.making import fresh_card
from stuntcard.running.pcsc import pcsc_server

from tests.clients.opensc import SOCKET_VARIABLE, opensc_command, shared_folder
from tests.clients.private_pcscd import PrivatePcscd
from tests.clients.stuntcard_command import StuntcardCommand
from tests.programs import shown as shown_by

WATCHING, SCANNING = (Path(__file__).with_name(f"{name}_application.py") for name in ("watching", "scanning"))
CARDMANAGER = Path(sys.executable).with_name("cardmanager")
DESK = ("proid-q", "b=tokenme", "empty")
"""A desk as it is typed."""


@pytest.fixture
def running(stuntcard: StuntcardCommand) -> Iterator[Path]:
    """The desk, running in the background, and its socket; it lies where OpenSC's programs find it."""
    with shared_folder() as folder:
        stuntcard.done("run", *DESK, "--detach", "--socket", folder / "s")
        try:
            yield folder / "s"
        finally:
            stuntcard.done("stop", "b")


def shown(socket: Path, name: str, *arguments: str) -> str:
    """What a program of OpenSC shows."""
    return shown_by(*opensc_command(name, socket.parent, socket), *arguments)


@contextmanager
def watching(environment: Mapping[str, str], file: Path = WATCHING) -> Iterator[subprocess.Popen[str]]:
    """A program that looks on."""
    command = [sys.executable, str(file)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment
    ) as program:
        try:
            yield program
        finally:
            program.kill()


def lines_until(program: subprocess.Popen[str], *wanted: str) -> set[str]:
    """What the program says, up to when it has said all of this."""
    assert program.stdout is not None
    said: set[str] = set()
    for line in program.stdout:
        said.add(line.rstrip("\n"))
        if said.issuperset(wanted):
            return said
    raise AssertionError(f"it ended, and said {sorted(said)}")


@pytest.mark.parametrize(
    "locale",
    [{"LC_ALL": "C.UTF-8"}, {"LC_ALL": "C"}, {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}],
    ids=["UTF-8", "C", "C without UTF-8 mode"],
)
def test_monitors_of_pyscard_see_a_card_with_letters_of_another_alphabet(
    environment: dict[str, str], locale: dict[str, str]
) -> None:
    name = "Stuntcard eObcanka 00 00"
    card = fresh_card(load_profile("eobcanka"))
    with (
        shared_folder() as folder,
        pcsc_server(folder / "s", [(card.profile.name, Slot(card))]),
        watching({**environment, **locale, SOCKET_VARIABLE: str(folder / "s")}) as program,
    ):
        lines_until(program, f"asked {name}", "seen", f"+ reader {name}", f"+ card in {name}")


# Several readers


def test_opensc_lists_all_readers_and_the_slots_of_all_cards(running: Path) -> None:
    found = re.findall(r"^\d +(Yes|No) +(Stuntcard .+)$", shown(running, "opensc-tool", "--list-readers"), re.MULTILINE)
    assert found == [("Yes", "Stuntcard ProID+Q 00 00"), ("Yes", "Stuntcard b 01 00"), ("No", "Stuntcard empty 02 00")]
    labels = re.findall(r"token label +: (.+)", shown(running, "pkcs11-tool", "--list-slots"))
    assert labels == ["ProID+Q", "ProID+Q (QPIN)", "TokenME"]


def test_the_card_manager_lists_all_devices(running: Path, stuntcard: StuntcardCommand) -> None:
    stuntcard.done("insert", "empty", "eobcanka")
    environment = {**stuntcard.environment, SOCKET_VARIABLE: str(running)}
    devices = json.loads(shown_by(CARDMANAGER, "devices", "--json", env=environment))
    assert [(device["profile"], device["reader"]) for device in devices] == [
        ("proid-q", "Stuntcard ProID+Q 00 00"), ("tokenme", "Stuntcard b 01 00"), ("eobcanka", "Stuntcard empty 02 00"),
    ]  # fmt: skip


def test_monitors_of_pyscard_see_cards_and_readers_come_and_go(running: Path, stuntcard: StuntcardCommand) -> None:
    first, second, third = "Stuntcard ProID+Q 00 00", "Stuntcard b 01 00", "Stuntcard empty 02 00"
    with watching({**stuntcard.environment, SOCKET_VARIABLE: str(running)}) as program:
        lines_until(program, "seen", f"+ card in {first}", f"+ card in {second}", f"+ reader {third}")
        stuntcard.done("remove", "b")
        lines_until(program, f"- card in {second}")
        stuntcard.done("insert", "b")
        lines_until(program, f"+ card in {second}")
        stuntcard.done("insert", "empty", "zzzs-pk")
        lines_until(program, f"+ card in {third}")
        stuntcard.done("unplug", "b")
        lines_until(program, f"- reader {second}", f"- card in {second}")
        stuntcard.done("plug", "b")
        lines_until(program, f"+ reader {second}", f"+ card in {second}")


def test_a_program_that_waits_for_readers_hears_of_each_change(running: Path, stuntcard: StuntcardCommand) -> None:
    first, second, third = "Stuntcard ProID+Q 00 00", "Stuntcard b 01 00", "Stuntcard empty 02 00"
    with watching({**stuntcard.environment, SOCKET_VARIABLE: str(running)}, SCANNING) as program:
        lines_until(program, f"{first}, {second}, {third}")
        for name, left in (("b", f"{first}, {third}"), ("proid-q", third), ("empty", "no readers")):
            stuntcard.done("unplug", name)
            lines_until(program, left)
        stuntcard.done("plug", "b")
        lines_until(program, second)
        stuntcard.done("plug", "proid-q")
        lines_until(program, f"{first}, {second}")


@pytest.mark.pcscd
def test_each_card_has_a_slot_of_vpcd(stuntcard: StuntcardCommand) -> None:
    with PrivatePcscd() as daemon:
        stuntcard.done("run", "proid-q", "tokenme", "--reader", f"vpcd:localhost:{daemon.port}", "--detach")
        try:
            with watching(daemon.env) as program:
                lines_until(program, "+ card in Stuntcard 00 00", "+ card in Stuntcard 00 01")
            listed = shown_by("pkcs11-tool", "--list-slots", env=daemon.env)
            assert re.findall(r"token label +: (.+)", listed) == ["ProID+Q", "ProID+Q (QPIN)", "TokenME"]
        finally:
            stuntcard.done("stop", "tokenme")


@pytest.mark.own_module
def test_the_card_manager_says_which_cards_opensc_shows_no_slot_for(stuntcard: StuntcardCommand) -> None:
    desk = ("proid-q", *["tokenme"] * 4)
    shown = stuntcard.done("exec", *desk, "--", CARDMANAGER, "devices", "--language", "en")
    assert shown.count("TokenME, number") == 3
    assert "first four readers only" in shown
