"""What becomes of each card, told in the words of who uses it: stories/PROFILE.APPLET.story."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.card.storyteller import Line, client_of, stories, tell

FOLDER = Path(__file__).parent / "stories"


@pytest.mark.parametrize(("profile", "applet", "lines"), stories(FOLDER))
def test_a_story(profile: str, applet: str, lines: list[Line]) -> None:
    tell(client_of(profile, applet), lines)
