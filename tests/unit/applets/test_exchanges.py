"""Commands and their answers as data: exchanges/PROFILE.APPLET.apdu.

    # Title [facts]              each exchange under it is made with a fresh card, and changes nothing that is kept
    ## Title [facts]             the exchanges under it are made one after the other, with one card
    > command, command           come first in their section, and are obeyed
    ! actor act code=value       what an actor does
    command, command -> answer   each has this answer; an x in it stands for any digit

What waits is fetched, unless the answer ends in 61 and a number. What stands behind a semicolon is for people.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from stuntcard.applets.registry import APPLETS, seen_through
from stuntcard.card.card import Card
from stuntcard.policy.events import Verdict
from stuntcard.profile.load import load_profile

FOLDER = Path(__file__).parent / "exchanges"
OBEYED = "9000|61.."


@dataclass
class Section:
    """What is done with one card."""

    profile: str
    applet: str
    title: str
    facts: list[str]
    story: bool
    lines: list[str] = field(default_factory=list)


def sections() -> list[Section]:
    found: list[Section] = []
    for file in sorted(FOLDER.glob("*.apdu")):
        profile, applet = file.stem.split(".")
        for line in file.read_text(encoding="utf-8").splitlines():
            line = line.partition(";")[0].strip()
            if heading := re.fullmatch(r"(##?) (.+?)(?: \[(.+)\])?", line):
                facts = (heading[3] or "").split()
                found.append(Section(profile, applet, heading[2], facts, heading[1] == "##"))
            elif line.startswith(">"):
                found[-1].lines += [f"> {command}" for command in line[1:].split(",")]
            elif "->" in line:
                commands, _, answer = line.partition("->")
                found[-1].lines += [f"{command.strip()} -> {answer.strip()}" for command in commands.split(",")]
            elif line:
                found[-1].lines.append(line)
    return found


def card_of(profile: str, applet: str) -> Card:
    """A fresh card; only MyEID is chosen by the ATR, the others by SELECT."""
    return Card(seen_through(load_profile(profile), "myeid" if applet == "myeid" else "isoapplet"), APPLETS)


def exchange(card: Card, command: str, answer: str) -> None:
    """Sends a command, and fetches what waits unless the answer says that it does."""
    expected = answer.replace(" ", "").replace("x", ".")
    got = card.transmit(bytes.fromhex(command)).hex().upper()
    while got[-4:-2] == "61" and expected[-4:-2] != "61":
        got = got[:-4] + card.transmit(bytes.fromhex(f"00C00000{got[-2:]}")).hex().upper()
    assert re.fullmatch(expected, got), f"{command} -> {got}"


def do(card: Card, line: str) -> None:
    match line[0]:
        case ">":
            exchange(card, line[1:], OBEYED)
        case "!":
            actor, act, *values = line[1:].split()
            given = dict(value.split("=") for value in values)
            said = card.act(actor, act, {code: value.encode() for code, value in given.items()})
            assert said is Verdict.DONE
        case _:
            exchange(card, *line.split("->"))


def cases(*, stories: bool) -> Sequence[object]:
    """Profile, applet and what to do, line by line: of stories all lines, of exchanges each with what comes first."""
    found = []
    for section in sections():
        if section.story is not stories:
            continue
        first = [line for line in section.lines if line[0] in ">!"]
        marks = [pytest.mark.fact(*section.facts)] if section.facts else []
        ends = [line for line in section.lines if line not in first] if not stories else [""]
        for end in ends:
            name = f"{section.profile}-{section.applet}-{section.title}" + (f"-{end}" if end else "")
            lines = [*first, end] if end else section.lines
            found.append(pytest.param(section.profile, section.applet, lines, marks=marks, id=name))
    return found


@pytest.mark.parametrize(("profile", "applet", "lines"), cases(stories=True))
def test_a_story(profile: str, applet: str, lines: list[str]) -> None:
    card = card_of(profile, applet)
    for line in lines:
        do(card, line)


@pytest.mark.parametrize(("profile", "applet", "lines"), cases(stories=False))
def test_a_command_has_its_answer_and_changes_nothing(profile: str, applet: str, lines: list[str]) -> None:
    card = card_of(profile, applet)
    *first, last = lines
    for line in first:
        do(card, line)
    before = card.content
    do(card, last)
    assert card.content == before
