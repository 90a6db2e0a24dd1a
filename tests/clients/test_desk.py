"""Several readers before one program, as on a tester's desk, and what programs see of them."""

from __future__ import annotations

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

from tests.clients.opensc import SOCKET_VARIABLE, shared_folder

WATCHING = Path(__file__).with_name("watching_application.py")


@contextmanager
def watching(environment: Mapping[str, str]) -> Iterator[subprocess.Popen[str]]:
    """pyscard's monitors, looking on."""
    command = [sys.executable, str(WATCHING)]
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
