"""Sessions with OpenSC's programs: sessions/opensc/PROFILE.COMMANDSET….session, where `own` is the card's own set.

How they are written, `tests/transcripts.py` says, and `opensc_scene.py` what may be typed in them.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, ExitStack
from pathlib import Path

import pytest

from tests.clients.desk import Desk, desk_with_own_socket, desk_with_pcscd
from tests.clients.opensc_scene import OpenscScene
from tests.transcripts import Story, facts_told, stories, tell

SESSIONS = Path(__file__).parent / "sessions" / "opensc"
IN_ANY_READER = "any_reader"


def told_at(desk: AbstractContextManager[Desk], story: Story) -> None:
    with ExitStack() as ends:
        tell(OpenscScene(ends.enter_context(desk), ends), story)


@pytest.mark.parametrize("story", stories(SESSIONS))
def test_a_session(story: Story) -> None:
    profile, shown, *_ = story.subject.split(".")
    told_at(desk_with_own_socket(profile, applet=None if shown == "own" else shown.replace("-", ":")), story)


@pytest.mark.pcscd
@pytest.mark.parametrize("story", stories(SESSIONS, IN_ANY_READER))
def test_a_session_behind_pcscd(story: Story) -> None:
    told_at(desk_with_pcscd(story.subject.partition(".")[0]), story)


@pytest.mark.fact(
    "EO-01", "EO-02", "EO-03", "EO-04", "EO-05", "EO-08", "EO-09", "EO-10", "EO-11", "EO-12",
    "EO-13", "EO-15", "EO-16", "EO-17", "EO-18", "EO-19", "EO-20", "EO-22", "EO-23", "EO-24",
    "EO-27", "PK-01", "PK-02", "PK-03", "PK-04", "PK-05", "PK-06", "PK-07", "PK-08", "PK-09",
    "PK-10", "PK-12", "PK-13", "PQ-02", "PQ-03", "PQ-05", "PQ-06", "PQ-07", "PQ-08", "PQ-09",
    "PQ-10", "PQ-12", "PQ-13", "PQ-14", "PQ-18", "TM-02",
)  # fmt: skip
def test_no_fact_that_sessions_show_gets_lost(request: pytest.FixtureRequest) -> None:
    (mark,) = request.node.iter_markers("fact")
    assert facts_told(SESSIONS) == set(mark.args)
