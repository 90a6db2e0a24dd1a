"""The catalogues of the client: the same messages in every language, none missing and none too many."""

from __future__ import annotations

import re
import string
from pathlib import Path

import pytest
from cardtools import enrol
from cardtools.common.applicants import ApplicantFlaw
from cardtools.common.messages import Language, Messages
from cardtools.common.protocol import CertificateProfile, Problem, RequestState

PO = Path(enrol.__file__).parents[1] / "common" / "messages"
SOURCES = "\n".join(file.read_text("utf-8") for file in sorted(Path(enrol.__file__).parent.rglob("*.py")))
MADE_UP = (
    *(f"applicant-{flaw.value}" for flaw in ApplicantFlaw),
    *(f"ca-{problem.value}" for problem in Problem),
    *(f"profile-{profile.value}" for profile in CertificateProfile),
    *(f"state-{state.value}" for state in RequestState),
    *(f"trouble-{what}-{part}" for what in ("no-space", "no-place", "manager-outdated")
      for part in ("what", "cause", "cure")),
)  # fmt: skip
"""Keys that the code puts together."""


def entries(language: str) -> dict[str, list[str]]:
    """Each key with its texts."""
    found: dict[str, list[str]] = {}
    key = ""
    for line in (PO / f"enrol.{language}.po").read_text("utf-8").splitlines():
        if named := re.fullmatch(r'msgid "(.+)"', line):
            key = named[1]
            assert key not in found, f"{key} stands twice"
            found[key] = []
        elif text := re.fullmatch(r'msgstr(?:\[\d\])? "(.+)"', line):
            found.setdefault(key, []).append(text[1])
    return found


def variables(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("language", ["cs", "sl"])
def test_every_language_has_the_same_messages_with_the_same_variables(language: str) -> None:
    english, other = entries("en"), entries(language)
    assert list(other) == list(english)
    for key, texts in english.items():
        assert [variables(text) for text in other[key]] == [variables(texts[0])] * len(other[key]), key


def test_no_message_lies_unused() -> None:
    unused = [key for key in entries("en") if key not in (*MADE_UP, "") and not re.search(f"[\"']{key}[\"']", SOURCES)]
    assert unused == []


@pytest.mark.parametrize("language", Language)
def test_every_key_that_the_code_puts_together_is_there(language: Language) -> None:
    known = entries(language.value)
    assert [key for key in MADE_UP if key not in known] == []
    assert Messages(language, "enrol").text("yes")
