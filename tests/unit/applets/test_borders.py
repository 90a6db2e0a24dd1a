"""Every applet at the borders of its commands; what may be answered there, borders.txt says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
from stuntcard.applets.eop import FILES, MANAGEMENT
from stuntcard.applets.gids import NAME as GIDS
from stuntcard.applets.ias import NAME as IAS
from stuntcard.applets.isoapplet import NAME as ISOAPPLET
from stuntcard.applets.manage import NAME as MANAGE
from stuntcard.applets.myeid import NAME as MYEID
from stuntcard.applets.piv_data import NAME as PIV
from stuntcard.applets.registry import APPLETS, seen_through
from stuntcard.card.card import Card
from stuntcard.card.content import Content, factory_content
from stuntcard.profile.areas import APPLETS_OF_ONE_AREA
from stuntcard.profile.load import load_profile

FIRST = ("myeid", *APPLETS_OF_ONE_AREA)
"""Applets that come first on their card, or are there only so."""
UNUSED_SPACE = "00A4080C04 5015 5033"


@dataclass(frozen=True)
class Seen:
    """A card seen through an applet: how it is made ready, a code's number and field, and which commands there are."""

    profile: str
    application: bytes
    instructions: bytes
    ready: tuple[str, ...] = ()
    code: int = 0x1E
    field: int = 16


APPLICATIONS = {
    "isoapplet": Seen(
        "proid-q", ISOAPPLET, bytes.fromhex("A4 B0 D6 20 24 2C 22 2A 46 84 CA DB E0 E4"),
        ("0020000108 3132333435363738", UNUSED_SPACE), 1,
    ),
    "myeid": Seen(
        "proid-q", MYEID, bytes.fromhex("A4 B0 D6 20 24 2C 2E 22 2A 44 46 84 86 CA DA E0 E4"),
        ("0020000108 3132333435363738", UNUSED_SPACE), 1, 8,
    ),
    "ias": Seen(
        "zzzs-pk", IAS, bytes.fromhex("A4 B0 20 24 2C 22 2A 84 CA"),
        ("002000110C 313233340000000000000000", "00A4000C02 B001"), 0x11, 12,
    ),
    "gids": Seen(
        "proid-q", GIDS, bytes.fromhex("A4 20 24 2C 22 2A 44 47 CB DB E0 E4"), ("0020008008 3132333435363738",), 0x80,
    ),
    "piv": Seen(
        "proid-q", PIV, bytes.fromhex("A4 20 24 2C 47 87 CB DB F7 F8 FD FE FF"),
        ("0020008008 3132333435363738",), 0x80, 8,
    ),
    "eop-files": Seen("eobcanka", FILES, bytes.fromhex("A4 B0"), ("00A4080002 0001",)),
    "eop-management": Seen("eobcanka", MANAGEMENT, bytes.fromhex("A4 CA 24")),
    "manage": Seen("proid-q", MANAGE, bytes.fromhex("CA 88")),
}  # fmt: skip


def rows() -> Iterator[tuple[str, str, str]]:
    """Applet, commands, answers."""
    clause = ""
    for line in (Path(__file__).parent / "borders.txt").read_text(encoding="utf-8").splitlines():
        line = re.sub(r"(^|\s+);.*", "", line)
        if line.startswith("#"):
            clause = line
        elif line:
            assert clause, "a line without a clause"
            ((applets, commands, answers),) = re.findall(r"^(?:\((.*?)\) )?(.*) -> (\S+)$", line)
            for applet in applets.split() if applets else APPLICATIONS:
                for command in commands.split(", "):
                    yield applet, command, answers


@cache
def from_factory(profile: str) -> Content:
    return factory_content(load_profile(profile))


def card_of(seen: Seen, applet: str) -> Card:
    profile = seen_through(load_profile(seen.profile), applet if applet in FIRST else "isoapplet")
    card = Card(profile, APPLETS, from_factory(seen.profile))
    name = seen.application
    for command in (f"00A4040C{len(name):02X}{name.hex()}", *seen.ready):
        assert card.transmit(bytes.fromhex(command))[0] in (0x90, 0x61), command
    return card


def written_out(command: str, seen: Seen, length: int) -> bytes:
    """A command with what stands for something written out."""
    field, pair = seen.field + 1, 2 * seen.field - 1
    for word, value in (
        ("BEYOND", f"{length + 1:04X}"), ("LAST", f"{length - 1:04X}"), ("END", f"{length:04X}"),
        ("CODE", f"{seen.code:02X}"), ("FIELD", f"{field:02X}{'31' * field}"), ("PAIR", f"{pair:02X}{'31' * pair}"),
    ):  # fmt: skip
        command = command.replace(word, value)
    return bytes.fromhex(command)


@pytest.mark.parametrize(("applet", "commands", "answers"), list(rows()))
def test_a_border(applet: str, commands: str, answers: str) -> None:
    seen = APPLICATIONS[applet]
    card = card_of(seen, applet)
    length = len(card.current_file.content) or 1
    *first, last = (written_out(command, seen, length) for command in commands.split(";"))
    for command in first:
        card.transmit(command)
    before = card.content
    answer = card.transmit(last).hex().upper()
    while answer[-4:-2] == "61":
        answer = answer[:-4] + card.transmit(bytes.fromhex(f"00C00000{answer[-2:]}")).hex().upper()
    there = len(last) < 2 or last[1] in seen.instructions
    allowed = answers if there else f"{answers}|6D00"
    assert re.fullmatch(allowed, answer), f"{last.hex().upper()} -> {answer}"
    if not answer.endswith("9000"):
        assert card.content == before
