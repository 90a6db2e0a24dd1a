"""Sessions with the card manager: sessions/PROFILE….session. How they are written, `tests/transcripts.py` says."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.clients.cardmanager import CardManager
from tests.clients.cardmanager_scene import CardManagerScene
from tests.clients.desk import desk_with_own_socket
from tests.transcripts import Story, facts_told, stories, tell

pytestmark = pytest.mark.own_module


SESSIONS = Path(__file__).parent / "sessions"


@pytest.mark.parametrize("story", stories(SESSIONS))
def test_a_session(story: Story) -> None:
    with desk_with_own_socket(story.subject.partition(".")[0]) as desk:
        tell(CardManagerScene(CardManager(desk)), story)


@pytest.mark.fact(
    "EO-12", "EO-26", "PK-09", "PK-11", "PK-12", "PQ-10", "PQ-11", "PQ-16", "PQ-20", "PQ-21", "PQ-27", "PQ-29", "TM-07"
)
def test_no_fact_that_sessions_show_gets_lost(request: pytest.FixtureRequest) -> None:
    (mark,) = request.node.iter_markers("fact")
    assert facts_told(SESSIONS) == set(mark.args)
