"""What the pages send a reader to is there: files behind links, and targets of make."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from stuntcard.applets.registry import APPLETS

from tests.unit.test_layers import EMULATOR, TOOLS

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
TARGETS = set(re.findall(r"^([a-z0-9-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_to_a_file(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text())
    assert [target for target in targets if "://" not in target and not (page.parent / target).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_target_of_make_exists(page: Path) -> None:
    named = re.findall(r"(?:`|^)make ([a-z][a-z0-9-]*)", page.read_text(), re.MULTILINE)
    assert set(named) <= TARGETS


def test_help_tells_every_target_that_is_asked_for_by_name() -> None:
    [phony] = re.findall(r"^\.PHONY: ((?:.*\\\n)*.*)", (ROOT / "Makefile").read_text(), re.MULTILINE)
    told = set(re.findall(r'echo "make ([a-z0-9-]+) ', (ROOT / "Makefile").read_text()))
    assert set(phony.replace("\\\n", " ").split()) - told == {"help"}


def test_the_architecture_names_every_room_and_every_command_set() -> None:
    page = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
    rooms = {
        room
        for house in (EMULATOR, TOOLS)
        for room in house.below
        if (house.folder / house.package / Path(*room.split("."))).is_dir()
    }
    named = set(re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", page, flags=re.DOTALL)))
    assert {name for name in {*rooms, *APPLETS} if not name_is_told(name, named)} == set()


def name_is_told(name: str, named: set[str]) -> bool:
    """By itself, or as `inner` in the row of the room that it lies in."""
    outer, _, inner = name.rpartition(".")
    return name in named or (outer in named and inner in named)
