"""Every message that the console asks for is in its catalogue, and every message there is asked for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import polib
import pytest
from cardtools.common.messages import Language, Messages
from cardtools.common.terms import Validity
from cardtools.console.acts.values import ActName, Outcome
from cardtools.console.emulator.values import Person
from cardtools.console.store.rows import AttemptState

TOOLS = Path(__file__).parents[4] / "tools" / "cardtools"
CONSOLE = TOOLS / "console"
_IN_TEMPLATES = re.compile(r"\b[tn]\(([\"'])([a-z-]+)\1[,)]|[\"']([a-z-]+)\" if |else \"([a-z-]+)\"\)")
_IN_CODE = re.compile(r"(?:\.text|ConsoleError|EmulatorError|FormError|Finding|super\(\).__init__)\(\s*\"([a-z-]+)\"")
_COLUMNS = ("trainee", "exercise", "attempt", "progress", "solved", "minutes", "tries-spent", "hints", "traps", "help",
            "begun")  # fmt: skip
_OF_OTHERS = {"applicant-name", "applicant-e-mail", "area-none", "prompt-new", "prompt-again", "prompt-password"}
"""Messages of the card manager and the enrolment client."""


def made_of_parts() -> Iterator[str]:
    """Messages whose keys end in what they are about."""
    yield from (f"act-{one}" for one in ActName)
    yield from (f"outcome-{one}" for one in Outcome)
    yield from (f"progress-{one}" for one in AttemptState)
    yield from (f"{word}-{one}" for one in Person for word in ("person", "call"))
    yield from (f"language-{one}" for one in Language)
    yield from (f"validity-{one}" for one in Validity)
    yield from (f"state-{one}" for one in ("set", "not_set", "blocked"))
    yield from (f"column-{one}" for one in _COLUMNS)


def asked_for() -> set[str]:
    found = set(made_of_parts())
    for template in (CONSOLE / "web" / "templates").glob("*.html"):
        for groups in _IN_TEMPLATES.findall(template.read_text("utf-8")):
            found |= {group for group in groups[1:] if group}
    for file in CONSOLE.rglob("*.py"):
        found |= set(_IN_CODE.findall(file.read_text("utf-8")))
    return found - _OF_OTHERS


@pytest.mark.parametrize("language", Language)
def test_none_is_missing_and_none_is_left_over(language: Language) -> None:
    catalogue = polib.pofile(str(TOOLS / "common" / "messages" / f"console.{language.value}.po"))
    known = {entry.msgid for entry in catalogue if not entry.msgctxt}
    wanted = asked_for()
    assert wanted - known == set()
    assert known - wanted == set()


@pytest.mark.parametrize("language", Language)
def test_who_is_to_type_once_more_is_not_told_to_begin_again(language: Language) -> None:
    """The button beside it that is called so throws the card away."""
    button = Messages(language, "console").text("again").split()[-1]
    assert button not in Messages(language, "card").text("prompt-mismatch")
