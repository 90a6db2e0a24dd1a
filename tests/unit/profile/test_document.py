"""What a stranger's file may not do to whoever reads it."""

from __future__ import annotations

from pathlib import Path

import pytest
from stuntcard.profile.document import DocumentError
from stuntcard.profile.load import profile_path
from stuntcard.running.desk_file import parse_desk
from stuntcard.scenario.load import parse_scenario

DESK = "schema: 1\nreaders:\n  - {key}: {value}\n"
STEERING = ('"\\e[2J"', '"a\\0"', '"\\x9b2J"', '"a\\rb"')
UNSEEN = ('"a\\nb"', '"\\u202Ea"', '"a\\u2028b"')


@pytest.mark.parametrize("value", STEERING + UNSEEN)
@pytest.mark.parametrize("key", ["card", "scenario"])
def test_no_message_about_a_file_repeats_what_steers_a_terminal(key: str, value: str) -> None:
    with pytest.raises(DocumentError) as caught:
        parse_desk(DESK.format(key=key, value=value).encode(), "desk.yaml")
    assert str(caught.value).isprintable()
    assert str(caught.value).startswith("desk.yaml:3:")


@pytest.mark.parametrize("value", STEERING)
def test_a_text_that_is_shown_as_it_is_has_no_control_characters(value: str) -> None:
    file: Path = profile_path("proid-q").parent / "scenarios" / "proid-q-pin-blocked.yaml"
    wrong = file.read_text("utf-8").replace("  en: PIN blocked", f"  en: {value}")
    with pytest.raises(DocumentError, match=r"x\.yaml:4:7: a text in a scenario has no control characters in it"):
        parse_scenario(wrong.encode(), "x.yaml")
