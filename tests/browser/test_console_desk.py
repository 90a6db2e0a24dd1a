"""A trainee at the desk, with the keyboard alone."""

from __future__ import annotations

from tests.browser.conftest import NewBrowser
from tests.browser.running_console import RunningConsole


def test_a_blocked_pin_is_solved_by_keyboard(console: RunningConsole, new_browser: NewBrowser) -> None:
    trainee = new_browser("en")
    trainee.go(console.link)
    trainee.choose("Begin")
    assert "open" in trainee.text("#state")
    trainee.choose("PIN blocked")
    trainee.choose("Unblock")
    trainee.fill("PUK", "87654321")
    trainee.fill("New PIN", "24681357")
    trainee.fill("New PIN again", "24681357")
    trainee.choose("Unblock")
    trainee.wait_text("solved", "#state")
    assert trainee.violations() == []
    assert trainee.complaints == []
