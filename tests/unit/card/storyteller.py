"""Commands and their answers as data, in hexadecimal or in words (story_words.py): FOLDER/PROFILE.APPLET.SUFFIX.

    @beginning                   what stands under it is how a story (beginning) begins
    # Title [facts]              each exchange under it is made with a fresh card, and changes nothing that is kept
    ## Title [facts]             the exchanges under it are made one after the other, with one card
    ## {name: one | other}       the section stands for several: in its lines, {name} is the one or the other
    > command, command           come first in their section, and are obeyed
    ! actor act code=value       what an actor does
    command, command             is done, and no error comes of it
    command *3                   three times
    command, command -> answer   each has this answer; an x in it stands for any digit; "text" stands in the answer
    command, command -> one / other      their answers, one by one
    = command -> answer          and it changes nothing that is kept
    == command -> answer         the same; with such lines beside it, done once more after the card was off

What waits is fetched, unless the answer ends in 61 and a number. What stands behind a semicolon is for people.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby, product
from pathlib import Path

import pytest
from stuntcard.applets.registry import seen_through
from stuntcard.profile.areas import APPLETS_OF_ONE_AREA
from stuntcard.profile.load import load_profile

from tests.unit.applets.myeid_client import MyEidClient
from tests.unit.applets.piv_client import WORDS as PIV_WORDS
from tests.unit.card.cards import CardClient, Client, new_card
from tests.unit.card.cards import unchanged as nothing_changes
from tests.unit.card.holders import CHOSEN
from tests.unit.card.story_words import ANY_CARD, ISOAPPLETS, MYEIDS, act

OBEYED = "9000|61.."
NO_ERROR = r"(.*9000|61..|63C.|DONE|)"


# The cards


def client_of(profile: str, applet: str) -> CardClient:
    """A client of a fresh card; only MyEID is chosen by the ATR, the others by SELECT. `piv-cc` shows the area `cc`."""
    if applet == "myeid":
        return MyEidClient(profile)
    through = applet.replace("-", ":") if applet.partition("-")[0] in (*APPLETS_OF_ONE_AREA, "ias") else "isoapplet"
    client = Client(new_card(seen_through(load_profile(profile), through)), CHOSEN.get(profile))
    client.card.reset()
    return client


# The lines


@dataclass(frozen=True)
class Line:
    """What is done, and the answer that is expected, or none."""

    how: str
    command: str
    answer: str | None = None


def lines_of(text: str) -> Iterator[Line]:
    """One line of a file, command by command."""
    how, text = (found[1], text[found.end() :]) if (found := re.match(r"(==|[=>!]) ", text)) else ("", text)
    commands, arrow, answer = (part.strip() for part in text.partition("->"))
    several = [
        command
        for part in commands.split(", ")
        for command in [part.partition(" *")[0]] * int(part.partition(" *")[2] or 1)
    ]
    if not arrow:
        yield from (Line(how, command, OBEYED if how == ">" else None) for command in several)
        return
    answers = [answer] if answer.startswith('"') else [one.strip() for one in answer.split("/")]
    yield from (
        Line(how, *each) for each in zip(several, answers * (len(several) if len(answers) == 1 else 1), strict=True)
    )


def do(client: CardClient, line: Line) -> None:
    word, *rest = shlex.split(line.command) or [""]
    words = ANY_CARD | PIV_WORDS | (MYEIDS if isinstance(client, MyEidClient) else ISOAPPLETS)
    expected = NO_ERROR if line.answer is None else line.answer
    if line.how == "!":
        expected, got = "DONE", act(client, word, *rest)
    elif word in words:
        got = words[word](client, *rest)
    else:
        expected = expected.replace(" ", "").replace("x", ".")
        got = fetched(client, line.command, waits=expected[-4:-2] == "61")
    if expected.startswith('"'):
        assert expected.strip('"') in got, f"{line.command} -> {got}"
    else:
        assert re.fullmatch(expected, got), f"{line.command} -> {got}, not {expected}"


def fetched(client: CardClient, command: str, *, waits: bool) -> str:
    """The answer to a command in hexadecimal, as it is or with what waits."""
    got = client.send(command)
    while got[-4:-2] == "61" and not waits:
        got = got[:-4] + client.send(f"00C00000{got[-2:]}")
    return got


def tell(client: CardClient, lines: Sequence[Line]) -> None:
    """Does one line after the other."""
    for how, some in groupby(lines, lambda line: line.how):
        together = list(some)
        if how not in ("=", "=="):
            for line in together:
                do(client, line)
            continue
        for turn in range(len(how)):
            if turn:
                client.restart()
            with nothing_changes(client):
                for line in together:
                    do(client, line)


# The files


@dataclass(frozen=True)
class Section:
    """What is done with one card."""

    profile: str
    applet: str
    title: str
    facts: tuple[str, ...]
    story: bool
    lines: list[Line] = field(default_factory=list)

    def case(self, lines: Sequence[Line], end: str = "") -> object:
        name = f"{self.profile}-{self.applet}-{self.title}" + (f"-{end}" if end else "")
        marks = [pytest.mark.fact(*self.facts)] if self.facts else []
        return pytest.param(self.profile, self.applet, lines, marks=marks, id=name)


def written_out(heading: str, texts: list[str]) -> Iterator[tuple[str, list[str]]]:
    """A section for each of the values that its heading gives."""
    names = re.findall(r"\{(\w+): ([^}]+)\}", heading)
    for values in product(*(choice.split(" | ") for _, choice in names)):
        title, lines = heading, texts
        for (name, choice), value in zip(names, values, strict=True):
            title = title.replace(f"{{{name}: {choice}}}", value)
            lines = [line.replace(f"{{{name}}}", value) for line in lines]
        yield title, lines


def sections(folder: Path) -> Iterator[Section]:
    for file in sorted(folder.iterdir()):
        profile, applet, _ = file.name.split(".")
        text = re.sub(r"(^|\s+);.*", "", file.read_text(encoding="utf-8"), flags=re.MULTILINE)
        beginnings: dict[str, list[Line]] = {}
        for part in re.split(r"^(?=@|##? )", text, flags=re.MULTILINE)[1:]:
            heading, *texts = (line.strip() for line in part.splitlines() if line.strip())
            for title, filled in written_out(heading, texts):
                ((kind, name, begins, facts),) = re.findall(r"^(@|##?) ?(.+?)(?: \((.+)\))?(?: \[(.+)\])?$", title)
                lines = beginnings.get(begins, []) + [line for raw in filled for line in lines_of(raw)]
                if kind == "@":
                    beginnings[name] = lines
                else:
                    name = name if begins in beginnings or not begins else f"{name} ({begins})"
                    yield Section(profile, applet, name, tuple(facts.split()), kind == "##", lines)


def stories(folder: Path) -> list[object]:
    return [section.case(section.lines) for section in sections(folder) if section.story]


def exchanges(folder: Path) -> list[object]:
    """Each exchange with what comes first."""
    found = []
    for section in sections(folder):
        if not section.story:
            first = [line for line in section.lines if line.how in (">", "!")]
            for end in (line for line in section.lines if line not in first):
                found.append(section.case([*first, replace(end, how="=")], f"{end.command} -> {end.answer}"))
    return found
