"""Browsers, and what they are shown."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.browser.pages import Browser, browser
from tests.browser.ports import held_port
from tests.browser.running_console import RunningConsole, class_running, console_running

NewBrowser = Callable[..., Browser]


@pytest.fixture
def new_browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NewBrowser]:
    """Opens a browser with a profile of its own."""
    with ExitStack() as stack:

        def opened(language: str = "en", *, scripts: bool = True) -> Browser:
            profile = tmp_path_factory.mktemp("profile")
            return stack.enter_context(browser(profile, language, scripts=scripts))

        yield opened


@pytest.fixture
def private(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """An environment whose cards and classes are the test's own; its paths are short enough for sockets."""
    folder = tmp_path_factory.mktemp("own")
    for name in ("run", "data", "state"):
        (folder / name).mkdir(mode=0o700)
    return {
        **os.environ,
        "XDG_RUNTIME_DIR": str(folder / "run"),
        "XDG_DATA_HOME": str(folder / "data"),
        "XDG_STATE_HOME": str(folder / "state"),
        "LC_ALL": "C.UTF-8",
    }


@pytest.fixture
def class_(request: pytest.FixtureRequest, private: dict[str, str], tmp_path: Path) -> Iterator[RunningConsole]:
    """A console with the class of the test's module."""
    with class_running(private, tmp_path, request.module.CLASS) as running:
        yield running


@pytest.fixture
def port() -> Iterator[str]:
    """A port for a console that is started more than once."""
    with held_port() as held:
        yield str(held)


@pytest.fixture
def console(private: dict[str, str], tmp_path: Path) -> Iterator[RunningConsole]:
    """A console, with the emulator that it started."""
    with console_running(private, tmp_path) as running:
        yield running
