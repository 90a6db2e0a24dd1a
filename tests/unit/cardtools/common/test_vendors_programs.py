"""docs/vendors-programs.md: every act that the documents name has a command of ours, which is really there."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
import typer
from cardtools.common.devices import devices

PAGE = (Path(__file__).parents[4] / "docs" / "vendors-programs.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| (?P<there>.*?) \| (?P<here>.*?) \| (?P<facts>.*?) \|$", re.MULTILINE)
HEAD = "there"
COMMANDS = {
    "cardmanager": typer.main.get_command(import_module("cardtools.manager.cli").app),
    "enrol": typer.main.get_command(import_module("cardtools.enrol.cli").app),
}
NAMED = {
    "Správce karty ProID+": "PQ-05 PQ-10 PQ-11 PQ-12 PQ-15 PQ-16 PQ-20 PQ-21 PQ-22 PQ-27 PQ-28 PQ-29 PQ-36",
    "Bit4id PKI Manager": "TM-01 TM-03 TM-05 TM-07 TM-09 TM-13",
    "eObčanka - Správce karty": "EO-10 EO-11 EO-15 EO-18 EO-19 EO-22 EO-23 EO-26 EO-29 EO-30",
    "Upravljanje kartice": "PK-02 PK-03 PK-06 PK-12 PK-14 PK-16",
    "PostSignum's client, iSignum":
        "PQ-18 PQ-19 PQ-20 PQ-26 PQ-30 PQ-31 PQ-32 PQ-35 PQ-36 TM-06 TM-08 TM-09 TM-10 TM-12",
}  # fmt: skip
"""The programs, with the facts of the documents that tell an act of theirs."""


def sections() -> dict[str, str]:
    """The page's text by program."""
    _, *parts = re.split(r"^## (.*)$", PAGE, flags=re.MULTILINE)
    return dict(zip(parts[::2], parts[1::2], strict=True))


def rows(program: str) -> list[re.Match[str]]:
    return [row for row in ROW.finditer(sections()[program]) if row["there"] != HEAD]


def commands() -> Iterator[str]:
    for program in NAMED:
        for row in rows(program):
            yield from (found for found in re.findall(r"`([^`]*)`", row["here"]) if found.split()[0] in COMMANDS)


@pytest.mark.fact("PQ-29", "PK-14", "TM-13", "EO-29", "PQ-36")
def test_every_program_is_there_and_every_act_that_the_documents_tell_of_it() -> None:
    assert list(sections()) == list(NAMED)
    for program, facts in NAMED.items():
        told = {fact for row in rows(program) for fact in row["facts"].split()}
        assert set(facts.split()) - told == set(), program
    assert {device.manager.name for device in devices().values()} == set(list(NAMED)[:4])


@pytest.mark.parametrize("program", NAMED)
def test_no_place_is_empty(program: str) -> None:
    for row in rows(program):
        assert row["there"].strip()
        assert "`" in row["here"], row[0]
        assert re.fullmatch(r"(PQ|TM|EO|PK)-\d\d( (PQ|TM|EO|PK)-\d\d)*", row["facts"]), row[0]


def test_every_command_is_one_of_ours_with_its_options() -> None:
    found = sorted(set(commands()))
    assert len(found) > 40
    for line in found:
        program, *words = shlex.split(line)
        command: object = COMMANDS[program]
        while hasattr(command, "commands"):
            name = words.pop(0)
            assert name in command.commands, line
            command = command.commands[name]
        known = {option for parameter in getattr(command, "params", []) for option in parameter.opts}
        assert {word for word in words if word.startswith("--")} <= known, line
