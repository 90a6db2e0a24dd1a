"""Commands and their answers as data: exchanges/PROFILE.APPLET.apdu. How they are written, the storyteller says."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.card.storyteller import Line, client_of, exchanges, stories, tell

FOLDER = Path(__file__).parent / "exchanges"


@pytest.mark.parametrize(("profile", "applet", "lines"), stories(FOLDER))
def test_a_story(profile: str, applet: str, lines: list[Line]) -> None:
    tell(client_of(profile, applet), lines)


@pytest.mark.parametrize(("profile", "applet", "lines"), exchanges(FOLDER))
def test_a_command_has_its_answer_and_changes_nothing(profile: str, applet: str, lines: list[Line]) -> None:
    tell(client_of(profile, applet), lines)
